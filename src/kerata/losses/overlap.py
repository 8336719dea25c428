"""Losses of overlapping regions, for segmentation."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.losses.loss import LossFunctionWrapper

Axis = int | tuple[int, ...] | list[int] | None


def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> jax.Array:
    """Give 1 minus the Dice coefficient ``2 * overlap / (size of one + size of other)``.

    Arguments:
        y_true, y_pred: memberships from 0 to 1, of equal shape.
        axis: axes to sum over, by default all.

    >>> round(float(dice([1.0, 1.0], [1.0, 0.0])), 4)
    0.3333
    """
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true, dtype=y_pred.dtype)
    axis = _as_axes(axis)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    sizes = jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis)
    return 1 - 2.0 * overlap / (sizes + epsilon())


def tversky(
    y_true: Any, y_pred: Any, alpha: Any = 0.5, beta: Any = 0.5, axis: Axis = None
) -> jax.Array:
    """Give 1 minus Tversky's index: Dice with weights for the two kinds of error.

    As in Keras 3.15, ``alpha`` weighs what the prediction misses, ``beta`` what it adds.

    Arguments:
        y_true, y_pred: memberships from 0 to 1, of equal shape.
        alpha, beta: weights; 0.5 and 0.5 give Dice.
        axis: axes to sum over, by default all.

    >>> round(float(tversky([1.0, 1.0], [1.0, 0.0])), 4)
    0.3333
    """
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true, dtype=y_pred.dtype)
    axis = _as_axes(axis)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    missed = jnp.sum(y_true * (1 - y_pred), axis=axis)
    added = jnp.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - overlap / (overlap + alpha * missed + beta * added + epsilon())


def _as_axes(axis: Axis) -> int | tuple[int, ...] | None:
    return tuple(axis) if isinstance(axis, (list, tuple)) else axis


class Dice(LossFunctionWrapper):
    """1 minus the Dice coefficient of two regions.

    Arguments:
        reduction, name, dtype: see ``Loss``.
        axis: axes to sum over, by default all (the batch included).

    >>> round(float(Dice()([[1.0], [1.0]], [[1.0], [0.0]])), 4)
    0.3333
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """1 minus Tversky's index of two regions (Salehi et al. 2017).

    Arguments:
        alpha, beta: weights of what the prediction misses and adds.
        reduction, name, dtype: see ``Loss``.
        axis: axes to sum over, by default all (the batch included).

    >>> round(float(Tversky()([[1.0], [1.0]], [[1.0], [0.0]])), 4)
    0.3333
    """

    _traced: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def __init__(
        self,
        alpha: Any = 0.5,
        beta: Any = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
