"""Top-k accuracies: the share of labels among the k best guesses."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import floatx
from kerata.losses.crossentropy import same_shape
from kerata.losses.ranks import one_label_each
from kerata.metrics.reduction import MeanMetricWrapper


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """Give 1 where the one-hot label is among the k largest predictions, else 0.

    Arguments:
        y_true: one-hot labels, any number dtype, shape ``(batch, ..., classes)``.
        y_pred: float scores of the same shape.
        k: int, how many guesses count; 5 by default.

    Returns:
        Array of shape ``(batch, ...)`` and dtype ``floatx()``.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.1, 0.4]], k=2).tolist()
    [1.0]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    same_shape("top_k_categorical_accuracy", y_true, y_pred)
    return _in_top_k(jnp.argmax(y_true, axis=-1), y_pred, k).astype(floatx())


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> jax.Array:
    """Give 1 where the label is among the k largest predictions, else 0.

    Arguments:
        y_true: int class numbers, shape ``(batch, ...)`` or ``(batch, ..., 1)``.
        y_pred: float scores, shape ``(batch, ..., classes)``.
        k: int, how many guesses count; 5 by default.
        from_sorted_ids: bool, whether ``y_pred`` holds class numbers, best first, instead of
            scores; False by default.

    Returns:
        Array of ``y_true``'s shape and dtype ``floatx()``.

    Raises:
        ValueError: not one label for each row of scores.

    >>> sparse_top_k_categorical_accuracy([2], [[0.5, 0.1, 0.4]], k=2).tolist()
    [1.0]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    rows = y_pred.shape[:-1]
    labels = y_true.reshape(rows) if y_true.size == math.prod(rows) else y_true
    labels = one_label_each("sparse_top_k_categorical_accuracy", labels, y_pred)
    if from_sorted_ids:
        matches = jnp.any(labels[..., None] == y_pred[..., :k], axis=-1)
    else:
        matches = _in_top_k(labels.astype("int32"), y_pred, k)
    return matches.reshape(y_true.shape).astype(floatx())


def _in_top_k(labels: jax.Array, scores: jax.Array, k: int) -> jax.Array:
    at_label = jnp.take_along_axis(scores, labels[..., None], axis=-1)
    # A score that is no number is never among the best.
    at_label = jnp.where(jnp.isnan(at_label), -jnp.inf, at_label)
    return jnp.sum(scores > at_label, axis=-1) < k


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """Share of one-hot labels among the k largest predictions.

    Updated with labels and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        k: int, how many guesses count; 5 by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> float(TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.5, 0.1, 0.4]]))
    1.0
    """

    _direction = "up"

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """Share of integer labels among the k largest predictions.

    Updated with labels of shape ``(batch, ...)`` and float predictions of shape
    ``(batch, ..., classes)``.

    Arguments:
        k: int, how many guesses count; 5 by default.
        name, dtype: see ``Metric``.
        from_sorted_ids: bool, whether predictions are class numbers, best first, instead of
            scores; False by default.

    Raises:
        ValueError: not one label for each row of predictions.

    >>> float(SparseTopKCategoricalAccuracy(k=2)([2], [[0.5, 0.1, 0.4]]))
    1.0
    """

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
