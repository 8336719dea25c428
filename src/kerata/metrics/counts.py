"""Metrics of right and wrong answers at fixed thresholds: counts, precision, recall."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.arguments import positive_int
from kerata.losses.reduction import divide_no_nan
from kerata.metrics.confusion import (
    LOWEST,
    CountsAtThresholds,
    check_class_id,
    check_thresholds,
)

Thresholds = float | list[float] | tuple[float, ...] | None


class _AtGiven(CountsAtThresholds):
    """Thresholds as they were given."""

    def __init__(
        self, thresholds: Thresholds, default: float, name: str | None, dtype: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = check_thresholds(type(self).__name__, thresholds, default)
        self._thresholds = self.thresholds

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class _Count(_AtGiven):
    """One of the four counts."""

    _which: str

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: Any = None
    ) -> None:
        """Configure the metric.

        Arguments:
            thresholds: float or list of floats from 0 to 1, 0.5 by default; predictions above it
                count as 1. Several give a result of shape ``(thresholds,)``.
            name, dtype: see ``Metric``.

        Raises:
            ValueError: a threshold outside 0 to 1; shapes that do not fit each other.
        """
        super().__init__(thresholds, 0.5, name, dtype)
        self.accumulator = self.add_variable((len(self.thresholds),), name="accumulator")
        # The count goes by the name that Keras's files have.
        self._kept = (self._which,)
        setattr(self, self._which, self.accumulator)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        self._count(y_true, y_pred, sample_weight=sample_weight)

    def result(self) -> jax.Array:
        """Give the count, one for each threshold if there are several."""
        return _scalar_if_one(self.accumulator.value)


class _Ratio(_AtGiven):
    """True positives over true positives and one kind of error."""

    _direction = "up"
    _kept = ("true_positives", "")

    def __init__(
        self,
        thresholds: Thresholds = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        """Configure the metric.

        Arguments:
            thresholds: float or list of floats from 0 to 1; predictions above it count as 1. 0.5 by
                default, none with ``top_k``. Several give a result of shape ``(thresholds,)``.
            top_k: int, the k largest predictions of each row count as 1; None by default.
            class_id: int, the only class of the last axis that counts; None (all) by default.
            name, dtype: see ``Metric``.

        Raises:
            ValueError: a threshold outside 0 to 1; ``class_id`` without an axis of classes; shapes
                that do not fit each other.
        """
        super().__init__(thresholds, 0.5 if top_k is None else LOWEST, name, dtype)
        owner = type(self).__name__
        self.top_k = None if top_k is None else positive_int(owner, "top_k", top_k)
        self.class_id = check_class_id(owner, class_id)
        self._add_counts()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        options = {"top_k": self.top_k, "class_id": self.class_id}
        self._count(y_true, y_pred, sample_weight=sample_weight, **options)

    def result(self) -> jax.Array:
        """Give the ratio, one for each threshold if there are several; 0 where nothing counts."""
        right, wrong = (getattr(self, name).value for name in self._kept)
        return _scalar_if_one(divide_no_nan(right, right + wrong))


def _scalar_if_one(values: jax.Array) -> jax.Array:
    return values[0] if len(values) == 1 else values


class TruePositives(_Count):
    """Number (or weight) of labels 1 that are predicted.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    >>> float(TruePositives()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0]))
    2.0
    """

    _which = "true_positives"


class FalsePositives(_Count):
    """Number (or weight) of labels 0 that are predicted as 1.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    >>> float(FalsePositives()([0, 1, 0, 0], [0.0, 1.0, 1.0, 1.0]))
    2.0
    """

    _which = "false_positives"


class TrueNegatives(_Count):
    """Number (or weight) of labels 0 that are predicted as 0.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    >>> float(TrueNegatives()([0, 1, 0, 0], [0.0, 1.0, 1.0, 1.0]))
    1.0
    """

    _which = "true_negatives"


class FalseNegatives(_Count):
    """Number (or weight) of labels 1 that are predicted as 0.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ...)``.

    >>> float(FalseNegatives()([0, 1, 1, 1], [0.0, 1.0, 0.0, 0.0]))
    2.0
    """

    _which = "false_negatives"


class Precision(_Ratio):
    """Share of right ones among the predicted: ``tp / (tp + fp)``.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ..., classes)``.

    >>> round(float(Precision()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])), 4)
    0.6667
    """

    _kept = ("true_positives", "false_positives")


class Recall(_Ratio):
    """Share of found ones among the labels 1: ``tp / (tp + fn)``.

    Updated with labels 0 and 1 and float predictions, both of shape ``(batch, ..., classes)``.

    >>> round(float(Recall()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])), 4)
    0.6667
    """

    _kept = ("true_positives", "false_negatives")
