"""Functions of ``ops`` that make arrays from nothing but a shape."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import is_integer, sizes
from kerata.base.dtypes import dtype_name, floatx
from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "arange",
    "array",
    "bartlett",
    "blackman",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "hamming",
    "hanning",
    "identity",
    "kaiser",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]


def zeros(shape: Any, dtype: Any = None) -> jax.Array:
    """Array of zeros.

    Arguments:
        shape: length, or tuple of lengths, of the result; a negative one raises a TypeError.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> zeros((2, 3))
    Array([[0., 0., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    return jnp.zeros(_sizes("zeros", shape), dtype_name(dtype))


def ones(shape: Any, dtype: Any = None) -> jax.Array:
    """Array of ones.

    Arguments:
        shape: length, or tuple of lengths, of the result; a negative one raises a TypeError.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> ones((2, 3))
    Array([[1., 1., 1.],
           [1., 1., 1.]], dtype=float32)
    """
    return jnp.ones(_sizes("ones", shape), dtype_name(dtype))


def empty(shape: Any, dtype: Any = None) -> jax.Array:
    """Array whose values are to be filled in later; they are zeros here.

    Arguments:
        shape: length, or tuple of lengths, of the result; a negative one raises a TypeError.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> empty(2).shape
    (2,)
    """
    return jnp.empty(_sizes("empty", shape), dtype_name(dtype))


@op
def full(shape: Any, fill_value: Any, dtype: Any = None) -> jax.Array:
    """Array with the same value everywhere.

    Arguments:
        shape: length, or tuple of lengths, of the result; a negative one raises a TypeError.
        fill_value: a number, or an array that broadcasts to the shape, else a ValueError.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> full((2,), 7)
    Array([7., 7.], dtype=float32)
    """
    return jnp.full(shape, as_tensor(fill_value), dtype_name(dtype))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """Matrix with ones on a diagonal and zeros elsewhere, shape ``(N, M)``.

    Arguments:
        N, M: rows and columns, M = N by default; a negative one raises a ValueError.
        k: how far the diagonal lies above the main one, 0 by default.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> eye(2, 3, k=1)
    Array([[0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    rows, columns = _sizes("eye", (N, N if M is None else M))
    return jnp.eye(rows, columns, k, dtype=dtype_name(dtype))


def identity(n: int, dtype: Any = None) -> jax.Array:
    """Square matrix with ones on the diagonal, shape ``(n, n)``.

    Arguments:
        n: rows and columns; a negative n raises a ValueError.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> identity(2, dtype="int32")
    Array([[1, 0],
           [0, 1]], dtype=int32)
    """
    (n,) = _sizes("identity", (n,))
    return jnp.identity(n, dtype=dtype_name(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """Matrix with ones up to a diagonal and zeros above, shape ``(N, M)``.

    Arguments:
        N, M: rows and columns, M = N by default; a negative one raises a TypeError.
        k: how far the diagonal lies above the main one, 0 by default.
        dtype: type of the values, ``floatx()`` by default; an unknown name raises a ValueError.

    >>> tri(2, 3)
    Array([[1., 0., 0.],
           [1., 1., 0.]], dtype=float32)
    """
    rows, columns = _sizes("tri", (N, N if M is None else M))
    return jnp.tri(rows, columns, k, dtype=dtype_name(dtype))


@op
def zeros_like(x: Any, dtype: Any = None) -> jax.Array:
    """Array of zeros in the shape of another.

    Arguments:
        x: array of any shape.
        dtype: type of the values, x's own by default; an unknown name raises a TypeError.

    >>> zeros_like([[1, 2]])
    Array([[0, 0]], dtype=int32)
    """
    return jnp.zeros_like(as_tensor(x), dtype=dtype)


@op
def ones_like(x: Any, dtype: Any = None) -> jax.Array:
    """Array of ones in the shape of another.

    Arguments:
        x: array of any shape.
        dtype: type of the values, x's own by default; an unknown name raises a TypeError.

    >>> ones_like([[1, 2]])
    Array([[1, 1]], dtype=int32)
    """
    return jnp.ones_like(as_tensor(x), dtype=dtype)


@op
def empty_like(x: Any, dtype: Any = None) -> jax.Array:
    """Array in the shape of another, to be filled in later; its values are zeros here.

    Arguments:
        x: array of any shape.
        dtype: type of the values, x's own by default; an unknown name raises a TypeError.

    >>> empty_like([[1, 2]]).shape
    (1, 2)
    """
    return jnp.empty_like(as_tensor(x), dtype=dtype)


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> jax.Array:
    """Array of one value in the shape of another.

    Arguments:
        x: array of any shape.
        fill_value: a number, or an array that broadcasts to the shape, else a ValueError.
        dtype: type of the values, x's own by default; an unknown name raises a TypeError.

    >>> full_like([1.0, 2.0], 7)
    Array([7., 7.], dtype=float32)
    """
    return jnp.full_like(as_tensor(x), as_tensor(fill_value), dtype=dtype)


@op
def array(x: Any, dtype: Any = None) -> jax.Array:
    """Make an array of numbers, nested lists, NumPy arrays or variables.

    Arguments:
        x: what to turn, of any shape; nested lists of different lengths raise a ValueError,
            text a TypeError.
        dtype: type of the values; by default int32, float32 or bool for Python's numbers, else
            x's own.

    >>> array([[1, 2], [3, 4]])
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return jnp.array(as_tensor(x), dtype=dtype)


@op
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> jax.Array:
    """Numbers from start up to, not including, stop: shape ``(n,)``.

    Arguments:
        start: first number; alone it is the stop, and the first number is 0.
        stop, step: end and distance, 1 by default; a step of 0 raises a ZeroDivisionError.
        dtype: type of the values; by default int32 or float32, as the numbers are.

    >>> arange(0, 6, 2)
    Array([0, 2, 4], dtype=int32)
    """
    return jnp.arange(start, stop, step, dtype=dtype)


linspace = jax_op(
    "linspace",
    jnp.linspace,
    "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0",
    """Numbers at equal distances from start to stop, a float.

    Arguments:
        start, stop: numbers, or arrays whose shapes broadcast; their axes follow the new one.
        num: how many, 50 by default; a negative number raises a ValueError.
        endpoint: whether stop is the last number, True by default.
        retstep: also give the distance, False by default.
        dtype: type of the values, float32 by default.
        axis: where the new axis goes, the first by default.

    >>> linspace(0.0, 1.0, num=5)
    Array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """,
)
logspace = jax_op(
    "logspace",
    jnp.logspace,
    "start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0",
    """Numbers at equal ratios from ``base**start`` to ``base**stop``, a float.

    Arguments:
        start, stop: exponents, numbers or arrays whose shapes broadcast.
        num: how many, 50 by default; a negative number raises a ValueError.
        endpoint: whether the last number is ``base**stop``, True by default.
        base: 10 by default.
        dtype: type of the values, float32 by default.
        axis: where the new axis goes, the first by default.

    >>> logspace(0.0, 2.0, num=3)
    Array([  1.,  10., 100.], dtype=float32)
    """,
)
geomspace = jax_op(
    "geomspace",
    jnp.geomspace,
    "start, stop, num=50, endpoint=True, dtype=None, axis=0",
    """Numbers at equal ratios from start to stop, a float.

    Arguments:
        start, stop: numbers of the same sign other than 0 (else NaN), or arrays of them whose
            shapes broadcast.
        num: how many, 50 by default; a negative number raises a ValueError.
        endpoint: whether stop is the last number, True by default.
        dtype: type of the values, float32 by default.
        axis: where the new axis goes, the first by default.

    >>> geomspace(1.0, 100.0, num=3)
    Array([  1.,  10., 100.], dtype=float32)
    """,
)


@op
def meshgrid(*x: Any, indexing: str = "xy") -> list[jax.Array]:
    """Grids of coordinates from vectors of coordinates: a list of one array for each.

    Arguments:
        x: vectors; arrays of other shapes raise a ValueError.
        indexing: ``'xy'`` (default) makes the first vector run along the second axis, ``'ij'``
            along the first; others raise a ValueError.

    >>> meshgrid([1, 2], [3, 4])
    [Array([[1, 2],
           [1, 2]], dtype=int32), Array([[3, 3],
           [4, 4]], dtype=int32)]
    """
    # A later JAX gives a tuple.
    return list(jnp.meshgrid(*map(as_tensor, x), indexing=indexing))


vander = jax_op(
    "vander",
    jnp.vander,
    "x, N=None, increasing=False",
    """Powers of x in columns (Vandermonde matrix), shape ``(n, N)``, in x's dtype.

    Arguments:
        x: shape ``(n,)``; others raise a ValueError.
        N: how many powers, n by default; a negative N raises a ValueError.
        increasing: start with power 0 instead of ending with it, False by default.

    >>> vander([1, 2, 3])
    Array([[1, 1, 1],
           [4, 2, 1],
           [9, 3, 1]], dtype=int32)
    """,
)


def bartlett(x: int) -> jax.Array:
    """Triangular window: 0 at both ends and 1 in the middle, shape ``(x,)``.

    Arguments:
        x: number of points, the length of the vector; a negative one raises a TypeError. Values
            are ``floatx()``.

    >>> bartlett(5)
    Array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return jnp.bartlett(int(x)).astype(floatx())


def blackman(x: int) -> jax.Array:
    """Blackman window: a sum of three cosines, near 0 at both ends, shape ``(x,)``.

    Arguments:
        x: number of points, the length of the vector; a negative one raises a TypeError. Values
            are ``floatx()``.

    >>> blackman(5)[1:4].round(2)
    Array([0.34, 1.  , 0.34], dtype=float32)
    """
    return jnp.blackman(int(x)).astype(floatx())


def hamming(x: int) -> jax.Array:
    """Hamming window: a raised cosine, 0.08 at both ends, shape ``(x,)``.

    Arguments:
        x: number of points, the length of the vector; a negative one raises a TypeError. Values
            are ``floatx()``.

    >>> hamming(5)[1:4].round(1)
    Array([0.5, 1. , 0.5], dtype=float32)
    """
    return jnp.hamming(int(x)).astype(floatx())


def hanning(x: int) -> jax.Array:
    """Hann window: a raised cosine, 0 at both ends, shape ``(x,)``.

    Arguments:
        x: number of points, the length of the vector; a negative one raises a TypeError. Values
            are ``floatx()``.

    >>> hanning(5)
    Array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return jnp.hanning(int(x)).astype(floatx())


def kaiser(x: int, beta: float) -> jax.Array:
    """Kaiser window: ``i0(beta * sqrt(1 - t**2)) / i0(beta)`` with t from -1 to 1.

    Arguments:
        x: number of points, the length of the vector, shape ``(x,)``; a negative one raises a
            TypeError.
        beta: how narrow it is; 0 gives ones, 14 is near 0 at both ends.

    >>> kaiser(3, beta=1.0).round(1)
    Array([0.8, 1. , 0.8], dtype=float32)
    """
    return jnp.kaiser(int(x), beta).astype(floatx())


def _sizes(name: str, shape: Any) -> Any:
    return sizes(f"ops.{name}", (shape,) if is_integer(shape) else shape)
