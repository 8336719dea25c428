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
    "matmul", _matmul, "x1, x2", "Matrix product; leading axes are batches; int32 of two int8."
)
dot = jax_op("dot", jnp.dot, "x1, x2", "Last axis of x1 times second last (or only) of x2.")
vdot = jax_op("vdot", jnp.vdot, "x1, x2", "Product of all values in a row.")
inner = jax_op("inner", jnp.inner, "x1, x2", "Last axis of x1 times last axis of x2.")
outer = jax_op("outer", jnp.outer, "x1, x2", "Each value of x1 times each of x2.")
kron = jax_op("kron", jnp.kron, "x1, x2", "Kronecker product.")
tensordot = jax_op(
    "tensordot", jnp.tensordot, "x1, x2, axes=2", "Sum of products over several axes."
)
cross = jax_op(
    "cross",
    jnp.cross,
    "x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None",
    "Vector product in three dimensions.",
)
trace = jax_op("trace", jnp.trace, "x, offset=0, axis1=0, axis2=1", "Sum of a diagonal.")
correlate = jax_op("correlate", jnp.correlate, "x1, x2, mode='valid'", "Cross-correlation.")
corrcoef = jax_op("corrcoef", jnp.corrcoef, "x", "Correlations between the rows.")


@op
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> jax.Array:
    """Sum of products after Einstein's notation, ``einsum("ij,jk->ik", a, b)``; int8 gives int32.

    >>> einsum("i,i->", jnp.array([100, 100], "int8"), jnp.array([2, 2], "int8"))
    Array(400, dtype=int32)
    """
    tensors = list(map(as_tensor, operands))
    kwargs["preferred_element_type"] = _wide(*tensors)
    return jnp.einsum(subscripts, *tensors, **kwargs)
