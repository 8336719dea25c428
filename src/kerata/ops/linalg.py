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


def _cholesky(x: Any, upper: bool = False) -> jax.Array:
    found = jnp.linalg.cholesky(x, upper=upper)
    if not isinstance(found, jax.core.Tracer) and bool(jnp.isnan(found).any()):
        raise ValueError("ops.cholesky: x is not positive definite, so it has no such factor.")
    return found


cholesky = jax_op(
    "cholesky",
    _cholesky,
    "x, upper=False",
    """Triangular L with ``x = L @ L.T``, a float.

    Arguments:
        x: symmetric matrices, shape ``(..., n, n)``; a vector raises a TypeError.
        upper: give the transposed factor, False by default.

    Raises:
        ValueError: x isn't positive definite; inside a compiled program the factor is NaN there.

    >>> cholesky([[4.0, 2.0], [2.0, 5.0]])
    Array([[2., 0.],
           [1., 2.]], dtype=float32)
    """,
)
det = jax_op(
    "det",
    jnp.linalg.det,
    "x",
    """Determinant, a float of shape ``(...,)``.

    Arguments:
        x: matrices, shape ``(..., n, n)``; others raise a ValueError.

    >>> det([[1.0, 2.0], [3.0, 5.0]]).round(3)
    Array(-1., dtype=float32)
    """,
)
slogdet = jax_op(
    "slogdet",
    jnp.linalg.slogdet,
    "x",
    """Sign and logarithm of the absolute value of the determinant, without overflow.

    Arguments:
        x: matrices, shape ``(..., n, n)``; others raise a ValueError. Both results are floats
            of shape ``(...,)``.

    >>> sign, logarithm = slogdet([[-2.0, 0.0], [0.0, 2.0]])
    >>> sign, logarithm.round(2)
    (Array(-1., dtype=float32), Array(1.39, dtype=float32))
    """,
)
eig = jax_op(
    "eig",
    jnp.linalg.eig,
    "x",
    """Eigenvalues ``(..., n)`` and eigenvectors, the columns of ``(..., n, n)``, both complex.

    Arguments:
        x: matrices, shape ``(..., n, n)``; others raise a ValueError.

    >>> eig([[2.0, 0.0], [0.0, 3.0]])[0]
    Array([2.+0.j, 3.+0.j], dtype=complex64)
    """,
)
eigh = jax_op(
    "eigh",
    jnp.linalg.eigh,
    "x",
    """Eigenvalues, ascending, and eigenvectors of symmetric (Hermitian) matrices.

    Arguments:
        x: shape ``(..., n, n)``; integers become floats, a vector raises a TypeError. Values
            have shape ``(..., n)``; vectors are columns of ``(..., n, n)``.

    >>> eigh([[3.0, 0.0], [0.0, 2.0]])[0]
    Array([2., 3.], dtype=float32)
    """,
)
inv = jax_op(
    "inv",
    jnp.linalg.inv,
    "x",
    """Inverse matrix, a float; infinite or NaN where there is none.

    Arguments:
        x: matrices, shape ``(..., n, n)``; others raise a ValueError.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    Array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """,
)
pinv = jax_op(
    "pinv",
    lambda x, rcond=None: jnp.linalg.pinv(x, rtol=rcond),
    "x, rcond=None",
    """Pseudo-inverse (Moore and Penrose), shape ``(..., m, n)``, a float.

    Arguments:
        x: matrices, shape ``(..., n, m)``; a vector raises a ValueError.
        rcond: singular values up to this share of the largest count as 0; by default by the
            dtype's precision.

    >>> pinv([[2.0, 0.0]])
    Array([[0.5],
           [0. ]], dtype=float32)
    """,
)
norm = jax_op(
    "norm",
    lambda x, **options: jnp.linalg.norm(jnp.asarray(x), **options),
    "x, ord=None, axis=None, keepdims=False",
    """Norm of vectors or matrices, a float.

    Arguments:
        x: array of numbers, any shape.
        ord: 2, 1, ``inf``, ...; for matrices also ``'fro'`` and ``'nuc'``. By default the root
            of the sum of squares.
        axis: axis of the vectors or two axes of the matrices; all of x by default.
        keepdims: keep these axes with length 1, False by default.

    Raises:
        ValueError: unknown order, or more than two axes for an order.

    >>> norm([[3.0, 4.0], [6.0, 8.0]], axis=1)
    Array([ 5., 10.], dtype=float32)
    """,
)
matrix_rank = jax_op(
    "matrix_rank",
    lambda x, tol=None: jnp.linalg.matrix_rank(x, rtol=tol).astype("int32"),
    "x, tol=None",
    """Rank of matrices, as int32: how many singular values are not 0.

    Arguments:
        x: shape ``(..., n, m)``; text raises a TypeError.
        tol: singular values up to this share of the largest count as 0; by default by the
            dtype's precision.

    >>> matrix_rank([[1.0, 2.0], [2.0, 4.0]])
    Array(1, dtype=int32)
    """,
)
qr = jax_op(
    "qr",
    jnp.linalg.qr,
    "x, mode='reduced'",
    """Factors Q with orthonormal columns and R, upper triangular, with ``x = Q @ R``.

    Arguments:
        x: shape ``(..., n, m)``, floats come out; a vector raises a TypeError.
        mode: ``'reduced'`` for Q of shape ``(..., n, min(n, m))`` (default), ``'complete'`` for
            ``(..., n, n)``; others raise a ValueError.

    >>> q, r = qr([[3.0], [4.0]])
    >>> abs(q).round(1), abs(r).round(1)
    (Array([[0.6],
           [0.8]], dtype=float32), Array([[5.]], dtype=float32))
    """,
)
svd = jax_op(
    "svd",
    jnp.linalg.svd,
    "x, full_matrices=True, compute_uv=True",
    """Singular value decomposition: U, S and V transposed with ``x = U * S @ V.T``, floats.

    Arguments:
        x: shape ``(..., n, m)``; a vector raises a TypeError. S has shape ``(..., min(n, m))``,
            largest first.
        full_matrices: U and V are square (True) or as narrow as S is long.
        compute_uv: False gives S alone.

    >>> svd([[0.0, 2.0], [3.0, 0.0]], compute_uv=False)
    Array([3., 2.], dtype=float32)
    """,
)
solve = jax_op(
    "solve",
    jnp.linalg.solve,
    "a, b",
    """Solve ``a @ x = b``, a float; infinite or NaN where a has no inverse.

    Arguments:
        a: shape ``(..., n, n)``.
        b: shape ``(n,)`` or ``(..., n, k)``, which x has too; other lengths raise a ValueError.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 8.0])
    Array([1., 2.], dtype=float32)
    """,
)
lu_factor = jax_op(
    "lu_factor",
    jax.scipy.linalg.lu_factor,
    "x",
    """LU decomposition: both factors in one matrix, and how rows were exchanged.

    Arguments:
        x: matrices, shape ``(..., n, m)``; a vector raises a TypeError. The factors are floats,
            the exchanges int32.

    >>> lu_factor([[2.0, 4.0], [1.0, 5.0]])
    (Array([[2. , 4. ],
           [0.5, 3. ]], dtype=float32), Array([0, 1], dtype=int32))
    """,
)
solve_triangular = jax_op(
    "solve_triangular",
    jax.scipy.linalg.solve_triangular,
    "a, b, lower=False",
    """Solve ``a @ x = b`` with a triangular a, a float.

    Arguments:
        a: shape ``(..., n, n)``; the other triangle is not read.
        b: shape ``(n,)`` or ``(..., n, k)``, which x has too; other lengths raise a ValueError.
        lower: whether a is a lower triangle, False by default.

    >>> solve_triangular([[2.0, 0.0], [1.0, 4.0]], [2.0, 5.0], lower=True)
    Array([1., 1.], dtype=float32)
    """,
)


