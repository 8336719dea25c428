"""Losses of overlapping regions, for segmentation."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.base.eager import asked
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_pair

Axis = int | tuple[int, ...] | list[int] | None


@asked
def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> jax.Array:
    """Give 1 minus the Dice coefficient ``2 * overlap / (size of one + size of other)``.

    The overlap is ``sum(y_true * y_pred)``; ``epsilon()`` is added to the divisor.

    Arguments:
        y_true, y_pred: memberships from 0 to 1, arrays of one shape such as
            ``(batch, height, width, classes)``; the result has ``y_pred``'s dtype.
        axis: int or tuple of ints, axes to sum over; None (all, the batch included) by default.

    Returns:
        Scalar, or array of the axes that are left.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> round(float(dice([1.0, 1.0], [1.0, 0.0])), 4)
    0.3333

    Source: Dice 1945, Measures of the amount of ecologic association between species.
    """
    y_true, y_pred = as_pair("dice", y_true, y_pred, axis, matched=False)
    axis = _as_axes(axis)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    sizes = jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis)
    return 1 - 2.0 * overlap / (sizes + epsilon())


@asked
def tversky(
    y_true: Any, y_pred: Any, alpha: Any = 0.5, beta: Any = 0.5, axis: Axis = None
) -> jax.Array:
    """Give 1 minus Tversky's index: Dice with weights for the two kinds of error.

    ``1 - overlap / (overlap + alpha * missed + beta * added + epsilon())``. As in Keras 3.15,
    ``alpha`` weighs what the prediction misses, ``beta`` what it adds.

    Arguments:
        y_true, y_pred: memberships from 0 to 1, arrays of one shape such as
            ``(batch, height, width, classes)``; the result has ``y_pred``'s dtype.
        alpha, beta: floats, weights of the errors; 0.5 and 0.5 (the default) give Dice.
        axis: int or tuple of ints, axes to sum over; None (all, the batch included) by default.

    Returns:
        Scalar, or array of the axes that are left.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> round(float(tversky([1.0, 1.0], [1.0, 0.0])), 4)
    0.3333

    Source: Salehi et al. 2017, Tversky loss function for image segmentation using 3D fully
    convolutional deep networks (arXiv:1706.05721).
    """
    y_true, y_pred = as_pair("tversky", y_true, y_pred, axis, matched=False)
    axis = _as_axes(axis)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    missed = jnp.sum(y_true * (1 - y_pred), axis=axis)
    added = jnp.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - overlap / (overlap + alpha * missed + beta * added + epsilon())


def _as_axes(axis: Axis) -> int | tuple[int, ...] | None:
    return tuple(axis) if isinstance(axis, (list, tuple)) else axis


class Dice(LossFunctionWrapper):
    """1 minus the Dice coefficient ``2 * overlap / (size of one + size of other)``.

    Called with memberships from 0 to 1 and float predictions of one shape, such as
    ``(batch, height, width, classes)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.
        axis: int or tuple of ints, axes to sum over; None (all, the batch included) by default.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> round(float(Dice()([[1.0], [1.0]], [[1.0], [0.0]])), 4)
    0.3333

    Source: Dice 1945, Measures of the amount of ecologic association between species.
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
    """1 minus Tversky's index ``overlap / (overlap + alpha * missed + beta * added)``.

    Called with memberships from 0 to 1 and float predictions of one shape, such as
    ``(batch, height, width, classes)``.

    Arguments:
        alpha, beta: floats, weights of what the prediction misses and adds; 0.5 by default.
        reduction, name, dtype: see ``Loss``.
        axis: int or tuple of ints, axes to sum over; None (all, the batch included) by default.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> round(float(Tversky()([[1.0], [1.0]], [[1.0], [0.0]])), 4)
    0.3333

    Source: Salehi et al. 2017, Tversky loss function for image segmentation using 3D fully
    convolutional deep networks (arXiv:1706.05721).
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
