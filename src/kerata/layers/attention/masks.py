"""Which keys a query may see, put together from what a caller and the inputs' masks say."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.messages import shape_text


def causal_mask(queries: int, keys: int) -> Any:
    """Say that a query sees keys up to its own position: ``(1, queries, keys)``."""
    return (jnp.arange(queries)[:, None] >= jnp.arange(keys))[None]


def window_mask(queries: int, keys: int, window: int) -> Any:
    """Say that a query sees keys less than so many steps away: ``(1, queries, keys)``."""
    return (jnp.abs(jnp.arange(queries)[:, None] - jnp.arange(keys)) < window)[None]


def both(a: Any, b: Any) -> Any:
    """Combine two masks of which each may be None."""
    if a is None or b is None:
        return b if a is None else a
    return a & b


def combined_mask(
    query_mask: Any, value_mask: Any, key_mask: Any, more: list[Any], attention_mask: Any
) -> Any:
    """Combine masks of sequences ``(batch, steps)`` with those of pairs of steps.

    Returns:
        Bool, ``(batch, queries, keys)`` or broadcasting to it; None if there is no mask.
    """
    mask = None if query_mask is None else query_mask.astype(bool)[..., None]
    for of_keys in (value_mask, key_mask):
        if of_keys is not None:
            mask = both(mask, jnp.expand_dims(of_keys.astype(bool), -2))
    for each in more:
        mask = both(mask, each)
    return both(mask, None if attention_mask is None else attention_mask.astype(bool))


def check_mask(layer: Any, mask: Any, scores: tuple[int, ...]) -> None:
    """Check that a mask broadcasts to scores.

    Raises:
        ValueError: naming the layer and both shapes.
    """
    pairs = zip(mask.shape[::-1], scores[::-1], strict=False)
    if len(mask.shape) > len(scores) or any(m not in (1, n) for m, n in pairs):
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): the masks give shape "
            f"{shape_text(mask.shape)}, which does not fit scores of shape {shape_text(scores)}; "
            "an attention_mask has the shape (batch, queries, keys)."
        )
