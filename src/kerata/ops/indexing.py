"""Functions of ``ops`` that pick and change values by their positions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, as_tensors, jax_op, op

__all__ = [
    "diag",
    "diagflat",
    "diagonal",
    "get_item",
    "nonzero",
    "scatter",
    "scatter_update",
    "select",
    "slice",
    "slice_update",
    "take",
    "take_along_axis",
    "tril",
    "triu",
    "unravel_index",
    "where",
]


take = jax_op(
    "take",
    jnp.take,
    "x, indices, axis=None",
    """Pick positions along an axis; the dtype stays.

    Arguments:
        x: array of any shape.
        indices: integers, any shape, which stands in the place of the axis; negative ones count
            from the end. One outside gives NaN, or the least integer.
        axis: the axis, one that x lacks raises a ValueError; by default x is flattened.

    >>> take([[1, 2], [3, 4]], [1, 0], axis=1)
    Array([[2, 1],
           [4, 3]], dtype=int32)
    """,
)
take_along_axis = jax_op(
    "take_along_axis",
    jnp.take_along_axis,
    "x, indices, axis=None",
    """Pick one position along an axis for each place of ``indices``.

    Arguments:
        x: array of any shape; the dtype stays.
        indices: integers with as many axes as x, else a ValueError; the result has their shape.
        axis: the axis; by default x is flattened.

    >>> take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1)
    Array([[2],
           [3]], dtype=int32)
    """,
)
diagonal = jax_op(
    "diagonal",
    jnp.diagonal,
    "x, offset=0, axis1=0, axis2=1",
    """A diagonal of matrices, as the last axis of the result; the dtype stays.

    Arguments:
        x: array of shape ``(n, m)`` or with more axes, else a ValueError.
        offset: how far above the main diagonal, 0 by default.
        axis1, axis2: axes of the matrices, the first two by default.

    >>> diagonal([[1, 2], [3, 4]])
    Array([1, 4], dtype=int32)
    """,
)
diag = jax_op(
    "diag",
    jnp.diag,
    "x, k=0",
    """Diagonal of a matrix, or matrix with a vector on its diagonal; the dtype stays.

    Arguments:
        x: shape ``(n, m)`` or ``(n,)``; others raise a ValueError.
        k: how far above the main diagonal, 0 by default.

    >>> diag([1, 2])
    Array([[1, 0],
           [0, 2]], dtype=int32)
    """,
)
diagflat = jax_op(
    "diagflat",
    jnp.diagflat,
    "x, k=0",
    """Matrix with all values on a diagonal and zeros elsewhere; the dtype stays.

    Arguments:
        x: array of any shape, flattened; text raises a TypeError.
        k: how far above the main diagonal, 0 by default.

    >>> diagflat([[1, 2]])
    Array([[1, 0],
           [0, 2]], dtype=int32)
    """,
)
tril = jax_op(
    "tril",
    jnp.tril,
    "x, k=0",
    """Replace what lies above a diagonal by zeros; shape and dtype stay.

    Arguments:
        x: matrices, shape ``(..., n, m)``; a vector raises a ValueError.
        k: how far the diagonal lies above the main one, 0 by default.

    >>> tril([[1, 2], [3, 4]])
    Array([[1, 0],
           [3, 4]], dtype=int32)
    """,
)
triu = jax_op(
    "triu",
    jnp.triu,
    "x, k=0",
    """Replace what lies below a diagonal by zeros; shape and dtype stay.

    Arguments:
        x: matrices, shape ``(..., n, m)``; a vector raises a ValueError.
        k: how far the diagonal lies above the main one, 0 by default.

    >>> triu([[1, 2], [3, 4]])
    Array([[1, 2],
           [0, 4]], dtype=int32)
    """,
)


@op
def get_item(x: Any, key: Any) -> jax.Array:
    """Index: ``x[key]``; the dtype stays.

    Arguments:
        x: array of any shape.
        key: integer, slice, array of integers or bools, None, ``...``, or a tuple of them; more
            than x has axes raises an IndexError. An integer outside is held within the bounds.

    >>> get_item([[1, 2], [3, 4]], (0, 1))
    Array(2, dtype=int32)
    """
    return as_tensor(x)[key]


@op
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Take x1 where the condition is true, else x2; with neither, the true positions.

    Arguments:
        condition: bools, any shape; numbers other than 0 are true.
        x1, x2: arrays or numbers that broadcast with it, in the promoted dtype; or None for
            both.

    Raises:
        ValueError: only one of x1 and x2, or shapes that don't broadcast.

    >>> where([True, False], [1, 2], 0)
    Array([1, 0], dtype=int32)
    """
    if (x1 is None) != (x2 is None):
        raise ValueError("where takes both x1 and x2, or neither.")
    if x1 is None:
        return jnp.where(as_tensor(condition))
    return jnp.where(as_tensor(condition), *(_number_or_tensor(x) for x in (x1, x2)))


