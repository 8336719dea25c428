"""Pooling layers over windows: the largest or the mean element of each."""

from __future__ import annotations

from typing import Any

from kerata.base.arguments import int_tuple
from kerata.base.dtypes import standardize_data_format
from kerata.kernels import average_pool, max_pool, pool_output_shape
from kerata.layers.convolution.spatial_spec import SpatialSpec, checked_padding
from kerata.layers.input_spec import demand
from kerata.layers.layer import Layer


class Pooling(Layer):
    """Base of the pooling layers over windows."""

    keeps_rows_apart = True

    rank: int

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Configure the layer; sizes are one int for all spatial axes, or a tuple of ints.

        Arguments:
            pool_size: places in a window, 2 by default.
            strides: places from one window to the next; the pool size by default.
            padding: ``'valid'`` (the default; whole windows only) or ``'same'``
                (``ceil(size / strides)`` windows, of which only real elements count).
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            name: string, given automatically if left out.
            **kwargs: dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; an input the window does not fit.
        """
        super().__init__(name=name, **kwargs)
        owner = type(self).__name__
        self.pool_size = int_tuple(owner, "pool_size", pool_size, self.rank)
        self.strides = (
            self.pool_size if strides is None else int_tuple(owner, "strides", strides, self.rank)
        )
        self.padding = checked_padding(owner, padding)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = SpatialSpec(
            self.rank,
            self.data_format,
            window=self.pool_size if self.padding == "valid" else None,
            what=f"pool_size={self.pool_size}",
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape after the window went over each spatial axis."""
        demand(self, input_shape)
        return pool_output_shape(
            input_shape,
            self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class MaxPooling(Pooling):
    """Base of ``MaxPooling1D``, ``MaxPooling2D`` and ``MaxPooling3D``."""

    def call(self, inputs: Any) -> Any:
        """Take the largest element of each window."""
        return max_pool(
            inputs,
            self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class AveragePooling(Pooling):
    """Base of ``AveragePooling1D``, ``AveragePooling2D`` and ``AveragePooling3D``."""

    def call(self, inputs: Any) -> Any:
        """Take the mean of each window."""
        return average_pool(
            inputs.astype(self.compute_dtype),
            self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class MaxPooling1D(MaxPooling):
    """The largest element of each window of a sequence, channel by channel.

    Input ``(batch, steps, channels)``, output
    ``(batch, new_steps, channels)``, of any number dtype; with
    ``data_format='channels_first'`` the channels are axis 1 of both.

    >>> import numpy as np
    >>> MaxPooling1D(2)(np.array([[[1.0], [5.0], [2.0], [3.0]]])).ravel().tolist()
    [5.0, 3.0]
    """

    rank = 1


class MaxPooling2D(MaxPooling):
    """The largest element of each window of an image, channel by channel.

    Input ``(batch, height, width, channels)``, output
    ``(batch, new_height, new_width, channels)``, of any number dtype; with
    ``data_format='channels_first'`` the channels are axis 1 of both.

    >>> import numpy as np
    >>> MaxPooling2D()(np.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
    [5.0, 7.0, 13.0, 15.0]
    """

    rank = 2


class MaxPooling3D(MaxPooling):
    """The largest element of each window of a volume, channel by channel.

    Input ``(batch, depth, height, width, channels)``, output
    ``(batch, new_depth, new_height, new_width, channels)``, of any number dtype; with
    ``data_format='channels_first'`` the channels are axis 1 of both.

    >>> import numpy as np
    >>> MaxPooling3D()(np.ones((1, 4, 4, 4, 2))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3


class AveragePooling1D(AveragePooling):
    """The mean of each window of a sequence, channel by channel.

    Input ``(batch, steps, channels)``, output
    ``(batch, new_steps, channels)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both.

    >>> import numpy as np
    >>> AveragePooling1D(2)(np.array([[[1.0], [5.0], [2.0], [3.0]]])).ravel().tolist()
    [3.0, 2.5]
    """

    rank = 1


class AveragePooling2D(AveragePooling):
    """The mean of each window of an image, channel by channel.

    Input ``(batch, height, width, channels)``, output
    ``(batch, new_height, new_width, channels)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both.

    >>> import numpy as np
    >>> AveragePooling2D()(np.arange(16.0).reshape(1, 4, 4, 1)).ravel().tolist()
    [2.5, 4.5, 10.5, 12.5]
    """

    rank = 2


class AveragePooling3D(AveragePooling):
    """The mean of each window of a volume, channel by channel.

    Input ``(batch, depth, height, width, channels)``, output
    ``(batch, new_depth, new_height, new_width, channels)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both.

    >>> import numpy as np
    >>> AveragePooling3D()(np.ones((1, 4, 4, 4, 2))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
