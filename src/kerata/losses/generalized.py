"""A cross-entropy that wrong labels disturb less."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.losses.loss import LossFunctionWrapper


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: Any) -> jax.Array:
    """Give ``(1 - p**q) / q``, p the probability of the label (Zhang & Sabuncu 2018).

    Arguments:
        y_true: class numbers, shape ``(batch,)``.
        y_pred: probabilities, shape ``(batch, classes)``.
        q: between 0 (cross-entropy) and 1 (mean absolute error).

    >>> float(categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)[0])
    1.0
    """
    y_pred = jnp.asarray(y_pred)
    labels = jnp.asarray(y_true).astype("int32")
    p = jnp.sum(y_pred * jax.nn.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype), axis=-1)
    return (1 - jnp.power(p, q)) / q


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Generalized cross-entropy ``(1 - p**q) / q`` for noisy labels (Zhang & Sabuncu 2018).

    Arguments:
        q: between 0 (cross-entropy) and 1 (mean absolute error).
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: if q is not between 0 and 1.

    >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    def __init__(
        self,
        q: Any = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if isinstance(q, (int, float)) and not 0 < q < 1:
            raise ValueError(f"q must be between 0 and 1, got {q}.")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