@op
def select(condlist: Any, choicelist: Any, default: Any = 0) -> jax.Array:
    """Take each value from the choice whose condition is the first to be true.

    Arguments:
        condlist: arrays of bools.
        choicelist: as many arrays; all shapes broadcast, the promoted dtype comes out.
        default: where no condition is true, 0 by default.

    Raises:
        ValueError: no conditions, or another number of choices.

    >>> select([[True, False], [True, True]], [[1, 2], [3, 4]])
    Array([1, 4], dtype=int32)
    """
    return jnp.select(as_tensors(condlist), as_tensors(choicelist), default=default)


@op
def nonzero(x: Any) -> tuple[jax.Array, ...]:
    """Positions of the values that are not zero: one int32 vector for each axis.

    Arguments:
        x: array of any shape; its values must be known, so inside compiled code an error of JAX
            (ConcretizationTypeError).

    >>> nonzero([[0, 5], [7, 0]])
    (Array([0, 1], dtype=int32), Array([1, 0], dtype=int32))
    """
    return jnp.nonzero(as_tensor(x))


@op
def unravel_index(indices: Any, shape: Any) -> tuple[jax.Array, ...]:
    """Turn positions in the flat array into positions along each axis: a tuple of arrays.

    Arguments:
        indices: integers, any shape, which each result has too; those outside are held within
            the bounds. Text raises a TypeError.
        shape: lengths of the axes.

    >>> unravel_index([1, 3], (2, 2))
    (Array([0, 1], dtype=int32), Array([1, 1], dtype=int32))
    """
    return jnp.unravel_index(as_tensor(indices), shape)


@op
def slice(inputs: Any, start_indices: Any, shape: Any) -> jax.Array:
    """Cut out a block; the dtype stays.

    Arguments:
        inputs: array of any shape.
        start_indices: where it starts along each axis, moved back if the block would end
            outside.
        shape: lengths of the block; -1 is "up to the end" (then starts must be known).

    Raises:
        ValueError: other numbers of starts or lengths than inputs has axes.
        TypeError: a block larger than the array.

    >>> slice([1, 2, 3, 4], [1], [2])
    Array([2, 3], dtype=int32)
    """
    x = as_tensor(inputs)
    starts = list(start_indices)
    sizes = [x.shape[i] - int(starts[i]) if n == -1 else n for i, n in enumerate(shape)]
    return jax.lax.dynamic_slice(x, starts, sizes)


@op
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> jax.Array:
    """Replace a block; shape and dtype of inputs stay.

    Arguments:
        inputs: array of any shape.
        start_indices: where the block starts along each axis, moved back if it would end
            outside.
        updates: the block, with as many axes as inputs; a larger one raises a TypeError.

    >>> slice_update([1, 2, 3, 4], [1], [7, 8])
    Array([1, 7, 8, 4], dtype=int32)
    """
    x = as_tensor(inputs)
    return jax.lax.dynamic_update_slice(x, as_tensor(updates).astype(x.dtype), start_indices)


@op
def scatter(indices: Any, values: Any, shape: Any) -> jax.Array:
    """Put values into zeros, in their dtype; values for the same position are added.

    Arguments:
        indices: positions, integers of shape ``(..., axes)``; those outside are left out.
        values: shape ``(..., *rest)``; another number of them raises a ValueError.
        shape: shape of the result.

    >>> scatter([[0], [2]], [5, 6], (4,))
    Array([5, 0, 6, 0], dtype=int32)
    """
    values = as_tensor(values)
    return jnp.zeros(tuple(shape), values.dtype).at[_positions(indices)].add(values)


@op
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """Change values at positions; shape and dtype of inputs stay.

    Arguments:
        inputs: array of any shape.
        indices: positions, integers of shape ``(n, axes)``; those outside are left out.
        updates: new values, shape ``(n, *rest)``.
        reduction: None to replace, or ``'add'``, ``'max'``, ``'min'``, ``'mul'``.

    Raises:
        ValueError: unknown reduction, or another number of updates.

    >>> scatter_update([1, 2, 3], [[0], [2]], [5, 6], reduction="add")
    Array([6, 2, 9], dtype=int32)
    """
    at: Any = as_tensor(inputs).at[_positions(indices)]
    ways: dict[Any, Any] = {
        None: at.set,
        "add": at.add,
        "max": at.max,
        "min": at.min,
        "mul": at.multiply,
    }
    if reduction not in ways:
        raise ValueError(
            f"reduction must be None, 'add', 'max', 'min' or 'mul', got {reduction!r}."
        )
    return ways[reduction](as_tensor(updates))


def _positions(indices: Any) -> tuple[jax.Array, ...]:
    return tuple(jnp.moveaxis(as_tensor(indices), -1, 0))


def _number_or_tensor(x: Any) -> Any:
    return x if isinstance(x, (bool, int, float)) else as_tensor(x)
