"""Making sequences and images larger."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import int_tuple, positive_int
from kerata.base.dtypes import standardize_data_format
from kerata.layers.input_spec import InputSpec
from kerata.layers.layer import Layer

_METHODS = {
    "nearest": "nearest",
    "bilinear": "linear",
    "bicubic": "cubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}


class UpSampling1D(Layer):
    """Repeats each step: ``(batch, steps, channels)`` to ``(batch, size * steps, channels)``.

    Arguments:
        size: how often.

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
        steps = input_shape[1]
        return (input_shape[0], None if steps is None else steps * self.size, input_shape[2])


class UpSampling2D(Layer):
    """Makes images ``(batch, height, width, channels)`` larger by whole factors.

    Arguments:
        size: factor, or a pair for height and width.
        data_format: ``'channels_last'`` (the default) or ``'channels_first'``.
        interpolation: ``'nearest'`` repeats pixels; ``'bilinear'``, ``'bicubic'``,
            ``'lanczos3'`` and ``'lanczos5'`` interpolate.

    Raises:
        ValueError: an unknown interpolation; sizes that are no positive integers.

    >>> import numpy as np
    >>> UpSampling2D(2)(np.array([[[[1.0], [2.0]]]]))[0, :, :, 0].tolist()
    [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]
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
                f"UpSampling2D: interpolation must be one of {', '.join(_METHODS)}, "
                f"got {interpolation!r}."
            )
        self.input_spec = InputSpec(ndim=4)

    def _first(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def call(self, inputs: Any) -> Any:
        """Make the images larger."""
        first = self._first()
        if self.interpolation == "nearest":
            for axis, factor in enumerate(self.size, first):
                inputs = jnp.repeat(inputs, factor, axis=axis)
            return inputs
        shape = self.compute_output_shape(inputs.shape)
        return jax.image.resize(inputs, shape, _METHODS[self.interpolation])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Multiply height and width."""
        out = list(input_shape)
        for axis, factor in enumerate(self.size, self._first()):
            out[axis] = None if out[axis] is None else out[axis] * factor
        return tuple(out)
