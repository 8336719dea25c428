"""Products of two tensors row by row."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.layers.layer import Layer


class Dot(Layer):
    """Multiplies two tensors row by row and sums along an axis of each.

    For inputs ``(batch, i, k)`` and ``(batch, k, j)``, ``axes=(2, 1)`` gives
    ``(batch, i, j)``.

    Arguments:
        axes: axis to sum along, or one for each input; the batch is axis 0.
        normalize: whether to divide by lengths first, which gives the cosine.

    Raises:
        ValueError: not two inputs; sizes along the axes that differ.

    >>> import numpy as np
    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
        if len(pair) != 2 or not all(isinstance(a, int) for a in pair) or 0 in pair:
            raise ValueError(
                f"Dot: axes must be an axis or a pair of axes, without the batch axis 0, "
                f"got axes={axes!r}."
            )
        self.axes = axes
        self.normalize = normalize
        self.supports_masking = True

    def _axes(self, a: tuple[int | None, ...], b: tuple[int | None, ...]) -> tuple[int, int]:
        pair = self.axes if isinstance(self.axes, (list, tuple)) else (self.axes, self.axes)
        return pair[0] % len(a), pair[1] % len(b)

    def build(self, input_shape: Any) -> None:
        """Check the shapes."""
        owner = f"Layer {self.name!r} (Dot)"
        if len(input_shape) != 2 or not isinstance(input_shape[0], (list, tuple)):
            raise ValueError(f"{owner} takes exactly 2 inputs: layer([a, b]).")
        a, b = map(tuple, input_shape)
        i, j = self._axes(a, b)
        if a[i] is not None and b[j] is not None and a[i] != b[j]:
            raise ValueError(
                f"{owner}: the axes summed along must have one size, got {a[i]} and {b[j]} "
                f"in inputs of shapes {shape_text(a)} and {shape_text(b)}."
            )

    def call(self, inputs: Any) -> Any:
        """Multiply and sum."""
        a, b = inputs
        i, j = self._axes(a.shape, b.shape)
        if self.normalize:
            a, b = _unit(a, i), _unit(b, j)
        letters = "cdefghij"
        left = [("z" if n == i else letters[n]) for n in range(1, a.ndim)]
        right = [("z" if n == j else letters[n].upper()) for n in range(1, b.ndim)]
        out = [s for s in (*left, *right) if s != "z"]
        product = jnp.einsum(f"a{''.join(left)},a{''.join(right)}->a{''.join(out)}", a, b)
        return product[:, None] if product.ndim == 1 else product

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Leave out the axes summed along."""
        a, b = map(tuple, input_shape)
        i, j = self._axes(a, b)
        rest = (*a[1:i], *a[i + 1 :], *b[1:j], *b[j + 1 :])
        return (a[0], *(rest or (1,)))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The product has no mask."""
        return None


def _unit(x: Any, axis: int) -> Any:
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x / jnp.sqrt(jnp.maximum(squares, 1e-12))
