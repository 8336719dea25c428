"""Functions of ``ops`` along axes: running totals, sorting, counting."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.sparse_hot import counted
from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "argpartition",
    "argsort",
    "bincount",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "diff",
    "digitize",
    "histogram",
    "nancumprod",
    "nancumsum",
    "searchsorted",
    "sort",
    "unique",
]

# --- running totals -------------------------------------------------------------------

_ALONG = "x, axis=None, dtype=None"

cumsum = jax_op(
    "cumsum",
    jnp.cumsum,
    _ALONG,
    """Running sum along an axis, in the shape of x.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis to go along; by default x is flattened. One that x lacks raises a ValueError.
        dtype: type of the result, by default x's own; bools become int32.

    >>> cumsum([[1, 2], [3, 4]], axis=0)
    Array([[1, 2],
           [4, 6]], dtype=int32)
    """,
)
cumprod = jax_op(
    "cumprod",
    jnp.cumprod,
    _ALONG,
    """Running product along an axis, in the shape of x.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis to go along; by default x is flattened. One that x lacks raises a ValueError.
        dtype: type of the result, by default x's own; bools become int32.

    >>> cumprod([1, 2, 3])
    Array([1, 2, 6], dtype=int32)
    """,
)
nancumsum = jax_op(
    "nancumsum",
    jnp.nancumsum,
    _ALONG,
    """Running sum along an axis that counts NaN as 0, in the shape of x.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis to go along; by default x is flattened. One that x lacks raises a ValueError.
        dtype: type of the result, by default x's own; bools become int32.

    >>> nancumsum([1.0, float("nan"), 3.0])
    Array([1., 1., 4.], dtype=float32)
    """,
)
nancumprod = jax_op(
    "nancumprod",
    jnp.nancumprod,
    _ALONG,
    """Running product along an axis that counts NaN as 1, in the shape of x.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis to go along; by default x is flattened. One that x lacks raises a ValueError.
        dtype: type of the result, by default x's own; bools become int32.

    >>> nancumprod([2.0, float("nan"), 3.0])
    Array([2., 2., 6.], dtype=float32)
    """,
)
diff = jax_op(
    "diff",
    jnp.diff,
    "a, n=1, axis=-1",
    """Differences of neighbours along an axis, which is n shorter in the result.

    Arguments:
        a: array of numbers, any shape; its dtype is kept.
        n: how often differences are taken, 1 by default; a negative n raises a ValueError.
        axis: axis to go along, the last by default.

    >>> diff([1, 4, 9], n=2)
    Array([2], dtype=int32)
    """,
)

# --- order and counts -----------------------------------------------------------------

sort = jax_op(
    "sort",
    jnp.sort,
    "x, axis=-1",
    """Sort along an axis, smallest first; NaN comes last. Shape and dtype are kept.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis to sort along, the last by default; None flattens. One that x lacks raises a
            ValueError.

    >>> sort([[3, 1], [2, 5]])
    Array([[1, 3],
           [2, 5]], dtype=int32)
    """,
)
argsort = jax_op(
    "argsort",
    jnp.argsort,
    "x, axis=-1",
    """Positions, as int32, that sort an axis, smallest first; equal values keep their order.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis to sort along, the last by default; None flattens. One that x lacks raises a
            ValueError.

    >>> argsort([3, 1, 2])
    Array([1, 2, 0], dtype=int32)
    """,
)
argpartition = jax_op(
    "argpartition",
    jnp.argpartition,
    "x, kth, axis=-1",
    """Positions, as int32, that put the kth smallest in its place, smaller ones before it.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        kth: place in sorted order; one outside of the axis raises a ValueError.
        axis: axis to go along, the last by default.

    >>> argpartition([3, 1, 2], 0)[0]
    Array(1, dtype=int32)
    """,
)
digitize = jax_op(
    "digitize",
    jnp.digitize,
    "x, bins",
    """Number of the bin of each value, as int32: i where ``bins[i - 1] <= x < bins[i]``.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        bins: edges in ascending or descending order, a vector; else a ValueError.

    >>> digitize([0.5, 2.0, 9.0], [1.0, 2.0])
    Array([0, 2, 2], dtype=int32)
    """,
)
searchsorted = jax_op(
    "searchsorted",
    jnp.searchsorted,
    "sorted_sequence, values, side='left'",
    """Positions, as int32, at which values fit into a sorted vector.

    Arguments:
        sorted_sequence: vector in ascending order, shape ``(n,)``; else a ValueError.
        values: numbers, any shape, which the result has too.
        side: before (``'left'``, default) or after (``'right'``) equal values; else a
            ValueError.

    >>> searchsorted([1, 3, 5], [0, 3, 9])
    Array([0, 1, 3], dtype=int32)
    """,
)


@op
def count_nonzero(x: Any, axis: Any = None) -> jax.Array:
    """Count the values that are not zero, as int32.

    Arguments:
        x: array of numbers, any shape; text raises a TypeError.
        axis: axis or axes to reduce, all by default; one that x lacks raises a ValueError.

    >>> count_nonzero([[1, 0], [2, 3]], axis=1)
    Array([1, 2], dtype=int32)
    """
    return jnp.count_nonzero(as_tensor(x), axis=axis).astype("int32")


@op
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> jax.Array:
    """Count, or add up the weights of, each whole number in x; a matrix row by row.

    Arguments:
        x: integers from 0 on, shape ``(n,)`` or ``(batch, n)``; their largest decides the
            length, so values must be known (not inside compiled code).
        weights: shape of x; the sums have their dtype, counts are int32.
        minlength: least length of the result, 0 by default.
        sparse: give JAX's sparse matrix (``BCOO``) of floats; False by default.

    Raises:
        ValueError: negative integers.
        TypeError: x holds floats.

    >>> bincount([0, 2, 2], minlength=4)
    Array([1, 0, 2, 0], dtype=int32)
    """
    x = as_tensor(x)
    if jnp.issubdtype(x.dtype, jnp.integer):
        x = x.astype(jnp.promote_types(x.dtype, jnp.int32))
        if x.size and int(jnp.min(x)) < 0:
            raise ValueError(f"bincount counts integers from 0 on, got {int(jnp.min(x))}.")
    weights = None if weights is None else as_tensor(weights)
    length = int(jnp.max(x, initial=-1)) + 1
    length = length if length > minlength else minlength
    if sparse:
        return counted(x, weights, length)
    if x.ndim == 1:
        return jnp.bincount(x, weights, length=length)
    if weights is None:
        return jax.vmap(lambda row: jnp.bincount(row, length=length))(x)
    return jax.vmap(lambda row, w: jnp.bincount(row, w, length=length))(x, weights)


@op
def histogram(x: Any, bins: Any = 10, range: Any = None) -> tuple[jax.Array, jax.Array]:
    """Count the values in each bin; give counts and edges, both as floats.

    Arguments:
        x: array of real numbers, any shape; text raises a TypeError.
        bins: how many bins of equal width (10), or their edges as a vector.
        range: lowest and highest edge, by default of x's values; what lies outside is not
            counted.

    Raises:
        ValueError: fewer bins than 1.

    >>> histogram([1.0, 2.0, 2.0], bins=2)
    (Array([1., 2.], dtype=float32), Array([1. , 1.5, 2. ], dtype=float32))
    """
    if isinstance(bins, int) and bins < 1:
        raise ValueError(f"ops.histogram: bins must be at least 1, got bins={bins!r}.")
    bins = bins if isinstance(bins, int) else as_tensor(bins)
    counts, edges = jnp.histogram(as_tensor(x), bins=bins, range=range)
    return counts, edges


@op
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """List the distinct values, flattened, in x's dtype; compiled code must give ``size``.

    Arguments:
        x: array of numbers, any shape.
        sorted: smallest first (True).
        return_index, return_inverse, return_counts: also give where each value first stands,
            which one each of x is, and how often each stands, as int32.
        axis: compare slices along this axis instead of single values; one that x lacks raises a
            ValueError.
        size: length of the result, cut or filled up with ``fill_value`` (default the smallest).

    >>> unique([3, 1, 3], return_counts=True)
    (Array([1, 3], dtype=int32), Array([1, 2], dtype=int32))
    """
    return jnp.unique(
        as_tensor(x),
        return_index=return_index,
        return_inverse=return_inverse,
        return_counts=return_counts,
        axis=axis,
        equal_nan=False,
        size=size,
        fill_value=fill_value,
        sorted=sorted,
    )
