"""Accuracies: the share of right answers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import floatx
from kerata.losses.crossentropy import same_shape
from kerata.losses.ranks import as_numbers, as_pair, match_ranks, one_label_each
from kerata.metrics.reduction import MeanMetricWrapper


def accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Give 1 where label and prediction are equal, else 0.

    Arguments:
        y_true, y_pred: labels and predictions, any number dtype, shape ``(batch, ...)``.

    Returns:
        Array of that shape, of dtype ``floatx()``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> accuracy([1, 2, 3], [1, 2, 4]).tolist()
    [1.0, 1.0, 0.0]
    """
    y_true, y_pred = as_pair("accuracy", y_true, y_pred, axis=None)
    return (y_true == y_pred).astype(floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: Any = 0.5) -> jax.Array:
    """Give 1 where a label 0 or 1 is on the prediction's side of a threshold, else 0.

    Arguments:
        y_true: labels 0 and 1, any number dtype, shape ``(batch, outputs)``.
        y_pred: float scores of the same shape.
        threshold: float, 0.5 by default; scores above it count as 1.

    Returns:
        Array of shape ``(batch, outputs)`` and dtype ``floatx()``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> binary_accuracy([1.0, 0.0, 1.0], [0.9, 0.1, 0.5]).tolist()
    [1.0, 1.0, 0.0]
    """
    y_true, y_pred = match_ranks(jnp.asarray(y_true), jnp.asarray(y_pred))
    as_pair("binary_accuracy", y_true, y_pred, axis=None, matched=False)
    return (y_true == (y_pred > threshold).astype(y_true.dtype)).astype(floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Give 1 where the largest entries of one-hot label and prediction agree, else 0.

    Arguments:
        y_true: one-hot labels, any number dtype, shape ``(batch, ..., classes)``.
        y_pred: float scores of the same shape.

    Returns:
        Array of shape ``(batch, ...)`` and dtype ``floatx()``.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    same_shape("categorical_accuracy", y_true, y_pred)
    return (jnp.argmax(y_true, axis=-1) == jnp.argmax(y_pred, axis=-1)).astype(floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """Give 1 where the largest entry of the prediction stands at the label, else 0.

    Arguments:
        y_true: int class numbers, shape ``(batch, ...)`` or ``(batch, ..., 1)``.
        y_pred: float scores, shape ``(batch, ..., classes)``.

    Returns:
        Array of shape ``(batch, ...)`` and dtype ``floatx()``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.3, 0.7]]).tolist()
    [1.0, 0.0]
    """
    y_pred = as_numbers("sparse_categorical_accuracy", "y_pred", y_pred)
    y_true = one_label_each(
        "sparse_categorical_accuracy", y_true, y_pred, one_hot="categorical_accuracy"
    )
    right = (y_true == jnp.argmax(y_pred, axis=-1)).astype(floatx())
    return jnp.squeeze(right, -1) if right.ndim > 1 and right.shape[-1] == 1 else right


class Accuracy(MeanMetricWrapper):
    """Share of predictions that equal the label.

    Updated with labels and predictions of one shape, ``(batch, ...)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(Accuracy()([1, 2, 3, 4], [1, 2, 3, 5]))
    0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """Share of predictions on the right side of a threshold, for labels 0 and 1.

    Updated with labels and float predictions, both of shape ``(batch, outputs)``.

    Arguments:
        name, dtype: see ``Metric``.
        threshold: float, 0.5 by default; predictions above it count as 1.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(BinaryAccuracy()([[1], [0]], [[0.9], [0.8]]))
    0.5
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: Any = 0.5
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """Share of predictions whose largest entry is the label's, for one-hot labels.

    Updated with labels and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels of another shape than the predictions.

    >>> float(CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """Share of predictions whose largest entry stands at the label, for integer labels.

    Updated with labels of shape ``(batch, ...)`` and float predictions of shape
    ``(batch, ..., classes)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.3, 0.7]]))
    0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)
