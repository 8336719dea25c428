"""Scaled dot-product attention on the CPU, in blocks of heads whose scores stay in cache."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerata.kernels import platform

# Scores of a block, in numbers: 2.5 MB. Fewer blocks go through memory, more cost calls.
_BLOCK = 640_000
# What JAX takes for scores that are masked; a query that sees no key weighs all of them alike.
_MASKED = -0.7


def can_attend(query: jax.Array, key: jax.Array, value: jax.Array, mask: jax.Array | None) -> bool:
    """Say whether ``attend`` serves: on the CPU, float32 or wider, one head of keys for each."""
    rows, queries, heads, depth = query.shape
    keys = key.shape[1]
    fit = key.shape == (rows, keys, heads, depth) and value.shape[:3] == (rows, keys, heads)
    whole = (rows, heads, queries, keys)
    seen = mask is None or (
        mask.ndim == 4 and all(m in (1, n) for m, n in zip(mask.shape, whole, strict=True))
    )
    wide = query.dtype in (jnp.float32, jnp.float64)
    return fit and seen and wide and platform.on_cpu()


def attend(
    query: jax.Array, key: jax.Array, value: jax.Array, mask: jax.Array | None, scale: float
) -> jax.Array:
    """Mix values by how well their keys match the queries.

    XLA multiplies matrices fast on a CPU where the axes that only repeat come first, and goes
    through memory for each step of a softmax; so heads are taken next to rows, a block of them at
    a time. Gradients compute a block's scores again instead of keeping those of all.

    Arguments:
        query: floats ``(batch, queries, heads, depth)``.
        key: floats ``(batch, keys, heads, depth)``.
        value: floats ``(batch, keys, heads, value depth)``.
        mask: bools that broadcast to ``(batch, heads, queries, keys)``, False where a query must
            not see a key; or None.
        scale: factor on the scores.

    Returns:
        Floats ``(batch, queries, heads, value depth)``.

    Source: Vaswani et al. 2017, "Attention is all you need", section 3.2.1; softmax by blocks as
    in Rabe and Staats 2021.

    >>> x = jnp.eye(2)[None, :, None]
    >>> attend(x, x, x, None, scale=0.0)[0, 0]
    Array([[0.5, 0.5]], dtype=float32)
    """
    rows, queries, heads, _ = query.shape
    keys = key.shape[1]

    def heads_first(x: jax.Array) -> jax.Array:
        return jnp.swapaxes(x, 1, 2).reshape(rows * heads, x.shape[1], x.shape[3])

    parts = [heads_first(query * jnp.asarray(scale, query.dtype)), *map(heads_first, (key, value))]
    if mask is not None:
        pairs = mask.shape[-2:]
        parts.append(jnp.broadcast_to(mask, (rows, heads, *pairs)).reshape(-1, *pairs))
    block = max(1, _BLOCK // max(1, queries * keys))
    if block >= rows * heads:
        mixed = _mix(*parts)
    else:
        one = jax.checkpoint(lambda part: _mix(*part))
        mixed = jax.lax.map(one, tuple(parts), batch_size=block)
    return jnp.swapaxes(mixed.reshape(rows, heads, queries, value.shape[3]), 1, 2)


def _mix(
    query: jax.Array, key: jax.Array, value: jax.Array, mask: jax.Array | None = None
) -> jax.Array:
    """Attend with ``(..., steps, depth)``; sums divide the few outputs, not the many weights."""
    scores = query @ jnp.swapaxes(key, -1, -2)
    if mask is not None:
        scores = jnp.where(mask, scores, _MASKED * jnp.finfo(scores.dtype).max)
    highest = jax.lax.stop_gradient(jnp.max(scores, axis=-1, keepdims=True))
    weights = jnp.exp(scores - highest)
    return (weights @ value) / jnp.sum(weights, axis=-1, keepdims=True)
