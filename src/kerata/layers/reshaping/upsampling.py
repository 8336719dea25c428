"""Making sequences, images and volumes larger by whole factors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import int_tuple, positive_int
from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import did_you_mean
from kerata.layers.input_spec import InputSpec
from kerata.layers.reshaping.rearranging import Rearranging

_METHODS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


class UpSampling1D(Rearranging):
    """Repeats each step: ``(batch, steps, channels)`` to ``(batch, size * steps, channels)``.

    The output has the input's dtype.

    Arguments:
        size: int, how often; 2 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: ``size`` not a positive integer; an input of another rank.

    >>> import numpy as np
    >>> UpSampling1D(2)(np.array([[[1.0], [2.0]]])).ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = positive_int("UpSampling1D", "size", size)
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: Any) -> Any:
        """Repeat the steps."""
        return jnp.repeat(inputs, self.size, axis=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Multiply the steps."""
        return _times(input_shape, {1: self.size})


class UpSampling2D(Rearranging):
    """Makes images ``(batch, height, width, channels)`` larger.

    Output ``(batch, size * height, size * width, channels)``, of the input's dtype: integers are
    rounded.

    Arguments:
        size: int, factor, or a pair for height and width; 2 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        interpolation: ``'nearest'`` (the default) repeats pixels; ``'bilinear'``, ``'bicubic'``,
            ``'lanczos3'`` and ``'lanczos5'`` interpolate.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an unknown interpolation; sizes that are no positive integers; an input
            of another rank.

    >>> import numpy as np
    >>> UpSampling2D(2)(np.array([[[[1.0], [2.0]]]]))[0, :, :, 0].tolist()
    [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]

    Source: bicubic: Keys 1981, Cubic convolution interpolation for digital image processing;
    Lanczos: Duchon 1979, Lanczos filtering in one and two dimensions.
    """

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = int_tuple("UpSampling2D", "size", size, 2)
        self.data_format = standardize_data_format(data_format)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in _METHODS:
            raise ValueError(
                f"UpSampling2D: unknown interpolation {interpolation!r}. "
                f"{did_you_mean(self.interpolation, _METHODS)}"
            )
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: Any) -> Any:
        """Make the images larger."""
        if self.interpolation == "nearest":
            return _repeat(inputs, _factors(self.size, self.data_format))
        shape = self.compute_output_shape(inputs.shape)
        size = tuple(shape[axis] for axis in _factors(self.size, self.data_format))
        return ops.image.resize(inputs, size, self.interpolation, data_format=self.data_format)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Multiply height and width."""
        return _times(input_shape, _factors(self.size, self.data_format))


class UpSampling3D(Rearranging):
    """Repeats the points of volumes ``(batch, depth, height, width, channels)``.

    The output has the input's dtype.

    Arguments:
        size: int, how often, or a number for each axis; 2 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: sizes that are no positive integers; an input of another rank.

    >>> import numpy as np
    >>> UpSampling3D((1, 2, 3))(np.ones((1, 2, 2, 2, 4))).shape
    (1, 2, 4, 6, 4)
    """

    def __init__(
        self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.size = int_tuple("UpSampling3D", "size", size, 3)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=5)

    def call(self, inputs: Any) -> Any:
        """Repeat the points."""
        return _repeat(inputs, _factors(self.size, self.data_format))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Multiply the spatial axes."""
        return _times(input_shape, _factors(self.size, self.data_format))


def _factors(size: tuple[int, ...], data_format: str) -> dict[int, int]:
    """Give the factor of each spatial axis."""
    return dict(enumerate(size, 2 if data_format == "channels_first" else 1))


def _times(shape: Any, factors: dict[int, int]) -> tuple[int | None, ...]:
    return tuple(None if n is None else n * factors.get(axis, 1) for axis, n in enumerate(shape))


def _repeat(x: Any, factors: dict[int, int]) -> Any:
    for axis, factor in factors.items():
        x = jnp.repeat(x, factor, axis=axis)
    return x
