"""Metrics of right and wrong answers at fixed thresholds: counts, precision, recall."""

from __future__ import annotations

from typing import Any

import jax

from kerata.losses.reduction import divide_no_nan
from kerata.metrics.confusion import LOWEST, check_thresholds, count
from kerata.metrics.metric import Metric

Thresholds = float | list[float] | tuple[float, ...] | None


class _Count(Metric):
    """One of the four counts."""

    _which: str

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = check_thresholds(thresholds)
        self.accumulator = self.add_variable((len(self.thresholds),), name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        counts = count(y_true, y_pred, self.thresholds, sample_weight)
        self.accumulator.assign_add(getattr(counts, self._which))

    def result(self) -> jax.Array:
        """Give the count, one for each threshold if there are several."""
        return _scalar_if_one(self.accumulator.value)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class _Ratio(Metric):
    """True positives over true positives and one kind of error."""

    _direction = "up"
    _error: str

    def __init__(
        self,
        thresholds: Thresholds = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = check_thresholds(thresholds, 0.5 if top_k is None else LOWEST)
        self.top_k = top_k
        self.class_id = class_id
        self.true_positives = self.add_variable((len(self.thresholds),), name="true_positives")
        setattr(self, self._error, self.add_variable((len(self.thresholds),), name=self._error))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        counts = count(y_true, y_pred, self.thresholds, sample_weight, self.top_k, self.class_id)
        self.true_positives.assign_add(counts.true_positives)
        getattr(self, self._error).assign_add(getattr(counts, self._error))

    def result(self) -> jax.Array:
        """Give the ratio, one for each threshold if there are several; 0 where nothing counts."""
        right = self.true_positives.value
        return _scalar_if_one(divide_no_nan(right, right + getattr(self, self._error).value))

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


def _scalar_if_one(values: jax.Array) -> jax.Array:
    return values[0] if len(values) == 1 else values


class TruePositives(_Count):
    """Number (or weight) of labels 1 that are predicted.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    Arguments:
        thresholds: float or list of floats from 0 to 1, 0.5 by default; predictions above it
            count as 1. Several give a result of shape ``(thresholds,)``.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: a threshold outside 0 to 1; shapes that do not fit each other.

    >>> float(TruePositives()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0]))
    2.0
    """

    _which = "true_positives"


class FalsePositives(_Count):
    """Number (or weight) of labels 0 that are predicted as 1.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    Arguments:
        thresholds: float or list of floats from 0 to 1, 0.5 by default; predictions above it
            count as 1. Several give a result of shape ``(thresholds,)``.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: a threshold outside 0 to 1; shapes that do not fit each other.

    >>> float(FalsePositives()([0, 1, 0, 0], [0.0, 1.0, 1.0, 1.0]))
    2.0
    """

    _which = "false_positives"


class TrueNegatives(_Count):
    """Number (or weight) of labels 0 that are predicted as 0.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    Arguments:
        thresholds: float or list of floats from 0 to 1, 0.5 by default; predictions above it
            count as 1. Several give a result of shape ``(thresholds,)``.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: a threshold outside 0 to 1; shapes that do not fit each other.

    >>> float(TrueNegatives()([0, 1, 0, 0], [0.0, 1.0, 1.0, 1.0]))
    1.0
    """

    _which = "true_negatives"


class FalseNegatives(_Count):
    """Number (or weight) of labels 1 that are predicted as 0.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    Arguments:
        thresholds: float or list of floats from 0 to 1, 0.5 by default; predictions above it
            count as 1. Several give a result of shape ``(thresholds,)``.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: a threshold outside 0 to 1; shapes that do not fit each other.

    >>> float(FalseNegatives()([0, 1, 1, 1], [0.0, 1.0, 0.0, 0.0]))
    2.0
    """

    _which = "false_negatives"


class Precision(_Ratio):
    """Share of right ones among the predicted: ``tp / (tp + fp)``.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        thresholds: float or list of floats from 0 to 1; predictions above it count as 1. 0.5 by
            default, none with ``top_k``. Several give a result of shape ``(thresholds,)``.
        top_k: int, the k largest predictions of each row count as 1; None by default.
        class_id: int, the only class of the last axis that counts; None (all) by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: a threshold outside 0 to 1; ``class_id`` without an axis of classes; shapes
            that do not fit each other.

    >>> round(float(Precision()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])), 4)
    0.6667
    """

    _error = "false_positives"


class Recall(_Ratio):
    """Share of found ones among the labels 1: ``tp / (tp + fn)``.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        thresholds: float or list of floats from 0 to 1; predictions above it count as 1. 0.5 by
            default, none with ``top_k``. Several give a result of shape ``(thresholds,)``.
        top_k: int, the k largest predictions of each row count as 1; None by default.
        class_id: int, the only class of the last axis that counts; None (all) by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: a threshold outside 0 to 1; ``class_id`` without an axis of classes; shapes
            that do not fit each other.

    >>> round(float(Recall()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])), 4)
    0.6667
    """

    _error = "false_negatives"
