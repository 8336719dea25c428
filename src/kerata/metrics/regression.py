"""Metrics of real-valued targets."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.losses import regression as losses
from kerata.losses.ranks import as_pair
from kerata.metrics.reduction import Mean, MeanMetricWrapper


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Give the cosine of the angle between targets and predictions: 1 is best.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., features)``.
        y_pred: float predictions of the same shape.
        axis: int, axis of the vectors, -1 by default.

    Returns:
        Array of ``y_pred``'s shape without the axis, and of its dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(cosine_similarity([0.0, 2.0], [0.0, 5.0]))
    1.0
    """
    return -losses.cosine_similarity(y_true, y_pred, axis)


class MeanSquaredError(MeanMetricWrapper):
    """Mean squared difference: ``mean((y_true - y_pred) ** 2)``.

    Updated with targets and float predictions, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(MeanSquaredError()([[0.0], [2.0]], [[1.0], [5.0]]))
    5.0
    """

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """Mean absolute difference: ``mean(abs(y_true - y_pred))``.

    Updated with targets and float predictions, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(MeanAbsoluteError()([[0.0], [2.0]], [[1.0], [5.0]]))
    2.0
    """

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean absolute difference in percent of the target.

    Updated with targets and float predictions, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [4.0]]))
    25.0
    """

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean squared difference of ``log(1 + y)``.

    Updated with targets and float predictions, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(MeanSquaredLogarithmicError()([[3.0]], [[3.0]]))
    0.0
    """

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """Mean of ``log(cosh(y_pred - y_true))``.

    Updated with targets and float predictions, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(LogCoshError()([[1.0]], [[1.0]]))
    0.0
    """

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)


class RootMeanSquaredError(Mean):
    """Square root of the mean squared difference: ``sqrt(mean((y_true - y_pred) ** 2))``.

    Updated with targets and float predictions, both of shape ``(batch, ..., outputs)``.

    Arguments:
        name, dtype: see ``Metric``.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [3.0]]))
    3.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(  # type: ignore[override]  # takes pairs instead of values
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add a batch."""
        y_true, y_pred = as_pair(
            self.name, y_true, jnp.asarray(y_pred, dtype=self.dtype), axis=None
        )
        super().update_state(jnp.square(y_pred - y_true), sample_weight)

    def result(self) -> jax.Array:
        """Give the root of the mean so far."""
        return jnp.sqrt(super().result())


class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between targets and predictions, from -1 to 1 (best).

    Updated with targets and float predictions, both of shape ``(batch, ..., features)``.

    Arguments:
        name, dtype: see ``Metric``.
        axis: int, axis of the vectors, -1 by default.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> float(CosineSimilarity()([[0.0, 2.0]], [[0.0, 5.0]]))
    1.0
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(cosine_similarity, name, dtype, axis=axis)
