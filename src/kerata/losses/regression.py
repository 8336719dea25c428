"""Losses of real-valued targets."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.base.eager import asked
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_pair


@asked
def mean_squared_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Average the squared differences over the last axis.

    ``mean((y_true - y_pred)**2, axis=-1)``

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predictions, float array of the same shape; a last axis of width 1 may be missing
            in one of the two.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(mean_squared_error([0.0, 2.0], [1.0, 5.0]))
    5.0
    """
    y_true, y_pred = as_pair("mean_squared_error", y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


@asked
def mean_absolute_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Average the absolute differences over the last axis.

    ``mean(abs(y_true - y_pred), axis=-1)``

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predictions, float array of the same shape; a last axis of width 1 may be missing
            in one of the two.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(mean_absolute_error([0.0, 2.0], [1.0, 5.0]))
    2.0
    """
    y_true, y_pred = as_pair("mean_absolute_error", y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@asked
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Average the absolute differences in percent of the target over the last axis.

    ``100 * mean(abs((y_true - y_pred) / max(abs(y_true), epsilon())), axis=-1)``

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predictions, float array of the same shape; a last axis of width 1 may be missing
            in one of the two.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(mean_absolute_percentage_error([2.0, 4.0], [1.0, 4.0]))
    25.0
    """
    y_true, y_pred = as_pair("mean_absolute_percentage_error", y_true, y_pred)
    size = jnp.maximum(jnp.abs(y_true), jnp.asarray(epsilon(), y_pred.dtype))
    return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / size), axis=-1)


@asked
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> jax.Array:
    """Average the squared differences of ``log(1 + y)`` over the last axis.

    ``mean((log(1 + y_true) - log(1 + y_pred))**2, axis=-1)``;
    numbers below ``epsilon()`` count as that.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predictions, float array of the same shape; a last axis of width 1 may be missing
            in one of the two.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(mean_squared_logarithmic_error([3.0], [3.0]))
    0.0
    """
    y_true, y_pred = as_pair("mean_squared_logarithmic_error", y_true, y_pred)
    log_pred = jnp.log(jnp.maximum(y_pred, epsilon()) + 1.0)
    log_true = jnp.log(jnp.maximum(y_true, epsilon()) + 1.0)
    return jnp.mean(jnp.square(log_pred - log_true), axis=-1)


@asked
def huber(y_true: Any, y_pred: Any, delta: Any = 1.0) -> jax.Array:
    """Average Huber's loss over the last axis: squared near 0, linear beyond ``delta``.

    With ``e = abs(y_pred - y_true)``: ``e**2 / 2`` up to ``delta``, ``delta * e - delta**2 / 2``
    beyond.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predictions, float array of the same shape; a last axis of width 1 may be missing
            in one of the two.
        delta: float, where it turns from squared to linear; 1 by default.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(huber([0.0, 0.0], [1.0, 3.0]))
    1.5

    Source: Huber 1964, Robust estimation of a location parameter.
    """
    y_true, y_pred = as_pair("huber", y_true, y_pred)
    delta = jnp.asarray(delta, y_pred.dtype)
    error = y_pred - y_true
    size = jnp.abs(error)
    near, far = 0.5 * jnp.square(error), delta * size - 0.5 * jnp.square(delta)
    return jnp.mean(jnp.where(size <= delta, near, far), axis=-1)


@asked
def log_cosh(y_true: Any, y_pred: Any) -> jax.Array:
    """Average ``log(cosh(y_pred - y_true))`` over the last axis.

    It is near ``e**2 / 2`` for small errors ``e`` and near ``abs(e) - log(2)`` for large ones.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predictions, float array of the same shape; a last axis of width 1 may be missing
            in one of the two.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(log_cosh([1.0], [1.0]))
    0.0
    """
    y_true, y_pred = as_pair("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    # The softplus form does not overflow for large errors.
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@asked
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Give minus the cosine of the angle between targets and predictions: -1 is best.

    ``-sum(y_true * y_pred) / (norm(y_true) * norm(y_pred))`` along an axis; 0 where one is the
    zero vector.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., features)``.
        y_pred: predictions, float array of the same shape.
        axis: int, axis of the vectors, -1 by default.

    Returns:
        Array of ``y_pred``'s shape without that axis, and of its dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(cosine_similarity([0.0, 2.0], [0.0, 5.0]))
    -1.0
    """
    y_true, y_pred = as_pair("cosine_similarity", y_true, y_pred, axis)
    return -jnp.sum(unit_length(y_true, axis) * unit_length(y_pred, axis), axis=axis)


def unit_length(x: jax.Array, axis: int) -> jax.Array:
    """Divide vectors by their Euclidean length; the zero vector stays."""
    inverse = jax.lax.rsqrt(jnp.sum(jnp.square(x), axis=axis, keepdims=True))
    return x * jnp.minimum(inverse, 1.0 / epsilon())


class MeanSquaredError(LossFunctionWrapper):
    """Mean of squared differences: ``mean((y_true - y_pred) ** 2)``.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(MeanSquaredError()([[0.0], [2.0]], [[1.0], [5.0]]))
    5.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """Mean of absolute differences: ``mean(abs(y_true - y_pred))``.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(MeanAbsoluteError()([[0.0], [2.0]], [[1.0], [5.0]]))
    2.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Mean absolute difference in percent: ``100 * mean(abs((y_true - y_pred) / y_true))``.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``. Targets nearer
    to 0 than ``epsilon()`` count as that.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [4.0]]))
    25.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Mean of squared differences of logarithms: ``mean((log(y_true+1) - log(y_pred+1)) ** 2)``.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``. Numbers below
    ``epsilon()`` count as that.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(MeanSquaredLogarithmicError()([[3.0]], [[3.0]]))
    0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(LossFunctionWrapper):
    """Huber's loss: ``error**2 / 2`` up to ``delta``, ``delta * (|error| - delta/2)`` beyond.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``.

    Arguments:
        delta: float, where it turns from squared to linear; 1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(Huber()([[0.0], [0.0]], [[1.0], [3.0]]))
    1.5

    Source: Huber 1964, Robust estimation of a location parameter.
    """

    _traced: ClassVar[tuple[str, ...]] = ("delta",)

    def __init__(
        self,
        delta: Any = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(LossFunctionWrapper):
    """Mean of ``log(cosh(y_pred - y_true))``: squared for small errors, linear for large ones.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(LogCosh()([[1.0]], [[1.0]]))
    0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between targets and predictions, from -1 (best) to 1.

    Called with targets and float predictions of shape ``(batch, ..., features)``.

    Arguments:
        axis: int, axis of the vectors, -1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(CosineSimilarity()([[0.0, 2.0]], [[0.0, 5.0]]))
    -1.0
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
