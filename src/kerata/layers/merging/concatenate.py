"""Tensors side by side."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata import ops
from kerata.base.arguments import one_axis
from kerata.layers.merging.merge import Merge
from kerata.layers.rows import ApartAlongAxis


class Concatenate(ApartAlongAxis, Merge):
    """Puts tensors side by side along an axis; their other sizes must agree.

    Called with a list of arrays, such as ``(batch, a)`` and ``(batch, b)``, which give
    ``(batch, a + b)``, of any number dtype.

    Arguments:
        axis: int, -1 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a single tensor instead of a list; sizes that differ in another axis; an axis
            that an input does not have.

    >>> import numpy as np
    >>> Concatenate()([np.ones((1, 1)), np.zeros((1, 2))]).tolist()
    [[1.0, 0.0, 0.0]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = one_axis("Concatenate", axis)

    def call(self, inputs: Any) -> Any:
        """Join the inputs."""
        self.compute_output_shape([x.shape for x in inputs])
        return jnp.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Add the sizes up along the axis."""
        shapes = self.checked_shapes(input_shape)
        rank = len(shapes[0])
        if not -rank <= self.axis < rank:
            raise self.mismatch(f"axis={self.axis} must exist in all inputs", shapes)
        rule = f"the inputs' shapes must agree in all axes but {self.axis}"
        if any(len(s) != rank for s in shapes):
            raise self.mismatch(rule, shapes)
        out: list[int | None] = []
        for axis, sizes in enumerate(zip(*shapes, strict=True)):
            known = [n for n in sizes if n is not None]
            if axis == self.axis % rank:
                out.append(sum(known) if len(known) == len(sizes) else None)
            elif len(set(known)) > 1:
                raise self.mismatch(rule, shapes)
            else:
                out.append(known[0] if known else None)
        return tuple(out)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Join the masks as the inputs; an input without one counts everywhere."""
        if mask is None or all(m is None for m in mask):
            return None
        wide = []
        for x, m in zip(inputs, mask, strict=True):
            if m is None:
                wide.append(ops.ones_like(x, dtype="bool"))
                continue
            while m.ndim < x.ndim:
                m = ops.expand_dims(m, -1)
            wide.append(ops.logical_or(m, ops.zeros_like(x, dtype="bool")))
        return ops.any(ops.concatenate(wide, axis=self.axis), axis=-1)
