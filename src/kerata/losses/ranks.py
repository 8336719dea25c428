"""Fitting targets and predictions whose numbers of axes differ by one."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def match_ranks(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Add or drop a last axis of width 1 where two arrays' ranks differ by one.

    A vector beside ``(n, 1)`` becomes ``(n, 1)``; otherwise the longer array loses its
    last axis of width 1. Anything else stays. Follows Keras 3.15.

    Arguments:
        x1, x2: arrays, such as ``y_true`` and ``y_pred``.
        expand_rank_1: whether a vector grows (else the other array shrinks).

    >>> import numpy as np
    >>> [x.shape for x in match_ranks(np.zeros(4), np.zeros((4, 1)))]
    [(4, 1), (4, 1)]
    """
    if jnp.ndim(x1) == jnp.ndim(x2) + 1:
        x2, x1 = match_ranks(x2, x1, expand_rank_1)
    elif jnp.ndim(x2) == jnp.ndim(x1) + 1 and jnp.shape(x2)[-1] == 1:
        if jnp.ndim(x1) == 1 and expand_rank_1:
            x1 = jnp.expand_dims(x1, -1)
        else:
            x2 = jnp.squeeze(x2, -1)
    return x1, x2


def as_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Turn both into arrays of the predictions' type and matched ranks."""
    y_pred = jnp.asarray(y_pred)
    return match_ranks(jnp.asarray(y_true, dtype=y_pred.dtype), y_pred)
