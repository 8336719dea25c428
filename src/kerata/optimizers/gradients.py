"""What happens to gradients before a step: matched with their weights, and shortened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import warn
from kerata.base.variable import Variable
from kerata.optimizers.arguments import is_on


def with_gradient(
    grads: Sequence[Any], variables: Sequence[Variable], owner: str
) -> tuple[list[Any], list[Variable]]:
    """Leave out weights without a gradient, and check the shapes of the others.

    Raises:
        ValueError: no gradient at all; a gradient of another shape than its weight.
    """
    pairs = [(jnp.asarray(g), v) for g, v in zip(grads, variables, strict=True) if g is not None]
    if not pairs:
        raise ValueError(
            f"{owner}: there is no gradient for any weight; the loss depends on none of them."
        )
    for gradient, variable in pairs:
        if gradient.shape != variable.shape:
            raise ValueError(
                f"{owner}: the gradient of {variable.path!r} has shape {gradient.shape}, "
                f"but the weight has shape {variable.shape}."
            )
    if len(pairs) < len(variables):
        missing = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
        warn(
            f"The loss does not depend on {', '.join(missing)}; they stay as they are.",
            stacklevel=3,
        )
    return [g for g, _ in pairs], [v for _, v in pairs]


def squared_norm(x: jax.Array) -> jax.Array:
    """Sum the squares of all entries, in float32 at least."""
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return jnp.sum(jnp.square(wide))


def clipped(gradients: list[Any], clipnorm: Any, global_clipnorm: Any, clipvalue: Any) -> list[Any]:
    """Shorten gradients by the first of an optimizer's limits that is asked for.

    >>> [g.tolist() for g in clipped([jnp.array([3.0, -1.0])], None, None, 2.0)]
    [[2.0, -1.0]]
    """
    if is_on(clipnorm):
        return [clip_by_norm(g, clipnorm) for g in gradients]
    if is_on(global_clipnorm):
        return clip_by_global_norm(gradients, global_clipnorm)
    if is_on(clipvalue):
        return [jnp.clip(g, -clipvalue, clipvalue) for g in gradients]
    return gradients


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
