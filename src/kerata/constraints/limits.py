"""Rules that weights obey after every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.configurable import Configurable
from kerata.base.dtypes import epsilon
from kerata.ops.symbolic_call import as_tensor

Axis = int | Sequence[int]


class Constraint(Configurable):
    """Base class of constraints: a subclass defines ``__call__(self, w) -> w``.

    >>> class Below(Constraint):
    ...     def __call__(self, w):
    ...         return jnp.minimum(w, 1.0)
    >>> Below()(jnp.array([0.5, 2.0]))
    Array([0.5, 1. ], dtype=float32)
    """

    def __call__(self, w: Any) -> jax.Array:
        """Give the nearest weights that obey the rule; the base class has no rule."""
        return w


class MaxNorm(Constraint):
    """Shrink each unit's weights to a norm of at most ``max_value``.

    Arguments:
        max_value: largest norm.
        axis: axis or axes over which a norm is taken: 0 for a dense kernel
            ``(inputs, units)``, ``[0, 1, 2]`` for a convolution's.

    >>> MaxNorm(1.0)(jnp.array([[3.0], [4.0]]))
    Array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, max_value: Any = 2, axis: Axis = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        """Give the shrunk weights."""
        w = as_tensor(w)
        norms = _norms(w, self.axis)
        return w * (jnp.clip(norms, 0, self.max_value) / (epsilon() + norms))


class NonNeg(Constraint):
    """Set negative weights to zero.

    >>> NonNeg()(jnp.array([-1.0, 2.0]))
    Array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> jax.Array:
        """Give the weights without negative values."""
        return jnp.maximum(as_tensor(w), 0)


class UnitNorm(Constraint):
    """Scale each unit's weights to a norm of 1.

    Arguments:
        axis: axis or axes over which a norm is taken, as for ``MaxNorm``.

    >>> UnitNorm()(jnp.array([[3.0], [4.0]]))
    Array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        """Give the scaled weights."""
        w = as_tensor(w)
        return w / (epsilon() + _norms(w, self.axis))


class MinMaxNorm(Constraint):
    """Pull each unit's norm between two bounds.

    Arguments:
        min_value, max_value: the bounds.
        rate: share of the way that is gone: 1 for at once.
        axis: axis or axes over which a norm is taken, as for ``MaxNorm``.

    >>> MinMaxNorm(2.0, 3.0)(jnp.array([[0.0], [1.0]])).round(3)
    Array([[0.],
           [2.]], dtype=float32)
    """

    def __init__(
        self, min_value: Any = 0.0, max_value: Any = 1.0, rate: Any = 1.0, axis: Axis = 0
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        """Give the scaled weights."""
        w = as_tensor(w)
        norms = _norms(w, self.axis)
        clipped = jnp.clip(norms, self.min_value, self.max_value)
        desired = self.rate * clipped + (1 - self.rate) * norms
        return w * (desired / (epsilon() + norms))


def _norms(w: jax.Array, axis: Axis) -> jax.Array:
    axes = axis if isinstance(axis, int) else tuple(axis)
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axes, keepdims=True))
