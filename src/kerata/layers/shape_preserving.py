"""The base of layers whose outputs have their inputs' shape."""

from __future__ import annotations

from typing import Any

from kerata.base.messages import shape_text
from kerata.layers.layer import Layer


class ShapePreserving(Layer):
    """A layer that changes values but neither shape nor mask."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape stays."""
        return input_shape

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
