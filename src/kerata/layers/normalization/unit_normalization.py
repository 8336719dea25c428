"""Rows of length 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import axis_or_axes
from kerata.layers.rows import ApartAlongAxis
from kerata.layers.shape_preserving import ShapePreserving


class UnitNormalization(ApartAlongAxis, ShapePreserving):
    """Divides each row by its Euclidean length: ``x / sqrt(sum(x**2))``; rows of zeros stay.

    Input and output ``(batch, ..., features)``, float.

    Arguments:
        axis: int or list of ints, axes over which the length is taken, -1 by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: an input without such an axis.

    >>> import numpy as np
    >>> UnitNormalization()(np.array([[0.0, 2.0]])).tolist()
    [[0.0, 1.0]]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis_or_axes("UnitNormalization", axis)

    def call(self, inputs: Any) -> Any:
        """Divide by the length."""
        axes = self.positive_axes(self.axis, inputs.shape)
        inputs = self.as_float(inputs)
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        squares = jnp.sum(jnp.square(x), axes, keepdims=True)
        return (x * jax.lax.rsqrt(jnp.maximum(squares, 1e-24))).astype(inputs.dtype)
