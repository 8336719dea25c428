"""Shortening gradients that are too long."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def squared_norm(x: jax.Array) -> jax.Array:
    """Sum the squares of all entries, in float32 at least."""
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return jnp.sum(jnp.square(wide))


def clip_by_norm(gradient: jax.Array, limit: Any) -> jax.Array:
    """Scale one gradient down to the length ``limit`` if it is longer.

    >>> clip_by_norm(jnp.array([3.0, 4.0]), 2.5).tolist()
    [1.5, 2.0]
    """
    norm = jnp.sqrt(squared_norm(gradient))
    return (gradient * (limit / jnp.maximum(norm, limit))).astype(gradient.dtype)


def clip_by_global_norm(gradients: list[jax.Array], limit: Any) -> list[jax.Array]:
    """Scale all gradients by one factor so that their joint length is at most ``limit``.

    Where the joint length is not finite all gradients become NaN, so that the failure
    shows (as in Keras 3.15).
    """
    norm = global_norm(gradients)
    factor = jnp.where(jnp.isfinite(norm), limit / jnp.maximum(norm, limit), jnp.nan)
    return [(g * factor).astype(g.dtype) for g in gradients]


def global_norm(gradients: list[jax.Array]) -> jax.Array:
    """Give the joint Euclidean length of several arrays.

    >>> float(global_norm([jnp.array([3.0]), jnp.array(4.0)]))
    5.0
    """
    return jnp.sqrt(sum((squared_norm(g) for g in gradients), start=jnp.zeros(())))
