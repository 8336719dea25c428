"""Scaling of arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def normalize(x: Any, axis: int | None = -1, order: int = 2) -> Any:
    """Divide by the norm along an axis, so that it becomes 1; zeros stay zeros.

    Arguments:
        x: array or nested lists.
        axis: along which the norm is taken.
        order: which norm, 2 for the Euclidean one.

    Returns:
        Array of the same shape: JAX for a JAX array, else NumPy.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    xp: Any = jnp if isinstance(x, jax.Array) else np
    x = xp.asarray(x)
    norm = xp.linalg.norm(x, order, axis, keepdims=axis is not None)
    return x / xp.where(norm == 0, 1, norm)
