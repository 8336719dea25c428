"""Curves over many thresholds, kept as the four counts at each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.losses.reduction import divide_no_nan
from kerata.metrics.confusion import Counts, count
from kerata.metrics.metric import Metric


class Curve(Metric):
    """Base of metrics that keep the four counts at many thresholds."""

    _direction = "up"
    _thresholds: Sequence[float]

    def _add_counts(self, *labels: int) -> None:
        shape = (len(self._thresholds), *labels)
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.true_negatives = self.add_variable(shape, name="true_negatives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")

    def _count(self, y_true: Any, y_pred: Any, **options: Any) -> None:
        counts = count(y_true, y_pred, self._thresholds, **options)
        for name, value in counts._asdict().items():
            getattr(self, name).assign_add(value)

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


def even_thresholds(size: int) -> list[float]:
    """Give evenly spaced thresholds from 0 to 1; a single one is 0.5.

    Raises:
        ValueError: if there are none.
    """
    if size <= 0:
        raise ValueError(f"num_thresholds must be at least 1, got {size}.")
    return [0.5] if size == 1 else [i / (size - 1) for i in range(size)]


class _BestUnderConstraint(Curve):
    """Largest value of one rate over the thresholds at which another is large enough."""

    def __init__(
        self, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self._thresholds = self.thresholds = even_thresholds(num_thresholds)
        self._add_counts()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        self._count(y_true, y_pred, sample_weight=sample_weight, class_id=self.class_id)


def _best(wanted: jax.Array, constrained: jax.Array, least: float) -> jax.Array:
    return jnp.max(jnp.where(constrained >= least, wanted, 0), initial=0)


def _check_rate(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be from 0 to 1, got {value}.")
    return value


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
        self.specificity = _check_rate("specificity", specificity)

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
        self.sensitivity = _check_rate("sensitivity", sensitivity)

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
        self.recall = _check_rate("recall", recall)

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
        self.precision = _check_rate("precision", precision)

    def result(self) -> jax.Array:
        """Give the best recall so far."""
        return _best(recall(self._counts), precision(self._counts), self.precision)
