"""Correlations of targets and predictions along an axis."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.losses.ranks import as_pair
from kerata.metrics.reduction import MeanMetricWrapper


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Give Pearson's correlation along an axis, from -1 to 1.

    ``covariance / (std(y_true) * std(y_pred))``; NaN where one of them is constant.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., features)``.
        y_pred: float predictions of the same shape.
        axis: int, axis along which values are correlated, -1 by default.

    Returns:
        Array of ``y_pred``'s shape without the axis, and of its dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> round(float(pearson_correlation([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])), 4)
    1.0

    Source: Pearson 1895, Note on regression and inheritance in the case of two parents.
    """
    y_true, y_pred = as_pair("pearson_correlation", y_true, y_pred, axis)
    return jnp.mean(_standardized(y_true, axis) * _standardized(y_pred, axis), axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Give Lin's concordance correlation along an axis: 1 only where predictions equal targets.

    ``2 * covariance / (var(y_true) + var(y_pred) + (mean(y_true) - mean(y_pred))**2 + epsilon())``

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., features)``.
        y_pred: float predictions of the same shape.
        axis: int, axis along which values are correlated, -1 by default.

    Returns:
        Array of ``y_pred``'s shape without the axis, and of its dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> round(float(concordance_correlation([0.0, 1.0, 2.0], [0.0, 1.0, 2.0])), 4)
    1.0

    Source: Lin 1989, A concordance correlation coefficient to evaluate reproducibility.
    """
    y_true, y_pred = as_pair("concordance_correlation", y_true, y_pred, axis)
    mean_true = jnp.mean(y_true, axis=axis, keepdims=True)
    mean_pred = jnp.mean(y_pred, axis=axis, keepdims=True)
    # Deviations of the targets from the predictions' mean give the same sum as from their own.
    covariance = jnp.mean((y_true - mean_pred) * (y_pred - mean_pred), axis=axis)
    variances = jnp.var(y_true, axis=axis) + jnp.var(y_pred, axis=axis)
    shift = jnp.squeeze(jnp.square(mean_true - mean_pred), axis)
    return 2 * covariance / (variances + shift + epsilon())


def _standardized(x: jax.Array, axis: int) -> jax.Array:
    x = x - jnp.mean(x, axis=axis, keepdims=True)
    return x / jnp.std(x, axis=axis, keepdims=True)


class PearsonCorrelation(MeanMetricWrapper):
    """Mean of Pearson's correlation along an axis: ``covariance / (std(y_true) * std(y_pred))``.

    Updated with targets and float predictions, both of shape ``(batch, ..., features)``.

    Arguments:
        name, dtype: see ``Metric``.
        axis: int, axis along which values are correlated, -1 by default.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> round(float(PearsonCorrelation()([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])), 4)
    1.0

    Source: Pearson 1895, Note on regression and inheritance in the case of two parents.
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean of Lin's concordance correlation along an axis.

    1 only where predictions equal targets, for the formula see ``concordance_correlation``. Updated
    with targets and float predictions, both of shape ``(batch, ..., features)``.

    Arguments:
        name, dtype: see ``Metric``.
        axis: int, axis along which values are compared, -1 by default.

    Raises:
        ValueError: targets and predictions whose shapes do not fit each other.

    >>> round(float(ConcordanceCorrelation()([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])), 4)
    1.0

    Source: Lin 1989, A concordance correlation coefficient to evaluate reproducibility.
    """

    _direction = "up"

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
