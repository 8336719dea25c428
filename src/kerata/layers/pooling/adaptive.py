"""Pooling layers whose windows follow from the size of the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from kerata import ops
from kerata.base.arguments import int_tuple
from kerata.base.dtypes import standardize_data_format
from kerata.layers.convolution.spatial_spec import SpatialSpec
from kerata.layers.input_spec import demand
from kerata.layers.layer import Layer


class AdaptivePooling(Layer):
    """Base of the pooling layers that cut each spatial axis into a given number of parts."""

    keeps_rows_apart = True

    rank: int
    _pool: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        """Configure the layer.

        Arguments:
            output_size: number of parts, one int for all spatial axes or a tuple of ints.
            data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
                default.
            **kwargs: name, dtype, trainable and so on, see ``Layer``.

        Raises:
            ValueError: sizes that are no positive integers; an input of another rank.
        """
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.output_size = int_tuple(owner, "output_size", output_size, self.rank)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = SpatialSpec(self.rank, self.data_format)

    def call(self, inputs: Any) -> Any:
        """Pool each part."""
        return type(self)._pool(inputs, self.output_size, self.data_format)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Replace the spatial sizes."""
        demand(self, input_shape)
        if self.data_format == "channels_last":
            return (input_shape[0], *self.output_size, input_shape[-1])
        return (*input_shape[:2], *self.output_size)


class AdaptiveAveragePooling(AdaptivePooling):
    """Base of the pooling layers that take each part's mean."""

    _pool = staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling1D(AdaptiveAveragePooling):
    """Cuts sequences into a number of parts and takes each part's mean.

    Input ``(batch, steps, channels)``, output ``(batch, output_size, channels)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both. Parts may share elements,
    see ``ops.adaptive_average_pool``.

    >>> import numpy as np
    >>> AdaptiveAveragePooling1D(2)(np.arange(6.0).reshape(1, 6, 1)).shape
    (1, 2, 1)

    Source: the parts are those of Keras 3.15.
    """

    rank = 1


class AdaptiveAveragePooling2D(AdaptiveAveragePooling):
    """Cuts images into a number of parts and takes each part's mean.

    Input ``(batch, height, width, channels)``, output
    ``(batch, *output_size, channels)``, float; with ``data_format='channels_first'`` the channels
    are axis 1 of both. Parts may share elements,
    see ``ops.adaptive_average_pool``.

    >>> import numpy as np
    >>> AdaptiveAveragePooling2D((2, 3))(np.ones((1, 5, 7, 3))).shape
    (1, 2, 3, 3)

    Source: the parts are those of Keras 3.15.
    """

    rank = 2


class AdaptiveAveragePooling3D(AdaptiveAveragePooling):
    """Cuts volumes into a number of parts and takes each part's mean.

    Input ``(batch, depth, height, width, channels)``, output
    ``(batch, *output_size, channels)``, float; with ``data_format='channels_first'`` the channels
    are axis 1 of both. Parts may share elements,
    see ``ops.adaptive_average_pool``.

    >>> import numpy as np
    >>> AdaptiveAveragePooling3D((2, 3, 1))(np.ones((1, 5, 7, 4, 3))).shape
    (1, 2, 3, 1, 3)

    Source: the parts are those of Keras 3.15.
    """

    rank = 3


class AdaptiveMaxPooling(AdaptivePooling):
    """Base of the pooling layers that take the largest element of each part."""

    _pool = staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling1D(AdaptiveMaxPooling):
    """Cuts sequences into a number of parts and takes each part's largest element.

    Input ``(batch, steps, channels)``, output ``(batch, output_size, channels)``, float; with
    ``data_format='channels_first'`` the channels are axis 1 of both. Parts may share elements,
    see ``ops.adaptive_max_pool``.

    >>> import numpy as np
    >>> AdaptiveMaxPooling1D(2)(np.arange(6.0).reshape(1, 6, 1)).shape
    (1, 2, 1)

    Source: the parts are those of Keras 3.15.
    """

    rank = 1


class AdaptiveMaxPooling2D(AdaptiveMaxPooling):
    """Cuts images into a number of parts and takes each part's largest element.

    Input ``(batch, height, width, channels)``, output
    ``(batch, *output_size, channels)``, float; with ``data_format='channels_first'`` the channels
    are axis 1 of both. Parts may share elements,
    see ``ops.adaptive_max_pool``.

    >>> import numpy as np
    >>> AdaptiveMaxPooling2D((2, 3))(np.ones((1, 5, 7, 3))).shape
    (1, 2, 3, 3)

    Source: the parts are those of Keras 3.15.
    """

    rank = 2


class AdaptiveMaxPooling3D(AdaptiveMaxPooling):
    """Cuts volumes into a number of parts and takes each part's largest element.

    Input ``(batch, depth, height, width, channels)``, output
    ``(batch, *output_size, channels)``, float; with ``data_format='channels_first'`` the channels
    are axis 1 of both. Parts may share elements,
    see ``ops.adaptive_max_pool``.

    >>> import numpy as np
    >>> AdaptiveMaxPooling3D((2, 3, 1))(np.ones((1, 5, 7, 4, 3))).shape
    (1, 2, 3, 1, 3)

    Source: the parts are those of Keras 3.15.
    """

    rank = 3
