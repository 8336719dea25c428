"""Attention."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerata.kernels.attention import attend, can_attend
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "dot_product_attention",
]


@op
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> jax.Array:
    """Mix values by how well their keys match the queries.

    Arguments:
        query: shape ``(batch, queries, heads, depth)``, which the result has too; all three are
            taken to their promoted dtype.
        key, value: shape ``(batch, keys, heads, depth)``.
        bias: added to the scores, shape that broadcasts to ``(batch, heads, queries, keys)``.
        mask: False where a query must not see a key, same shape.
        scale: factor on the scores, ``1 / sqrt(depth)`` by default.
        is_causal: whether a query sees only keys up to its own position, False by default.
        flash_attention: True asks for cuDNN's program; else JAX chooses.
        attn_logits_soft_cap: must be None.

    Raises:
        ValueError: arrays that don't have four axes, or don't fit each other; a soft cap.

    Source: Vaswani et al. 2017.

    >>> x = as_tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])
    >>> dot_product_attention(x, x, x, is_causal=True)[0, 0]
    Array([[1., 0.]], dtype=float32)
    """
    query, key, value = as_tensor(query), as_tensor(key), as_tensor(value)
    if not query.ndim == key.ndim == value.ndim == 4:
        raise ValueError(
            "dot_product_attention takes arrays of shape (batch, time, heads, depth), "
            f"got shapes {query.shape}, {key.shape} and {value.shape}."
        )
    if attn_logits_soft_cap is not None:
        raise ValueError("dot_product_attention has no attn_logits_soft_cap here; leave it out.")
    common = jnp.result_type(query, key, value)
    query, key, value = (x.astype(common) for x in (query, key, value))
    seen = None if mask is None else as_tensor(mask).astype(bool)
    plain = bias is None and not is_causal and not flash_attention
    if plain and can_attend(query, key, value, seen):
        factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
        return attend(query, key, value, seen, factor)
    return jax.nn.dot_product_attention(
        query,
        key,
        value,
        bias=None if bias is None else as_tensor(bias).astype(query.dtype),
        mask=seen,
        scale=scale,
        is_causal=is_causal,
        implementation="cudnn" if flash_attention else None,
    )
