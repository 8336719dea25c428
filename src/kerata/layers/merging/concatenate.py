"""Tensors side by side."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.layers.layer import Layer


class Concatenate(Layer):
    """Puts tensors side by side along an axis; their other sizes must agree.

    Arguments:
        axis: the axis, -1 by default.

    Raises:
        ValueError: not a list of tensors; sizes that differ in another axis.

    >>> import numpy as np
    >>> Concatenate()([np.ones((1, 1)), np.zeros((1, 2))]).tolist()
    [[1.0, 0.0, 0.0]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check the shapes."""
        self.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        """Join the inputs."""
        return jnp.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Add the sizes up along the axis."""
        owner = f"Layer {self.name!r} (Concatenate)"
        shapes = [tuple(s) for s in input_shape if isinstance(s, (list, tuple))]
        if len(shapes) != len(input_shape) or not shapes:
            raise ValueError(f"{owner} joins several tensors: call it on a list, layer([a, b]).")
        first = shapes[0]
        if not -len(first) <= self.axis < len(first):
            raise ValueError(
                f"{owner}: axis={self.axis} does not exist in an input of shape "
                f"{shape_text(first)}."
            )
        axis = self.axis % len(first)
        for other in shapes[1:]:
            fits = len(other) == len(first) and all(
                p is None or q is None or p == q or i == axis
                for i, (p, q) in enumerate(zip(first, other, strict=True))
            )
            if not fits:
                raise ValueError(
                    f"{owner}: inputs must agree in all axes but {self.axis}, got "
                    f"{shape_text(first)} and {shape_text(other)}."
                )
        sizes = [s[axis] for s in shapes]
        total = None if None in sizes else sum(n for n in sizes if n is not None)
        others = [next((s[i] for s in shapes if s[i] is not None), None) for i in range(len(first))]
        return (*others[:axis], total, *others[axis + 1 :])

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Join the masks; an input without one counts everywhere."""
        if previous_mask is None or all(m is None for m in previous_mask):
            return None
        masks = []
        for x, mask in zip(inputs, previous_mask, strict=True):
            if mask is None:
                masks.append(jnp.ones(x.shape, bool))
            else:
                extra = x.ndim - mask.ndim
                masks.append(jnp.broadcast_to(mask.reshape(mask.shape + (1,) * extra), x.shape))
        return jnp.all(jnp.concatenate(masks, axis=self.axis), axis=-1)
