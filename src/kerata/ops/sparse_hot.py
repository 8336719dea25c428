"""Vectors of class numbers and counts as JAX's sparse matrices."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def one_hot_entries(x: jax.Array, depth: int, axis: int, dtype: Any) -> Any:
    """Give one entry for each class number; numbers out of range give none or zeros.

    Arguments:
        x: class numbers, ints of any shape.
        depth: length of the new axis.
        axis: place of the new axis in the shape of the result.
        dtype: type of the entries.

    >>> one_hot_entries(jnp.array([2, 0]), 3, -1, "float32").todense()
    Array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    from jax.experimental.sparse import BCOO  # takes a while to import

    place = axis % (x.ndim + 1)
    columns = [c.ravel() for c in jnp.indices(x.shape)]
    columns.insert(place, jnp.maximum(x, 0).ravel())
    shape = (*x.shape[:place], depth, *x.shape[place:])
    data = (x.ravel() >= 0).astype(dtype)
    return BCOO((data, jnp.stack(columns, axis=1).astype("int32")), shape=shape)


def multi_hot_entries(x: jax.Array, depth: int, axis: int, dtype: Any) -> Any:
    """Give one entry for each class that is among the numbers of a row.

    Arguments:
        x: class numbers, ints of shape ``(numbers,)`` or ``(batch, numbers, ...)``.
        depth: length of the new axis.
        axis: place of the new axis before the numbers' own axis goes.
        dtype: type of the entries.

    >>> multi_hot_entries(jnp.array([[2, 2]]), 3, -1, "float32").todense()
    Array([[0., 0., 1.]], dtype=float32)
    """
    from jax.experimental.sparse import BCOO, bcoo_reduce_sum, bcoo_sum_duplicates

    hot = one_hot_entries(x, depth, axis, "int32")
    summed = bcoo_sum_duplicates(bcoo_reduce_sum(hot, axes=(1 if x.ndim > 1 else 0,)))
    found = (summed.data > 0).astype(dtype)
    return BCOO((found, summed.indices), shape=summed.shape, unique_indices=True)


def counted(x: jax.Array, weights: jax.Array | None, length: int) -> Any:
    """Give one entry, 1 or its weight, for each number; equal ones add up.

    Arguments:
        x: integers from 0 on, shape ``(n,)`` or ``(batch, n)``.
        weights: shape of x, or None.
        length: of the counts.

    >>> counted(jnp.array([1, 1]), None, 3).todense()
    Array([0., 2., 0.], dtype=float32)
    """
    from jax.experimental.sparse import bcoo_reduce_sum

    hot = one_hot_entries(x, length, -1, "float32")
    if weights is not None:
        hot = hot * weights[..., None]
    return bcoo_reduce_sum(hot, axes=(x.ndim - 1,))
