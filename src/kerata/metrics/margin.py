"""Hinge metrics: means of the hinge losses."""

from __future__ import annotations

from typing import Any

from kerata.losses import margin as losses
from kerata.metrics.reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """Mean of ``max(0, 1 - y_true * y_pred)`` for labels -1 and 1 (or 0 and 1).

    Updated with labels and float scores, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.25

    Source: Cortes & Vapnik 1995, Support-vector networks.
    """

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """Mean of ``max(0, 1 - y_true * y_pred) ** 2`` for labels -1 and 1 (or 0 and 1).

    Updated with labels and float scores, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(SquaredHinge()([[1.0], [-1.0]], [[0.0], [-2.0]]))
    0.5
    """

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """Mean of ``max(0, 1 + best wrong score - right score)`` for one-hot labels.

    Updated with labels and float scores, both of shape ``(batch, ..., classes)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5

    Source: Crammer & Singer 2001, On the algorithmic implementation of multiclass kernel-based
    vector machines.
    """

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)
