"""Counting right and wrong answers at thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import fraction, is_integer
from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.losses.ranks import as_numbers, as_pair
from kerata.losses.reduction import check_weights
from kerata.metrics.metric import Metric

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
    owner: str = "Counts",
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
        owner: the metric, for messages.

    Raises:
        ValueError: shapes that do not fit each other; a class or a ``top_k`` that is not there.
    """
    y_true, y_pred = as_pair(owner, y_true, as_numbers(owner, "y_pred", y_pred, dtype), axis=None)
    if top_k is not None:
        if y_pred.ndim == 0 or top_k > y_pred.shape[-1]:
            raise ValueError(
                f"{owner}: top_k={top_k} asks for more than the last axis of predictions of "
                f"shape {shape_text(y_pred.shape)} has."
            )
        y_pred = _only_top_k(y_pred, top_k)
    if class_id is not None:
        classes = y_pred.shape[-1] if y_pred.ndim > 1 else 0
        if not -classes <= class_id < classes:
            raise ValueError(
                f"{owner}: class_id={class_id} is none of the classes of predictions of shape "
                f"{shape_text(y_pred.shape)}, whose last axis must hold a score for each."
            )
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{owner}: with class_id={class_id}, y_true must have the shape of y_pred, "
                f"{shape_text(y_pred.shape)}, got {shape_text(y_true.shape)}."
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
    weight = as_numbers("A metric", "sample_weight", sample_weight, dtype)
    if weight.ndim > like.ndim and weight.size == like.size:  # axes of length 1 behind the last
        weight = weight.reshape(like.shape)
    check_weights(weight.shape, like.shape)
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


def check_thresholds(owner: str, thresholds: Any, default: float = 0.5) -> list[float]:
    """Turn a ``thresholds`` argument into a list.

    Raises:
        ValueError: one that is not from 0 to 1, or none at all.
    """
    if thresholds is None:
        return [default]
    if not isinstance(thresholds, (list, tuple, np.ndarray)):
        return [fraction(owner, "thresholds", thresholds)]
    if len(thresholds) == 0:
        raise ValueError(f"{owner}: thresholds must hold at least one number, got none.")
    return [fraction(owner, "thresholds", t) for t in thresholds]


def even_thresholds(owner: str, num_thresholds: Any, minimum: int = 1) -> list[float]:
    """Give evenly spaced thresholds from 0 to 1; a single one is 0.5.

    Raises:
        ValueError: fewer than the minimum, or no integer.
    """
    if not is_integer(num_thresholds) or num_thresholds < minimum:
        raise ValueError(
            f"{owner}: num_thresholds must be an integer of at least {minimum}, "
            f"got {num_thresholds!r}."
        )
    size = int(num_thresholds)
    return [0.5] if size == 1 else [i / (size - 1) for i in range(size)]


def check_class_id(owner: str, class_id: Any) -> int | None:
    """Check a ``class_id`` argument as far as it can be without predictions.

    Raises:
        TypeError: no integer.
    """
    if class_id is not None and not is_integer(class_id):
        raise TypeError(f"{owner}: class_id must be an integer or None, got {class_id!r}.")
    return class_id


class CountsAtThresholds(Metric):
    """Base of metrics that keep some of the four counts at each of their thresholds."""

    _kept: tuple[str, ...] = Counts._fields
    _thresholds: Sequence[float]

    def _add_counts(self, *labels: int) -> None:
        for name in self._kept:
            shape = (len(self._thresholds), *labels)
            setattr(self, name, self.add_variable(shape, name=name))

    def _count(self, y_true: Any, y_pred: Any, **options: Any) -> None:
        owner = f"Metric {self.name!r}"
        counts = count(y_true, y_pred, self._thresholds, owner=owner, **options)
        for name in self._kept:
            getattr(self, name).assign_add(getattr(counts, name))
