"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any

from kerata.base.dtypes import standardize_data_format
from kerata.layers.input_spec import InputSpec
from kerata.layers.regularization.dropout import Dropout


class _SpatialDropout(Dropout):
    rank: int
    data_format = "channels_last"

    def __init__(
        self,
        rate: Any,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def choice_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Give one choice for each row and channel."""
        ones = (1,) * self.rank
        last = self.data_format == "channels_last"
        return (shape[0], *ones, shape[-1]) if last else (*shape[:2], *ones)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that Keras's layer knows: it has no ``trainable``."""
        config = super().get_config()
        del config["trainable"]
        return config


class SpatialDropout1D(_SpatialDropout):
    """Drops whole channels of sequences ``(batch, steps, channels)`` in training.

    Arguments:
        rate: float from 0 to 1, share of channels that are dropped; may be traced.
        seed: int, or None (the default) for the global generator.
        name, dtype: see ``Layer``; given automatically and ``floatx()`` by default.

    Raises:
        ValueError: a rate outside 0 to 1; an input of another rank.

    >>> import numpy as np
    >>> SpatialDropout1D(0.5)(np.ones((1, 2, 3)), training=True).shape
    (1, 2, 3)

    Source: Tompson et al. 2015, Efficient object localization using convolutional networks
    (arXiv:1411.4280).
    """

    rank = 1


class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels of images ``(batch, height, width, channels)`` in training.

    >>> import numpy as np
    >>> SpatialDropout2D(0.5)(np.ones((1, 2, 2, 3)), training=True).shape
    (1, 2, 2, 3)

    Source: Tompson et al. 2015, Efficient object localization using convolutional networks
    (arXiv:1411.4280).
    """

    rank = 2

    def __init__(
        self,
        rate: Any,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        """Configure the layer.

        Arguments:
            rate: float from 0 to 1, share of channels that are dropped; may be traced.
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            seed: int, or None (the default) for the global generator.
            name, dtype: see ``Layer``; given automatically and ``floatx()`` by default.

        Raises:
            ValueError: a rate outside 0 to 1; an input of another rank.
        """
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.data_format = standardize_data_format(data_format)


class SpatialDropout3D(SpatialDropout2D):
    """Drops whole channels of volumes ``(batch, depth, height, width, channels)`` in training.

    >>> import numpy as np
    >>> SpatialDropout3D(0.5)(np.ones((1, 2, 2, 2, 3)), training=True).shape
    (1, 2, 2, 2, 3)

    Source: Tompson et al. 2015, Efficient object localization using convolutional networks
    (arXiv:1411.4280).
    """

    rank = 3
