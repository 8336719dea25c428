"""Functions of ``ops`` that make arrays from nothing but a shape."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

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
    """All zeros; ``floatx()`` by default."""
    return jnp.zeros(shape, dtype_name(dtype))


def ones(shape: Any, dtype: Any = None) -> jax.Array:
    """All ones; ``floatx()`` by default."""
    return jnp.ones(shape, dtype_name(dtype))


def empty(shape: Any, dtype: Any = None) -> jax.Array:
    """Any values (zeros here); ``floatx()`` by default."""
    return jnp.empty(shape, dtype_name(dtype))


def full(shape: Any, fill_value: Any, dtype: Any = None) -> jax.Array:
    """The same value everywhere; ``floatx()`` by default."""
    return jnp.full(shape, as_tensor(fill_value), dtype_name(dtype))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """N x M matrix with ones on the kth diagonal; ``floatx()`` by default."""
    return jnp.eye(N, M, k, dtype=dtype_name(dtype))


def identity(n: int, dtype: Any = None) -> jax.Array:
    """n x n matrix with ones on the diagonal; ``floatx()`` by default."""
    return jnp.identity(n, dtype=dtype_name(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """N x M matrix with ones up to the kth diagonal; ``floatx()`` by default."""
    return jnp.tri(N, M, k, dtype=dtype_name(dtype))


@op
def zeros_like(x: Any, dtype: Any = None) -> jax.Array:
    """Zeros in the shape (and by default type) of x."""
    return jnp.zeros_like(as_tensor(x), dtype=dtype)


@op
def ones_like(x: Any, dtype: Any = None) -> jax.Array:
    """Ones in the shape (and by default type) of x."""
    return jnp.ones_like(as_tensor(x), dtype=dtype)


@op
def empty_like(x: Any, dtype: Any = None) -> jax.Array:
    """Any values (zeros here) in the shape (and by default type) of x."""
    return jnp.empty_like(as_tensor(x), dtype=dtype)


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> jax.Array:
    """One value in the shape (and by default type) of x."""
    return jnp.full_like(as_tensor(x), as_tensor(fill_value), dtype=dtype)


def array(x: Any, dtype: Any = None) -> jax.Array:
    """Make an array of numbers or nested lists."""
    return jnp.array(as_tensor(x), dtype=dtype)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> jax.Array:
    """Numbers from start up to, but not including, stop."""
    return jnp.arange(start, stop, step, dtype=dtype)


linspace = jax_op(
    "linspace",
    jnp.linspace,
    "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0",
    "Numbers at equal distances from start to stop.",
)
logspace = jax_op(
    "logspace",
    jnp.logspace,
    "start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0",
    "Numbers at equal ratios from base**start to base**stop.",
)
geomspace = jax_op(
    "geomspace",
    jnp.geomspace,
    "start, stop, num=50, endpoint=True, dtype=None, axis=0",
    "Numbers at equal ratios from start to stop.",
)


@op
def meshgrid(*x: Any, indexing: str = "xy") -> list[jax.Array]:
    """Grids of coordinates from vectors of coordinates."""
    return jnp.meshgrid(*map(as_tensor, x), indexing=indexing)


vander = jax_op("vander", jnp.vander, "x, N=None, increasing=False", "Powers of x in columns.")


def bartlett(x: int) -> jax.Array:
    """Triangular window of x points."""
    return jnp.bartlett(int(x)).astype(floatx())


def blackman(x: int) -> jax.Array:
    """Blackman window of x points."""
    return jnp.blackman(int(x)).astype(floatx())


def hamming(x: int) -> jax.Array:
    """Hamming window of x points."""
    return jnp.hamming(int(x)).astype(floatx())


def hanning(x: int) -> jax.Array:
    """Hann window of x points."""
    return jnp.hanning(int(x)).astype(floatx())


def kaiser(x: int, beta: float) -> jax.Array:
    """Kaiser window of x points."""
    return jnp.kaiser(int(x), beta).astype(floatx())
