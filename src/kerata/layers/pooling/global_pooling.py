"""Pooling over all places at once: one number for each channel."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.dtypes import standardize_data_format
from kerata.layers.convolution.spatial_spec import SpatialSpec
from kerata.layers.input_spec import demand
from kerata.layers.layer import Layer


class GlobalPooling(Layer):
    """Base of the pooling layers over all places."""

    keeps_rows_apart = True

    rank: int
    takes_mask = False

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        """Configure the layer.

        Arguments:
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            keepdims: bool, whether the pooled axes stay, with size 1; False by default.
            **kwargs: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: an input of another rank, or without any place.
        """
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims
        self.supports_masking = self.takes_mask
        self.input_spec = SpatialSpec(
            self.rank, self.data_format, window=(1,) * self.rank, what="pooling"
        )

    @property
    def _axes(self) -> tuple[int, ...]:
        """The spatial axes."""
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave the spatial axes out, or keep them with size 1."""
        demand(self, input_shape)
        kept = [1 if i in self._axes else n for i, n in enumerate(input_shape)]
        return tuple(n for i, n in enumerate(kept) if self.keepdims or i not in self._axes)


class GlobalMaxPooling(GlobalPooling):
    """Base of ``GlobalMaxPooling1D``, ``GlobalMaxPooling2D`` and ``GlobalMaxPooling3D``."""

    def call(self, inputs: Any) -> Any:
        """Take the largest element of each channel."""
        return jnp.max(inputs, self._axes, keepdims=self.keepdims)


class GlobalAveragePooling(GlobalPooling):
    """Base of the global averages over images and volumes."""

    def call(self, inputs: Any) -> Any:
        """Take the mean of each channel."""
        return jnp.mean(inputs, self._axes, keepdims=self.keepdims)


class GlobalMaxPooling1D(GlobalMaxPooling):
    """The largest element of each channel of a sequence.

    Input ``(batch, steps, channels)``, output ``(batch, channels)``, of any number dtype.

    >>> import numpy as np
    >>> GlobalMaxPooling1D()(np.array([[[1.0, 6.0], [5.0, 2.0]]])).tolist()
    [[5.0, 6.0]]
    """

    rank = 1


class GlobalMaxPooling2D(GlobalMaxPooling):
    """The largest element of each channel of an image.

    Input ``(batch, height, width, channels)``, output ``(batch, channels)``, of any number dtype.

    >>> import numpy as np
    >>> GlobalMaxPooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[6.0, 7.0]]
    """

    rank = 2


class GlobalMaxPooling3D(GlobalMaxPooling):
    """The largest element of each channel of a volume.

    Input ``(batch, depth, height, width, channels)``, output ``(batch, channels)``, of any number
    dtype.

    >>> import numpy as np
    >>> GlobalMaxPooling3D()(np.ones((1, 2, 2, 2, 3))).shape
    (1, 3)
    """

    rank = 3


class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean of each channel of a sequence, over the steps that the mask lets through.

    Input ``(batch, steps, channels)``, mask ``(batch, steps)``, output ``(batch, channels)``.
    Where the mask lets nothing through the mean is 0 (Keras 3.15 gives NaN).

    >>> import numpy as np
    >>> x = np.array([[[1.0], [3.0], [8.0]]])
    >>> average = GlobalAveragePooling1D()
    >>> average(x).item(), average(x, mask=np.array([[True, True, False]])).item()
    (4.0, 2.0)

    Source: Lin et al. 2014, Network in network (arXiv:1312.4400).
    """

    rank = 1
    takes_mask = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Take the mean of each channel."""
        if mask is None:
            return super().call(inputs)
        last = self.data_format == "channels_last"
        mask = jnp.expand_dims(mask.astype(bool), 2 if last else 1)
        total = jnp.where(mask, inputs, 0).sum(self._axes, keepdims=self.keepdims)
        count = mask.sum(self._axes, keepdims=self.keepdims)
        return total / jnp.maximum(count, 1).astype(total.dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Give no mask: the steps are gone."""


class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of each channel of an image.

    Input ``(batch, height, width, channels)``, output ``(batch, channels)``, float.

    >>> import numpy as np
    >>> GlobalAveragePooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[3.0, 4.0]]

    Source: Lin et al. 2014, Network in network (arXiv:1312.4400).
    """

    rank = 2


class GlobalAveragePooling3D(GlobalAveragePooling):
    """The mean of each channel of a volume.

    Input ``(batch, depth, height, width, channels)``, output ``(batch, channels)``, float.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.ones((1, 2, 2, 2, 3))).shape
    (1, 3)

    Source: Lin et al. 2014, Network in network (arXiv:1312.4400).
    """

    rank = 3
