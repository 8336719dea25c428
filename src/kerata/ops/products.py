"""Functions of ``ops`` that multiply vectors and matrices."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "corrcoef",
    "correlate",
    "cross",
    "dot",
    "einsum",
    "inner",
    "kron",
    "matmul",
    "outer",
    "tensordot",
    "trace",
    "vdot",
]


def _matmul(x1: Any, x2: Any) -> jax.Array:
    x1, x2 = as_tensor(x1), as_tensor(x2)
    return jnp.matmul(x1, x2, preferred_element_type=_wide(x1, x2))


def _wide(*tensors: jax.Array) -> Any:
    """Give the type in which products are added up: a sum of bytes is no byte."""
    return jnp.int32 if all(x.dtype == jnp.int8 for x in tensors) else None


matmul = jax_op(
    "matmul",
    _matmul,
    "x1, x2",
    """Matrix product ``x1 @ x2``, in the promoted dtype; two int8 give int32.

    Arguments:
        x1: shape ``(..., n, k)`` or ``(k,)``.
        x2: shape ``(..., k, m)`` or ``(k,)``; leading axes broadcast.

    Raises:
        TypeError: k differs.
        ValueError: a number in place of an array.

    >>> matmul([[1, 2], [3, 4]], [1, 1])
    Array([3, 7], dtype=int32)
    """,
)
dot = jax_op(
    "dot",
    jnp.dot,
    "x1, x2",
    """Sum of products over x1's last and x2's second last (or only) axis, promoted dtype.

    Arguments:
        x1: shape ``(..., k)`` or a number, which multiplies.
        x2: shape ``(..., k, m)`` or ``(k,)``; another k raises a TypeError.

    >>> dot([[1, 2], [3, 4]], [1, 1])
    Array([3, 7], dtype=int32)
    """,
)
vdot = jax_op(
    "vdot",
    jnp.vdot,
    "x1, x2",
    """Sum of products of all values, a single number; complex x1 is conjugated.

    Arguments:
        x1, x2: arrays of the same number of values, any shape; else a TypeError.

    >>> vdot([[1, 2]], [[3, 4]])
    Array(11, dtype=int32)
    """,
)
inner = jax_op(
    "inner",
    jnp.inner,
    "x1, x2",
    """Sum of products over the last axis of both, in the promoted dtype.

    Arguments:
        x1: shape ``(..., k)``.
        x2: shape ``(..., k)``; another k raises a TypeError. The result has the other axes of
            both.

    >>> inner([1, 2], [[3, 4], [5, 6]])
    Array([11, 17], dtype=int32)
    """,
)
outer = jax_op(
    "outer",
    jnp.outer,
    "x1, x2",
    """Each value of x1 times each of x2, shape ``(size of x1, size of x2)``, promoted dtype.

    Arguments:
        x1, x2: arrays of numbers, any shape, flattened; text raises a TypeError.

    >>> outer([1, 2], [3, 4])
    Array([[3, 4],
           [6, 8]], dtype=int32)
    """,
)
kron = jax_op(
    "kron",
    jnp.kron,
    "x1, x2",
    """Kronecker product: each value of x1 becomes a block, itself times x2.

    Arguments:
        x1, x2: arrays of numbers, any shape; each axis of the result is as long as the product
            of both. Text raises a TypeError.

    >>> kron([[1, 2]], [[1, 1]])
    Array([[1, 1, 2, 2]], dtype=int32)
    """,
)
tensordot = jax_op(
    "tensordot",
    jnp.tensordot,
    "x1, x2, axes=2",
    """Sum of products over several axes of both, in the promoted dtype.

    Arguments:
        x1, x2: arrays of numbers, any shape; summed axes that differ in length raise a
            TypeError.
        axes: how many last axes of x1 meet as many first of x2 (2), or a pair of lists of axes.

    >>> tensordot([[1, 2], [3, 4]], [[1, 2], [3, 4]], axes=([0], [0]))
    Array([[10, 14],
           [14, 20]], dtype=int32)
    """,
)
cross = jax_op(
    "cross",
    jnp.cross,
    "x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None",
    """Vector product in three dimensions (or the single number that it is in two).

    Arguments:
        x1, x2: arrays of numbers, shape ``(..., 3)`` or ``(..., 2)``; other lengths raise a
            ValueError.
        axisa, axisb, axisc: axis of the vectors in x1, x2 and the result, the last by default.
        axis: the same for all three.

    >>> cross([1, 0, 0], [0, 1, 0])
    Array([0, 0, 1], dtype=int32)
    """,
)
trace = jax_op(
    "trace",
    jnp.trace,
    "x, offset=0, axis1=0, axis2=1",
    """Sum of a diagonal, in x's dtype; small integers in int32.

    Arguments:
        x: shape ``(..., n, m)``; a vector raises a ValueError.
        offset: how far above the main diagonal, 0 by default.
        axis1, axis2: axes of the matrices, the first two by default; the same twice raises a
            ValueError.

    >>> trace([[1, 2], [3, 4]])
    Array(5, dtype=int32)
    """,
)
correlate = jax_op(
    "correlate",
    jnp.correlate,
    "x1, x2, mode='valid'",
    """Cross-correlation: x2 slides along x1, products are summed; a float.

    Arguments:
        x1: shape ``(n,)``.
        x2: shape ``(m,)``.
        mode: ``'valid'`` (default) where they overlap fully, ``'full'`` where they overlap,
            ``'same'`` for the longer one's length.

    Raises:
        ValueError: unknown mode, arrays that are no vectors or empty.

    >>> correlate([1, 2, 3], [1, 1])
    Array([3., 5.], dtype=float32)
    """,
)
corrcoef = jax_op(
    "corrcoef",
    jnp.corrcoef,
    "x",
    """Correlation (Pearson) of each row with each, shape ``(rows, rows)``, a float.

    Arguments:
        x: shape ``(rows, n)``; more than two axes raise a ValueError.

    >>> corrcoef([[1.0, 2.0, 3.0], [1.0, 0.0, -1.0]])
    Array([[ 1., -1.],
           [-1.,  1.]], dtype=float32)
    """,
)


@op
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> jax.Array:
    """Sum of products in Einstein's notation, in the promoted dtype; int8 alone gives int32.

    Arguments:
        subscripts: a letter for each axis of each operand, then those of the result:
            ``"ij,jk->ik"``. Letters that the result lacks are summed.
        operands: arrays of numbers of these shapes, as many as the subscripts have parts.

    Raises:
        ValueError: subscripts that don't fit the operands.

    >>> einsum("ij,jk->ik", [[1, 2]], [[3], [4]])
    Array([[11]], dtype=int32)
    """
    tensors = list(map(as_tensor, operands))
    kwargs["preferred_element_type"] = _wide(*tensors)
    return jnp.einsum(subscripts, *tensors, **kwargs)
