"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any

from kerata.base.dtypes import standardize_data_format
from kerata.layers.input_spec import InputSpec
from kerata.layers.regularization.dropout import Dropout


class SpatialDropout1D(Dropout):
    """Drops whole channels of sequences ``(batch, steps, channels)`` in training.

    Arguments:
        rate: share of channels that are dropped.
        seed: integer, or None for the global generator.

    Source: Tompson et al. 2014.

    >>> import numpy as np
    >>> SpatialDropout1D(0.5)(np.ones((1, 2, 3)), training=True).shape
    (1, 2, 3)
    """

    def __init__(self, rate: Any, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.input_spec = InputSpec(ndim=3)

    def _choice_shape(self, inputs: Any) -> tuple[int, ...]:
        return (inputs.shape[0], 1, inputs.shape[2])


class SpatialDropout2D(Dropout):
    """Drops whole channels of images ``(batch, height, width, channels)`` in training.

    Arguments:
        rate: share of channels that are dropped.
        data_format: ``'channels_last'`` (the default) or ``'channels_first'``.
        seed: integer, or None for the global generator.

    Source: Tompson et al. 2014.

    >>> import numpy as np
    >>> SpatialDropout2D(0.5)(np.ones((1, 2, 2, 3)), training=True).shape
    (1, 2, 2, 3)
    """

    rank = 2

    def __init__(
        self,
        rate: Any,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _choice_shape(self, inputs: Any) -> tuple[int, ...]:
        ones = (1,) * self.rank
        if self.data_format == "channels_first":
            return (*inputs.shape[:2], *ones)
        return (inputs.shape[0], *ones, inputs.shape[-1])


class SpatialDropout3D(SpatialDropout2D):
    """Drops whole channels of volumes ``(batch, depth, height, width, channels)`` in training.

    Arguments: those of ``SpatialDropout2D``.

    >>> import numpy as np
    >>> SpatialDropout3D(0.5)(np.ones((1, 2, 2, 2, 3)), training=True).shape
    (1, 2, 2, 2, 3)
    """

    rank = 3
