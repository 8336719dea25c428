"""Losses of predicted distributions and rates."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.base.eager import asked
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_pair


@asked
def kl_divergence(y_true: Any, y_pred: Any) -> jax.Array:
    """Kullback-Leibler divergence ``sum(y_true * log(y_true / y_pred))`` over the last axis.

    Both are clipped to ``epsilon()`` and 1 first.

    Arguments:
        y_true: probabilities, any number dtype, shape ``(batch, ..., classes)``.
        y_pred: predicted probabilities, float array of the same shape.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> float(kl_divergence([0.5, 0.5], [0.5, 0.5]))
    0.0

    Source: Kullback & Leibler 1951, On information and sufficiency.
    """
    y_true, y_pred = as_pair("kl_divergence", y_true, y_pred, matched=False)
    y_true = jnp.clip(y_true, epsilon(), 1)
    y_pred = jnp.clip(y_pred, epsilon(), 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


@asked
def poisson(y_true: Any, y_pred: Any) -> jax.Array:
    """Poisson loss of counts, ``mean(y_pred - y_true * log(y_pred))`` over the last axis.

    That is the negative log-likelihood without the term that depends on the target alone.

    Arguments:
        y_true: counts, any number dtype, shape ``(batch, ..., outputs)``.
        y_pred: predicted rates above 0, float array of the same shape; ``epsilon()`` is added
            inside the logarithm.

    Returns:
        Array of shape ``(batch, ...)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: shapes that do not fit each other.

    >>> round(float(poisson([3.0], [1.0])), 4)
    1.0
    """
    y_true, y_pred = as_pair("poisson", y_true, y_pred, matched=False)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + epsilon()), axis=-1)


class KLDivergence(LossFunctionWrapper):
    """Kullback-Leibler divergence: ``sum(y_true * log(y_true / y_pred))``.

    Called with probabilities and float predictions, both of shape ``(batch, ..., classes)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> float(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0

    Source: Kullback & Leibler 1951, On information and sufficiency.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """Negative log-likelihood of counts: ``mean(y_pred - y_true * log(y_pred))``.

    Called with counts and float predictions above 0, both of shape ``(batch, ..., outputs)``.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: shapes of targets and predictions that do not fit each other; an unknown
            reduction.

    >>> round(float(Poisson()([[3.0]], [[1.0]])), 4)
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
