"""Category numbers as vectors: what the encoding layers share."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax.experimental.sparse import BCOO

from kerata.base.messages import did_you_mean

MODES = ("one_hot", "multi_hot", "count")


def checked_mode(owner: str, mode: Any, modes: tuple[str, ...] = MODES) -> str:
    """Check an ``output_mode`` argument; ``'binary'`` is Keras's old name of ``'multi_hot'``.

    Raises:
        ValueError: an unknown mode.
    """
    mode = "multi_hot" if mode == "binary" else mode
    if mode not in modes:
        raise ValueError(f"{owner}: unknown output_mode {mode!r}. {did_you_mean(mode, modes)}")
    return str(mode)


def encode(ids: Any, mode: str, depth: int, dtype: str, weights: Any = None) -> Any:
    """Turn category numbers into vectors of ``depth`` numbers.

    Arguments:
        ids: category numbers.
        mode: ``'one_hot'``: a vector for each number, in place of a last axis of size 1 or
            as a new one; ``'multi_hot'`` and ``'count'``: one vector for all numbers along
            the axis after the batch's.
        depth: number of categories; numbers outside give nothing.
        dtype: type of the vectors.
        weights: counted instead of 1, of the shape of ``ids``.

    >>> encode(jnp.array([[0, 2, 2]]), "count", 3, "float32").tolist()
    [[1.0, 0.0, 2.0]]
    """
    shape = encoded_shape(ids.shape, mode, depth)
    vectors = jax.nn.one_hot(ids.astype("int32"), depth, dtype=dtype)
    if weights is not None:
        vectors = vectors * weights.astype(dtype)[..., None]
    if mode == "one_hot" or ids.ndim == 0:
        return vectors.reshape(shape)
    axis = 1 if ids.ndim > 1 else 0
    return jnp.max(vectors, axis, initial=0) if mode == "multi_hot" else jnp.sum(vectors, axis)


def sparse_outside_programs(vectors: Any) -> Any:
    """Write vectors as JAX's sparse matrix; a compiled program keeps the same values dense."""
    if isinstance(vectors, jax.core.Tracer):
        return vectors
    return BCOO.fromdense(vectors)


def encoded_shape(shape: Any, mode: str, depth: int) -> tuple[int | None, ...]:
    """Give the shape of ``encode``'s result.

    >>> encoded_shape((None, 1), "one_hot", 5), encoded_shape((None, 3), "multi_hot", 5)
    ((None, 5), (None, 5))
    """
    if mode != "one_hot":
        return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)
    whole = len(shape) < 2 or shape[-1] != 1
    return (*(shape if whole else shape[:-1]), depth)


def outside(ids: Any, depth: int) -> tuple[int, int] | None:
    """Give the smallest and largest number if one is no category; None while traced."""
    if isinstance(ids, jax.core.Tracer) or math.prod(ids.shape) == 0:
        return None
    low, high = int(ids.min()), int(ids.max())
    return (low, high) if low < 0 or high >= depth else None
