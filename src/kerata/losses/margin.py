"""Hinge losses: how far scores are on the wrong side of a margin."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.eager import asked
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_numbers, as_pair, one_label_each


@asked
def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Average ``max(0, 1 - y_true * y_pred)`` over the last axis.

    Arguments:
        y_true: labels -1 and 1, any number dtype, shape ``(batch, ..., outputs)``; if all are 0
            or 1, then 0 counts as -1.
        y_pred: scores, float array of the same shape.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(hinge([1.0, -1.0], [0.5, -2.0]))
    0.25

    Source: Cortes & Vapnik 1995, Support-vector networks.
    """
    return jnp.mean(_shortfall("hinge", y_true, y_pred), axis=-1)


@asked
def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Average ``max(0, 1 - y_true * y_pred) ** 2`` over the last axis.

    Arguments:
        y_true: labels -1 and 1, any number dtype, shape ``(batch, ..., outputs)``; if all are 0
            or 1, then 0 counts as -1.
        y_pred: scores, float array of the same shape.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(squared_hinge([1.0, -1.0], [0.0, -2.0]))
    0.5
    """
    return jnp.mean(jnp.square(_shortfall("squared_hinge", y_true, y_pred)), axis=-1)


@asked
def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Give ``max(0, 1 + best wrong score - right score)`` for one-hot labels.

    As in Keras the best wrong score counts as 0 if all are negative.

    Arguments:
        y_true: one-hot labels, any number dtype, shape ``(batch, ..., classes)``.
        y_pred: scores, float array of the same shape.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(categorical_hinge([0.0, 1.0], [0.5, 1.0]))
    0.5

    Source: Crammer & Singer 2001, On the algorithmic implementation of multiclass kernel-based
    vector machines.
    """
    y_true, y_pred = as_pair("categorical_hinge", y_true, y_pred, matched=False)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1.0, 0.0)


@asked
def multi_class_hinge(y_true: Any, y_pred: Any, delta: Any = 1.0) -> jax.Array:
    """Add up how far each wrong score comes closer to the right one than ``delta``.

    The sum over wrong classes of ``max(0, wrong score - right score + delta)``.

    Arguments:
        y_true: class numbers, shape of ``y_pred`` without the last axis (or width 1 there).
        y_pred: scores ``(..., classes)``, no probabilities.
        delta: by how much the right score should lead.

    Raises:
        ValueError: not one label for each row of scores.

    >>> float(multi_class_hinge(0, [13.0, -7.0, 11.0], delta=10.0))
    8.0

    Source: Weston and Watkins, Support vector machines for multi-class pattern recognition, 1999.
    """
    y_pred = as_numbers("multi_class_hinge", "y_pred", y_pred)
    y_true = one_label_each("multi_class_hinge", y_true, y_pred)
    is_right = jax.nn.one_hot(y_true.astype("int32"), y_pred.shape[-1], dtype=bool)
    right = jnp.sum(jnp.where(is_right, y_pred, 0), axis=-1, keepdims=True)
    shortfall = jnp.maximum(y_pred - right + delta, 0)
    return jnp.sum(jnp.where(is_right, 0, shortfall), axis=-1)


def _shortfall(owner: str, y_true: Any, y_pred: Any) -> jax.Array:
    y_true, y_pred = as_pair(owner, y_true, y_pred, matched=False)
    binary = jnp.all((y_true == 0) | (y_true == 1))
    y_true = jnp.where(binary, 2.0 * y_true - 1.0, y_true)
    return jnp.maximum(1.0 - y_true * y_pred, 0.0)


class Hinge(LossFunctionWrapper):
    """Mean of ``max(0, 1 - y_true * y_pred)`` for labels -1 and 1 (or 0 and 1).

    Called with labels and float scores, both of shape ``(batch, ..., outputs)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.25

    Source: Cortes & Vapnik 1995, Support-vector networks.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """Mean of ``max(0, 1 - y_true * y_pred) ** 2`` for labels -1 and 1 (or 0 and 1).

    Called with labels and float scores, both of shape ``(batch, ..., outputs)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(SquaredHinge()([[1.0], [-1.0]], [[0.0], [-2.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """Mean of ``max(0, 1 + best wrong score - right score)`` for one-hot labels.

    Called with labels and float scores, both of shape ``(batch, ..., classes)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5

    Source: Crammer & Singer 2001, On the algorithmic implementation of multiclass kernel-based
    vector machines.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)


class MultiClassHinge(LossFunctionWrapper):
    """Sum of ``max(0, wrong score - right score + delta)``: a multi-class support vector machine.

    Called with int labels of shape ``(batch, ...)`` and float scores of shape
    ``(batch, ..., classes)``.

    Arguments:
        delta: float, by how much the right score should lead each wrong one; 1 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: not one label for each row of scores; an unknown reduction.

    >>> float(MultiClassHinge(delta=10.0)([0], [[13.0, -7.0, 11.0]]))
    8.0

    Source: Weston & Watkins 1999, Support vector machines for multi-class pattern recognition.
    """

    _traced: ClassVar[tuple[str, ...]] = ("delta",)

    def __init__(
        self,
        delta: Any = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "multi_class_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(multi_class_hinge, reduction, name, dtype, delta=delta)
