"""What the layers that join several tensors share."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from kerata import ops
from kerata.base.messages import shape_text
from kerata.base.symbolic import KerasTensor
from kerata.layers.layer import Layer

Shape = tuple[int | None, ...]


class Merge(Layer):
    """Base of the layers that join a list of tensors of any one type."""

    # How many inputs the layer takes, if it is a fixed number.
    inputs_taken: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check the shapes."""
        self.compute_output_shape(input_shape)

    def checked_shapes(self, shapes: Any) -> list[Shape]:
        """Give the inputs' shapes as a list of tuples.

        Raises:
            ValueError: a single tensor, or another number of tensors than the layer takes.
        """
        several = isinstance(shapes, (list, tuple)) and len(shapes) > 0
        if not several or not all(isinstance(s, (list, tuple)) for s in shapes):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) joins several tensors: "
                "call it on a list, layer([a, b])."
            )
        if self.inputs_taken not in (None, len(shapes)):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) takes exactly {self.inputs_taken} "
                f"inputs, got {len(shapes)}."
            )
        return [tuple(s) for s in shapes]

    def mismatch(self, rule: str, shapes: Sequence[Shape]) -> ValueError:
        """Make the error for shapes that can't be joined."""
        listed = " and ".join(shape_text(s) for s in shapes)
        return ValueError(f"Layer {self.name!r} ({type(self).__name__}): {rule}, got {listed}.")

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Give the output's shape and type."""
        shape = self.compute_output_shape([x.shape for x in inputs])
        types = [self.cast_dtype(x.dtype) for x in inputs]
        return KerasTensor(shape, jnp.result_type(*types))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Say where any input counts; None if one of them has no mask."""
        if mask is None or any(m is None for m in mask):
            return None
        return functools.reduce(ops.logical_or, mask)
