"""Hinge losses: how far scores are on the wrong side of a margin."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.losses.loss import LossFunctionWrapper


def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Average ``max(0, 1 - y_true * y_pred)`` over the last axis.

    Labels are -1 and 1; if all labels are 0 or 1, then 0 counts as -1.

    >>> float(hinge([1.0, -1.0], [0.5, -2.0]))
    0.25
    """
    return jnp.mean(_shortfall(y_true, y_pred), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Average ``max(0, 1 - y_true * y_pred) ** 2`` over the last axis; labels as for ``hinge``.

    >>> float(squared_hinge([1.0, -1.0], [0.0, -2.0]))
    0.5
    """
    return jnp.mean(jnp.square(_shortfall(y_true, y_pred)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """Give ``max(0, 1 + best wrong score - right score)`` for one-hot labels.

    >>> float(categorical_hinge([0.0, 1.0], [0.5, 1.0]))
    0.5
    """
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true, dtype=y_pred.dtype)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1.0, 0.0)


def _shortfall(y_true: Any, y_pred: Any) -> jax.Array:
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true, dtype=y_pred.dtype)
    binary = jnp.all((y_true == 0) | (y_true == 1))
    y_true = jnp.where(binary, 2.0 * y_true - 1.0, y_true)
    return jnp.maximum(1.0 - y_true * y_pred, 0.0)


class Hinge(LossFunctionWrapper):
    """Mean of ``max(0, 1 - y_true * y_pred)`` for labels -1 and 1 (or 0 and 1).

    Arguments:
        reduction, name, dtype: see ``Loss``.

    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.25
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

    Arguments:
        reduction, name, dtype: see ``Loss``.

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

    Arguments:
        reduction, name, dtype: see ``Loss``.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
