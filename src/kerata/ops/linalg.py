"""Functions of ``ops`` from linear algebra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "jvp",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
]

cholesky = jax_op(
    "cholesky",
    lambda x, upper=False: jnp.linalg.cholesky(x, upper=upper),
    "x, upper=False",
    "Triangular L with ``x = L @ L.T``; NaN where x isn't positive definite.",
)
det = jax_op("det", jnp.linalg.det, "x", "Determinant.")
slogdet = jax_op("slogdet", jnp.linalg.slogdet, "x", "Determinant's sign and log absolute value.")
eig = jax_op("eig", jnp.linalg.eig, "x", "Eigenvalues and eigenvectors.")
eigh = jax_op("eigh", jnp.linalg.eigh, "x", "Eigenvalues and eigenvectors of symmetric matrices.")
inv = jax_op("inv", jnp.linalg.inv, "x", "Inverse matrix.")
pinv = jax_op(
    "pinv",
    lambda x, rcond=None: jnp.linalg.pinv(x, rtol=rcond),
    "x, rcond=None",
    "Pseudo-inverse (Moore and Penrose).",
)
norm = jax_op(
    "norm",
    lambda x, **options: jnp.linalg.norm(jnp.asarray(x), **options),
    "x, ord=None, axis=None, keepdims=False",
    "Norm of vectors or matrices.",
)
matrix_rank = jax_op(
    "matrix_rank",
    lambda x, tol=None: jnp.linalg.matrix_rank(x, rtol=tol).astype("int32"),
    "x, tol=None",
    "Rank of matrices.",
)
qr = jax_op("qr", jnp.linalg.qr, "x, mode='reduced'", "Orthogonal times triangular matrix.")
svd = jax_op(
    "svd",
    jnp.linalg.svd,
    "x, full_matrices=True, compute_uv=True",
    "Singular value decomposition U, S, V transposed.",
)
solve = jax_op("solve", jnp.linalg.solve, "a, b", "Solve ``a @ x = b``.")
lu_factor = jax_op("lu_factor", jax.scipy.linalg.lu_factor, "x", "LU factors and pivots.")
solve_triangular = jax_op(
    "solve_triangular",
    jax.scipy.linalg.solve_triangular,
    "a, b, lower=False",
    "Solve ``a @ x = b`` with a triangular a.",
)


@op
def lstsq(a: Any, b: Any, rcond: float | None = None) -> jax.Array:
    """Give the x for which ``a @ x`` is nearest to b."""
    return jnp.linalg.lstsq(as_tensor(a), as_tensor(b), rcond=rcond)[0]


@op
def cholesky_inverse(x: Any, upper: bool = False) -> jax.Array:
    """Give the inverse of the matrix whose Cholesky factor is x."""
    x = as_tensor(x)
    lower = jnp.swapaxes(x, -1, -2) if upper else x
    identity = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    return jax.scipy.linalg.cho_solve((lower, True), identity)


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """Give a function's value and its derivative in a direction."""
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)
