"""The base of layers whose outputs have their inputs' shape."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.layers.input_spec import InputSpec
from kerata.layers.layer import Layer


class ShapePreserving(Layer):
    """A layer that changes values but neither shape nor mask."""

    _takes_one_array = True

    axis: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape

    def as_float(self, x: Any) -> Any:
        """Give integers in the layer's type, where its results are no integers."""
        return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(self.compute_dtype)

    def floats_only(self, x: Any) -> Any:
        """Give the inputs back if they are floats: Keras computes garbage from integers.

        Raises:
            TypeError: other inputs.
        """
        if not jnp.issubdtype(x.dtype, jnp.inexact):
            raise TypeError(
                f"Layer {self.name!r} ({type(self).__name__}) takes floats, got inputs of "
                f"{x.dtype.name}: cast them before, as layers.Rescaling(1.0) does."
            )
        return x

    def spec_of(self, sizes: tuple[int, ...]) -> InputSpec:
        """Give the demand that ``self.axis`` keeps the sizes that weights were made for."""
        axes = self.axis if isinstance(self.axis, (list, tuple)) else [self.axis]
        rank = max(a + 1 if a >= 0 else -a for a in axes)
        if any(a < 0 for a in axes) and len(axes) > 1:
            # The sizes are in the order of the axes, which only the rank tells.
            return InputSpec(min_ndim=rank)
        return InputSpec(min_ndim=rank, axes=dict(zip(sorted(axes), sizes, strict=True)))

    def positive_axes(self, axis: Any, shape: Any) -> tuple[int, ...]:
        """Turn an axis, or several, into sorted positive ones.

        Raises:
            ValueError: an axis that the shape doesn't have.
        """
        axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
        for a in axes:
            if not -len(shape) <= a < len(shape):
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}): axis={axis} does not exist "
                    f"in an input of shape {shape_text(shape)}."
                )
        return tuple(sorted(a % len(shape) for a in axes))
