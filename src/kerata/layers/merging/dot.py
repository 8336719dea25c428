"""Products of two tensors row by row."""

from __future__ import annotations

import string
from typing import Any

import jax.numpy as jnp

from kerata.base.arguments import is_integer
from kerata.layers.merging.merge import Merge, Shape


class Dot(Merge):
    """Multiplies two tensors row by row and sums along an axis of each.

    For inputs ``(batch, i, k)`` and ``(batch, k, j)``, ``axes=(2, 1)`` gives
    ``(batch, i, j)``; two inputs ``(batch, k)`` give ``(batch, 1)``.

    Arguments:
        axes: int or pair of ints, axis to sum along, or one for each input; the batch is axis 0.
        normalize: bool, whether to divide by lengths first, which gives the cosine; False by
            default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: not two inputs; sizes along the axes that differ; the batch axis.

    >>> import numpy as np
    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    """

    keeps_rows_apart = True

    inputs_taken = 2

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
        if len(pair) != 2 or not all(is_integer(a) and a != 0 for a in pair):
            raise ValueError(
                "Dot: axes must be an axis or a pair of axes, one for each input, and not the "
                f"batch axis 0, got axes={axes!r}."
            )
        self.axes = axes
        self.normalize = normalize

    def _summed(self, shapes: list[Shape]) -> list[int]:
        """Give the axis of each input that is summed along, counted from the front."""
        given = self.axes if isinstance(self.axes, (list, tuple)) else (self.axes, self.axes)
        if not all(-len(s) < a < len(s) for a, s in zip(given, shapes, strict=True)):
            raise self.mismatch(f"axes={self.axes} must exist in the inputs", shapes)
        axes = [a % len(s) for a, s in zip(given, shapes, strict=True)]
        sizes = {s[a] for a, s in zip(axes, shapes, strict=True)} - {None}
        if len(sizes) > 1:
            raise self.mismatch(f"the sizes along axes={self.axes} must be the same", shapes)
        return axes

    def call(self, inputs: Any) -> Any:
        """Multiply and sum."""
        axes = self._summed([x.shape for x in inputs])
        if self.normalize:
            inputs = [_unit(x, axis) for x, axis in zip(inputs, axes, strict=True)]
        letters = iter(string.ascii_letters[2:])
        terms = [
            ["a", *("b" if axis == summed else next(letters) for axis in range(1, x.ndim))]
            for x, summed in zip(inputs, axes, strict=True)
        ]
        kept = [c for term in terms for c in term if c not in "ab"]
        left, right = ("".join(term) for term in terms)
        outputs = jnp.einsum(f"{left},{right}->a{''.join(kept)}", *inputs)
        return outputs if kept else outputs[:, None]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave out the axes summed along."""
        shapes = self.checked_shapes(input_shape)
        pairs = zip(shapes, self._summed(shapes), strict=True)
        kept = [n for shape, a in pairs for n in (*shape[1:a], *shape[a + 1 :])]
        return (shapes[0][0], *(kept or [1]))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The product has no mask."""
        return None


def _unit(x: Any, axis: int) -> Any:
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    # Rows of zeros stay zeros, with a finite gradient.
    return x / jnp.sqrt(jnp.maximum(squares, 1e-12))
