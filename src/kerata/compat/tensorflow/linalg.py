"""``tf.linalg``: matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from kerata import ops
from kerata.compat.tensorflow import arithmetic, choosing, making
from kerata.compat.tensorflow.exporting import exported, from_table, integers, unary, value
from kerata.compat.tensorflow.lacking import lacking

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **from_table(
        unary,
        {"det": "det", "cholesky": "cholesky", "eigh": "eigh", "eig": "eig", "diag": jnp.diag},
    ),
    **{name: arithmetic.FUNCTIONS[name] for name in ("matmul", "tensordot", "l2_normalize")},
    **{"norm": choosing.norm, "eye": making.eye, "einsum": choosing.einsum},
}


def _extra(function: Callable[..., Any]) -> Callable[..., Any]:
    made = exported(function)
    FUNCTIONS[function.__name__] = made
    return made


@_extra
def matvec(a: Any, b: Any, transpose_a: bool = False) -> Any:
    """``tf.linalg.matvec``: a matrix times a vector."""
    a = ops.swapaxes(value(a), -1, -2) if transpose_a else value(a)
    return ops.matmul(a, value(b)[..., None])[..., 0]


@_extra
def matrix_transpose(a: Any, conjugate: bool = False) -> Any:
    """``tf.linalg.matrix_transpose``: the last two axes exchanged."""
    return ops.swapaxes(value(a), -1, -2)


@_extra
def inv(input: Any, adjoint: bool = False) -> Any:
    """``tf.linalg.inv``: the inverse matrix."""
    return ops.inv(value(input))


@_extra
def solve(matrix: Any, rhs: Any, adjoint: bool = False) -> Any:
    """``tf.linalg.solve``: the solution of linear equations."""
    return ops.solve(value(matrix), value(rhs))


@_extra
def lstsq(matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True) -> Any:
    """``tf.linalg.lstsq``: least squares."""
    a, b = value(matrix), value(rhs)
    if not l2_regularizer:
        return ops.lstsq(a, b)
    gram = ops.matmul(a.T, a) + l2_regularizer * jnp.eye(a.shape[-1])
    return ops.solve(gram, ops.matmul(a.T, b))


@_extra
def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True) -> Any:
    """``tf.linalg.svd``: singular values, left and right vectors."""
    if not compute_uv:
        return jnp.linalg.svd(value(tensor), compute_uv=False)
    u, s, v = jnp.linalg.svd(value(tensor), full_matrices=full_matrices)
    return s, u, jnp.swapaxes(v, -1, -2)


@_extra
def qr(input: Any, full_matrices: bool = False) -> Any:
    """``tf.linalg.qr``: an orthogonal and a triangular matrix."""
    return ops.qr(value(input), mode="complete" if full_matrices else "reduced")


@_extra
def trace(x: Any) -> Any:
    """``tf.linalg.trace``: sum of the diagonal."""
    return jnp.trace(value(x), axis1=-2, axis2=-1)


@_extra
def diag_part(input: Any) -> Any:
    """``tf.linalg.diag_part``: the diagonal."""
    return jnp.diagonal(value(input), axis1=-2, axis2=-1)


@_extra
def band_part(input: Any, num_lower: Any, num_upper: Any) -> Any:
    """``tf.linalg.band_part``: zeros outside of a band around the diagonal; -1 is all."""
    x, low, high = value(input), integers(num_lower), integers(num_upper)
    rows, columns = jnp.indices(x.shape[-2:])
    keep = jnp.ones(x.shape[-2:], bool)
    keep = keep if low < 0 else keep & (rows - columns <= low)
    keep = keep if high < 0 else keep & (columns - rows <= high)
    return jnp.where(keep, x, 0)


@_extra
def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None) -> Any:
    """``tf.linalg.normalize``: a tensor of length 1, and its length before."""
    x = value(tensor)
    length = ops.sqrt(ops.sum(ops.square(x), axis=integers(axis), keepdims=True))
    return x / length, length


FUNCTIONS["tensor_diag"] = FUNCTIONS["diag"]


globals().update(FUNCTIONS)
__getattr__ = lacking(__name__)
