"""Products of 8-bit integers on the CPU, where XLA's own is slow for few rows."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax

from kerata.kernels import platform

# Rows of a matrix that are turned into floats at a time: they stay in cache, and sums of so many
# products of bytes are whole numbers that a float32 holds.
_BLOCK = 64
# Sizes from which blocks were faster, for one row and for a few.
_LARGE, _VERY_LARGE, _FEW = 2**20, 2**24, 32


def int8_matmul(inputs: jax.Array, matrix: jax.Array) -> jax.Array:
    """Multiply 8-bit integers and add up in 32 bits.

    Arguments:
        inputs: int8 ``(..., features)``.
        matrix: int8 ``(features, units)``.

    Returns:
        int32 ``(..., units)``, the same numbers whichever way they are computed.

    >>> int8_matmul(jnp.array([100, 100], "int8"), jnp.array([[100], [1]], "int8")).tolist()
    [10100]
    """
    rows = math.prod(inputs.shape[:-1])
    large = matrix.size >= (_LARGE if rows == 1 else _VERY_LARGE)
    if not (large and rows <= _FEW and matrix.ndim == 2 and platform.on_cpu()):
        return jnp.matmul(inputs, matrix, preferred_element_type=jnp.int32)
    return _in_blocks(inputs, matrix)


def _in_blocks(inputs: jax.Array, matrix: jax.Array) -> jax.Array:
    flat = inputs.reshape(-1, inputs.shape[-1])
    features, units = matrix.shape
    whole = features - features % _BLOCK
    pieces = flat[:, :whole].reshape(len(flat), -1, _BLOCK).swapaxes(0, 1)
    blocks = matrix[:whole].reshape(-1, _BLOCK, units)

    def add(sums: jax.Array, parts: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        x, block = (part.astype(jnp.float32) for part in parts)
        return sums + (x @ block).astype(jnp.int32), None

    rest = jnp.matmul(flat[:, whole:], matrix[whole:], preferred_element_type=jnp.int32)
    sums, _ = lax.scan(add, rest, (pieces, blocks))
    return sums.reshape(*inputs.shape[:-1], units)
