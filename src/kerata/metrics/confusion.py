"""Counting right and wrong answers at thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import epsilon
from kerata.losses.ranks import match_ranks

# Below every score: as a threshold, everything that is left counts as positive.
LOWEST = -1e10


class Counts(NamedTuple):
    """Weighted counts for each threshold, shape ``(thresholds,)`` or ``(thresholds, labels)``."""

    true_positives: jax.Array
    false_positives: jax.Array
    true_negatives: jax.Array
    false_negatives: jax.Array


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: Any = None,
    dtype: str = "float32",
) -> Counts:
    """Count right and wrong answers: a score above a threshold says yes.

    Arguments:
        y_true: labels, 0 for no, anything else for yes; shape like ``y_pred``.
        y_pred: scores, shape ``(batch, ...)``.
        thresholds: numbers, ascending.
        sample_weight: weights, shape of the first axes of ``y_pred``.
        top_k: if given, only the k largest scores of each row can say yes.
        class_id: if given, only this entry of the last axis counts.
        multi_label: whether each entry of the last axis is counted by itself.
        label_weights: weight for each entry of the last axis.
        dtype: type of the counts.
    """
    y_pred, y_true = match_ranks(jnp.asarray(y_pred, dtype=dtype), jnp.asarray(y_true, dtype=dtype))
    if top_k is not None:
        y_pred = _only_top_k(y_pred, top_k)
    if class_id is not None:
        if y_pred.ndim < 2:
            raise ValueError(
                f"class_id={class_id} needs predictions of shape (batch, classes), "
                f"got shape {y_pred.shape}."
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    weight = spread_weight(sample_weight, y_pred, dtype)
    if label_weights is not None:
        weight = weight * jnp.asarray(label_weights, dtype=dtype)
    label = y_true != 0
    if not multi_label:
        label, y_pred, weight = label.ravel(), y_pred.ravel(), weight.ravel()
    yes = _above(y_pred, thresholds)

    def total(where: jax.Array) -> jax.Array:
        return jnp.sum(jnp.where(where, weight, 0), axis=1)

    return Counts(
        total(label & yes), total(~label & yes), total(~label & ~yes), total(label & ~yes)
    )


def spread_weight(sample_weight: Any, like: jax.Array, dtype: str) -> jax.Array:
    """Give a weight for each entry of an array; weights go with its first axes."""
    if sample_weight is None:
        return jnp.ones(like.shape, dtype)
    weight = jnp.asarray(sample_weight, dtype=dtype)
    weight = weight.reshape(weight.shape + (1,) * (like.ndim - weight.ndim))
    return jnp.broadcast_to(weight, like.shape)


def _above(y_pred: jax.Array, thresholds: Sequence[float]) -> jax.Array:
    """Say which scores are above which thresholds, shape ``(thresholds, *y_pred.shape)``."""
    size = len(thresholds)
    columns = (size,) + (1,) * y_pred.ndim
    if not evenly_spaced(thresholds):
        return y_pred > jnp.asarray(np.asarray(thresholds), y_pred.dtype).reshape(columns)
    # Scores right on a threshold: rounded as Keras 3.15 does, through their bucket's number.
    bucket = jnp.ceil(jnp.clip(y_pred, 0.0, 1.0) * (size - 1)) - 1
    if thresholds[0] < 0.0 or thresholds[-1] > 1.0:
        bucket = jnp.maximum(bucket, 0)
    return bucket >= jnp.arange(size).reshape(columns)


def evenly_spaced(thresholds: Sequence[float]) -> bool:
    """Say whether three or more thresholds run evenly from 0 to 1.

    >>> evenly_spaced([0.0, 0.5, 1.0]), evenly_spaced([0.5])
    (True, False)
    """
    size = len(thresholds)
    return size > 2 and np.allclose(thresholds, np.linspace(0, 1, size), atol=epsilon())


def _only_top_k(y_pred: jax.Array, k: int) -> jax.Array:
    _, indices = jax.lax.top_k(y_pred, k)
    kept = jnp.sum(jax.nn.one_hot(indices, y_pred.shape[-1]), axis=-2)
    return jnp.where(kept > 0, y_pred, LOWEST)


def check_thresholds(thresholds: Any, default: float = 0.5) -> list[float]:
    """Turn a ``thresholds`` argument into a list.

    Raises:
        ValueError: if one is not from 0 to 1.
    """
    if thresholds is None:
        return [default]
    many = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    wrong = [t for t in many if t is None or not 0 <= t <= 1]
    if wrong:
        raise ValueError(f"Thresholds must be from 0 to 1, got {wrong}.")
    return many