@op
def lstsq(a: Any, b: Any, rcond: float | None = None) -> jax.Array:
    """The x for which ``a @ x`` is nearest to b (least squares), a float.

    Arguments:
        a: shape ``(n, m)``.
        b: shape ``(n,)`` or ``(n, k)``; another n raises a ValueError. x has shape ``(m,)`` or
            ``(m, k)``.
        rcond: singular values up to this share of the largest count as 0; by default by the
            dtype's precision.

    >>> lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3)
    Array([2.], dtype=float32)
    """
    return jnp.linalg.lstsq(as_tensor(a), as_tensor(b), rcond=rcond)[0]


@op
def cholesky_inverse(x: Any, upper: bool = False) -> jax.Array:
    """Inverse of the matrix whose Cholesky factor is x, a float.

    Arguments:
        x: triangular factors as ``cholesky`` gives them, shape ``(..., n, n)``; a vector raises
            a ValueError.
        upper: whether they are upper triangles, False by default.

    >>> cholesky_inverse([[2.0, 0.0], [0.0, 4.0]])
    Array([[0.25  , 0.    ],
           [0.    , 0.0625]], dtype=float32)
    """
    x = as_tensor(x)
    lower = jnp.swapaxes(x, -1, -2) if upper else x
    identity = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    return jax.scipy.linalg.cho_solve((lower, True), identity)


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """A function's value and its derivative in a direction (forward mode).

    Arguments:
        fun: function of arrays that JAX can follow.
        primals: its arguments, a tuple or list of arrays.
        tangents: the direction, same shapes and dtypes (floats); else a TypeError.
        has_aux: whether fun gives ``(value, something else)``; that comes back as the third.
            False by default.

    >>> value, slope = jvp(lambda x: x**2, (3.0,), (1.0,))
    >>> float(value), float(slope)
    (9.0, 6.0)
    """
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)
