"""The quantile loss, whose minimum is not the mean of the targets but one of their quantiles.

Keras has none. A regression that states bounds ("9 of 10 are below") needs one, so it is here
under a name that Keras does not use; files with it are for Kerata.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from kerata.base.arguments import between
from kerata.base.eager import asked
from kerata.base.messages import shape_text
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_numbers, as_pair


@asked
def quantile(y_true: Any, y_pred: Any, quantile: Any = 0.5) -> jax.Array:
    """Average the pinball loss over the last axis: errors below weigh another than above.

    ``mean(max(q * (y_true - y_pred), (1 - q) * (y_pred - y_true)), axis=-1)``: a prediction
    that is too low costs ``q`` a unit, one that is too high ``1 - q``, so the best constant
    prediction is the targets' q-quantile. The median's (0.5) is half the absolute error.

    Arguments:
        y_true: targets, any number dtype, shape ``(batch, ..., outputs)``; for several
            quantiles ``(batch, ...)`` or ``(batch, ..., 1)``, one number for all of them.
        y_pred: predictions, float array of the same shape; for several quantiles
            ``(batch, ..., quantiles)``, a column for each.
        quantile: number between 0 and 1, 0.5 by default, or a sequence of such numbers.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other or the number of quantiles; a quantile
            that is not between 0 and 1.

    >>> [round(x, 6) for x in quantile([[0.0], [4.0]], [[1.0], [3.0]], 0.9).tolist()]
    [0.1, 0.9]

    Source: Koenker & Bassett 1978, Regression quantiles.
    """
    q = check_quantiles("quantile", "quantile", quantile)
    if not isinstance(q, tuple):
        y_true, y_pred = as_pair("quantile", y_true, y_pred)
        level: Any = q
    else:
        y_true, y_pred = _columns(y_true, y_pred, len(q))
        level = jnp.asarray(q, y_pred.dtype)
    error = y_true - y_pred
    return jnp.mean(jnp.maximum(level * error, (level - 1) * error), axis=-1)


def check_quantiles(owner: str, name: str, value: Any) -> Any:
    """Check one quantile, or several, which become a tuple; traced values pass unchecked.

    Raises:
        ValueError, TypeError: naming the owner and the argument.

    >>> check_quantiles("Quantile", "quantile", [0.1, 0.9])
    (0.1, 0.9)
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return between(owner, name, value, 0, 1)
    if not value:
        raise ValueError(f"{owner}: {name} must be a number or some numbers, got {value!r}.")
    return tuple(between(owner, name, one, 0, 1) for one in value)


def _columns(y_true: Any, y_pred: Any, count: int) -> tuple[jax.Array, jax.Array]:
    y_pred = as_numbers("quantile", "y_pred", y_pred)
    y_true = as_numbers("quantile", "y_true", y_true, y_pred.dtype)
    if y_true.ndim == y_pred.ndim - 1:
        y_true = y_true[..., None]
    if y_pred.shape[-1:] != (count,) or y_true.shape != (*y_pred.shape[:-1], 1):
        raise ValueError(
            f"quantile has {count} quantiles, so it takes y_pred of shape (batch, ..., {count}) "
            f"and one number for each row as y_true, but their shapes are "
            f"{shape_text(y_pred.shape)} and {shape_text(y_true.shape)}."
        )
    return y_true, y_pred


class Quantile(LossFunctionWrapper):
    """The quantile (pinball) loss: trains outputs to be quantiles instead of means.

    Called with targets and float predictions of shape ``(batch, ..., outputs)``; for several
    quantiles with targets of shape ``(batch, ..., 1)`` and predictions of shape
    ``(batch, ..., quantiles)``. It is Kerata's own: Keras has no such loss, and can read the
    weights but not this loss from a file.

    Arguments:
        quantile: number between 0 and 1, 0.5 by default, or several, one for each column of
            the output.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: a quantile that is not between 0 and 1; shapes of targets and predictions
            that do not fit each other; an unknown reduction.

    >>> round(float(Quantile([0.1, 0.9])([[2.0], [2.0]], [[1.0, 3.0], [2.0, 3.0]])), 6)
    0.075

    Source: Koenker & Bassett 1978, Regression quantiles.
    """

    _traced: ClassVar[tuple[str, ...]] = ("quantile",)

    def __init__(
        self,
        quantile: Any = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "quantile",
        dtype: Any = None,
    ) -> None:
        checked = check_quantiles(type(self).__name__, "quantile", quantile)
        super().__init__(_quantile, reduction, name, dtype, quantile=checked)


# The constructor's argument hides the function.
_quantile = quantile
