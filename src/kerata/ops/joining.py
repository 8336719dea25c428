"""Functions of ``ops`` that join and split arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, as_tensors, op, plain_numbers

__all__ = [
    "append",
    "array_split",
    "concatenate",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "split",
    "stack",
    "unstack",
    "vsplit",
    "vstack",
]


@op
def concatenate(xs: Any, axis: int | None = 0) -> jax.Array:
    """Join arrays along an axis that they have, in the promoted dtype.

    Arguments:
        xs: arrays whose shapes differ in this axis only.
        axis: the axis, the first by default; None flattens all of them.

    Raises:
        TypeError: shapes that don't fit.
        ValueError: no array.

    >>> concatenate([[[1, 2]], [[3, 4]]], axis=1)
    Array([[1, 2, 3, 4]], dtype=int32)
    """
    return jnp.concatenate(as_tensors(xs), axis=axis)


@op
def stack(x: Any, axis: int = 0) -> jax.Array:
    """Join arrays along a new axis, in the promoted dtype.

    Arguments:
        x: arrays of one shape; others, or none, raise a ValueError.
        axis: place of the new axis in the shape of the result, the first by default.

    >>> stack([[1, 2], [3, 4]], axis=1)
    Array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return jnp.stack(as_tensors(x), axis=axis)


@op
def hstack(xs: Any) -> jax.Array:
    """Join arrays side by side: along the second axis, vectors along the first.

    Arguments:
        xs: arrays whose shapes differ in this axis only, else a TypeError; the promoted dtype
            comes out.

    >>> hstack([[1, 2], [3]])
    Array([1, 2, 3], dtype=int32)
    """
    return jnp.hstack(as_tensors(xs))


@op
def vstack(xs: Any) -> jax.Array:
    """Join arrays on top of each other: along the first axis, vectors as rows.

    Arguments:
        xs: arrays whose shapes differ in this axis only, else a TypeError; the promoted dtype
            comes out.

    >>> vstack([[1, 2], [3, 4]])
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return jnp.vstack(as_tensors(xs))


@op
def dstack(xs: Any) -> jax.Array:
    """Join arrays along the third axis, which they get if they lack it.

    Arguments:
        xs: arrays whose shapes differ in this axis only, else a TypeError; the promoted dtype
            comes out.

    >>> dstack([[1, 2], [3, 4]])
    Array([[[1, 3],
            [2, 4]]], dtype=int32)
    """
    return jnp.dstack(as_tensors(xs))


@op
def append(x1: Any, x2: Any, axis: int | None = None) -> jax.Array:
    """Join two arrays, in the promoted dtype.

    Arguments:
        x1, x2: arrays whose shapes differ in this axis only, else a TypeError.
        axis: the axis; by default both are flattened.

    >>> append([[1, 2]], [[3, 4]], axis=0)
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return jnp.append(as_tensor(x1), as_tensor(x2), axis=axis)


@op
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[jax.Array]:
    """Cut an axis into equal parts (a number) or at given places (a list): a list of arrays.

    Arguments:
        x: array of any shape; the dtype stays.
        indices_or_sections: how many parts, which must be equal, else a ValueError; or where
            parts begin.
        axis: axis to cut, the first by default; one that x lacks raises an IndexError.

    >>> split([1, 2, 3, 4], [1])
    [Array([1], dtype=int32), Array([2, 3, 4], dtype=int32)]
    """
    return jnp.split(as_tensor(x), plain_numbers(indices_or_sections), axis=axis)


@op
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[jax.Array]:
    """Cut an axis into parts whose lengths differ by 1 at most: a list of arrays.

    Arguments:
        x: array of any shape; the dtype stays.
        indices_or_sections: how many parts (0 raises a ZeroDivisionError), or a list of where
            parts begin.
        axis: axis to cut, the first by default; one that x lacks raises an IndexError.

    >>> array_split([1, 2, 3], 2)
    [Array([1, 2], dtype=int32), Array([3], dtype=int32)]
    """
    return jnp.array_split(as_tensor(x), plain_numbers(indices_or_sections), axis=axis)


@op
def hsplit(x: Any, indices_or_sections: Any) -> list[jax.Array]:
    """Cut the second axis (of vectors the first) into equal parts or at places.

    Arguments:
        x: array of any shape; the dtype stays.
        indices_or_sections: how many parts, which must be equal, else a ValueError; or where
            parts begin.

    >>> hsplit([[1, 2], [3, 4]], 2)
    [Array([[1],
           [3]], dtype=int32), Array([[2],
           [4]], dtype=int32)]
    """
    return jnp.hsplit(as_tensor(x), plain_numbers(indices_or_sections))


@op
def vsplit(x: Any, indices_or_sections: Any) -> list[jax.Array]:
    """Cut the first axis into equal parts or at places: a list of arrays.

    Arguments:
        x: array of any shape; the dtype stays.
        indices_or_sections: how many parts, which must be equal, else a ValueError; or where
            parts begin.

    >>> vsplit([[1, 2], [3, 4]], 2)
    [Array([[1, 2]], dtype=int32), Array([[3, 4]], dtype=int32)]
    """
    return jnp.vsplit(as_tensor(x), plain_numbers(indices_or_sections))


@op
def dsplit(x: Any, indices_or_sections: Any) -> list[jax.Array]:
    """Cut the third axis into equal parts or at places: a list of arrays.

    Arguments:
        x: array of shape ``(n, m, k)`` or with more axes, else an IndexError; the dtype stays.
        indices_or_sections: how many parts, which must be equal, else a ValueError; or where
            parts begin.

    >>> dsplit([[[1, 2]]], 2)
    [Array([[[1]]], dtype=int32), Array([[[2]]], dtype=int32)]
    """
    return jnp.dsplit(as_tensor(x), plain_numbers(indices_or_sections))


@op
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[jax.Array]:
    """Take an axis apart into a list of arrays without it; the dtype stays.

    Arguments:
        x: array of any shape.
        num: how many there are, where the axis of a symbolic tensor doesn't say.
        axis: the axis, the first by default; one that x lacks raises an IndexError.

    Raises:
        ValueError: the axis has another number of entries.

    >>> unstack([[1, 2], [3, 4]])
    [Array([1, 2], dtype=int32), Array([3, 4], dtype=int32)]
    """
    x = as_tensor(x)
    if num is not None and num != x.shape[axis]:
        raise ValueError(f"unstack: axis {axis} of shape {x.shape} hasn't num={num} entries.")
    return [jnp.take(x, i, axis=axis) for i in range(x.shape[axis])]
