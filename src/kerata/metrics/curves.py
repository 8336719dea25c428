"""Curves over many thresholds, kept as the four counts at each."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import fraction
from kerata.losses.reduction import divide_no_nan
from kerata.metrics.confusion import (
    Counts,
    CountsAtThresholds,
    check_class_id,
    even_thresholds,
)


class Curve(CountsAtThresholds):
    """Base of metrics that look at all four counts over many thresholds."""

    _direction = "up"

    @property
    def _counts(self) -> Counts:
        return Counts(*(getattr(self, name).value for name in Counts._fields))


def recall(counts: Counts) -> jax.Array:
    """Share of found ones among the labels 1 (sensitivity)."""
    return divide_no_nan(counts.true_positives, counts.true_positives + counts.false_negatives)


def precision(counts: Counts) -> jax.Array:
    """Share of right ones among the predicted."""
    return divide_no_nan(counts.true_positives, counts.true_positives + counts.false_positives)


def specificity(counts: Counts) -> jax.Array:
    """Share of labels 0 that are predicted as 0."""
    return divide_no_nan(counts.true_negatives, counts.true_negatives + counts.false_positives)


class _BestUnderConstraint(Curve):
    """Largest value of one rate over the thresholds at which another is large enough."""

    def __init__(
        self, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        owner = type(self).__name__
        self.num_thresholds = num_thresholds
        self.class_id = check_class_id(owner, class_id)
        self._thresholds = self.thresholds = even_thresholds(owner, num_thresholds)
        self._add_counts()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        self._count(y_true, y_pred, sample_weight=sample_weight, class_id=self.class_id)


def _best(wanted: jax.Array, constrained: jax.Array, least: float) -> jax.Array:
    return jnp.max(jnp.where(constrained >= least, wanted, 0), initial=0)


class SensitivityAtSpecificity(_BestUnderConstraint):
    """Best recall of labels 1 while the recall of labels 0 is at least ``specificity``.

    Updated with labels 0 and 1 and float predictions from 0 to 1, both of shape ``(batch, ...)``;
    the result is 0 where no threshold is good enough.

    Arguments:
        specificity: float from 0 to 1.
        num_thresholds: int, how many evenly spaced thresholds are tried; 200 by default.
        class_id: int, the only class of the last axis that counts; None (all) by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: arguments out of range; shapes that do not fit each other.

    >>> float(SensitivityAtSpecificity(0.5)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    1.0
    """

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_thresholds, class_id, name, dtype)
        self.specificity = fraction(type(self).__name__, "specificity", specificity)

    def result(self) -> jax.Array:
        """Give the best recall so far."""
        return _best(recall(self._counts), specificity(self._counts), self.specificity)


class SpecificityAtSensitivity(_BestUnderConstraint):
    """Best recall of labels 0 while the recall of labels 1 is at least ``sensitivity``.

    Updated with labels 0 and 1 and float predictions from 0 to 1, both of shape ``(batch, ...)``;
    the result is 0 where no threshold is good enough.

    Arguments:
        sensitivity: float from 0 to 1.
        num_thresholds: int, how many evenly spaced thresholds are tried; 200 by default.
        class_id: int, the only class of the last axis that counts; None (all) by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: arguments out of range; shapes that do not fit each other.

    >>> float(SpecificityAtSensitivity(0.5)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    1.0
    """

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_thresholds, class_id, name, dtype)
        self.sensitivity = fraction(type(self).__name__, "sensitivity", sensitivity)

    def result(self) -> jax.Array:
        """Give the best specificity so far."""
        return _best(specificity(self._counts), recall(self._counts), self.sensitivity)


class PrecisionAtRecall(_BestUnderConstraint):
    """Best precision while the recall is at least ``recall``.

    Updated with labels 0 and 1 and float predictions from 0 to 1, both of shape ``(batch, ...)``;
    the result is 0 where no threshold is good enough.

    Arguments:
        recall: float from 0 to 1.
        num_thresholds: int, how many evenly spaced thresholds are tried; 200 by default.
        class_id: int, the only class of the last axis that counts; None (all) by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: arguments out of range; shapes that do not fit each other.

    >>> float(PrecisionAtRecall(0.5)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    1.0
    """

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_thresholds, class_id, name, dtype)
        self.recall = fraction(type(self).__name__, "recall", recall)

    def result(self) -> jax.Array:
        """Give the best precision so far."""
        return _best(precision(self._counts), recall(self._counts), self.recall)


class RecallAtPrecision(_BestUnderConstraint):
    """Best recall while the precision is at least ``precision``.

    Updated with labels 0 and 1 and float predictions from 0 to 1, both of shape ``(batch, ...)``;
    the result is 0 where no threshold is good enough.

    Arguments:
        precision: float from 0 to 1.
        num_thresholds: int, how many evenly spaced thresholds are tried; 200 by default.
        class_id: int, the only class of the last axis that counts; None (all) by default.
        name, dtype: see ``Metric``.

    Raises:
        ValueError: arguments out of range; shapes that do not fit each other.

    >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.5
    """

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_thresholds, class_id, name, dtype)
        self.precision = fraction(type(self).__name__, "precision", precision)

    def result(self) -> jax.Array:
        """Give the best recall so far."""
        return _best(recall(self._counts), precision(self._counts), self.precision)
