"""A cross-entropy that is less sensitive to wrong labels."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.eager import asked
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_numbers, one_label_each


@asked
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: Any) -> jax.Array:
    """Give ``(1 - p**q) / q``, p the probability of the label.

    Arguments:
        y_true: int class numbers, shape ``(batch,)``.
        y_pred: float probabilities, shape ``(batch, classes)``.
        q: float between 0 (cross-entropy) and 1 (mean absolute error).

    Returns:
        Array of shape ``(batch,)`` and ``y_pred``'s dtype.

    Raises:
        ValueError: not one label for each row of probabilities.

    >>> float(categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)[0])
    1.0

    Source: Zhang & Sabuncu 2018, Generalized cross entropy loss for training deep neural networks
    with noisy labels (arXiv:1805.07836).
    """
    y_pred = as_numbers("categorical_generalized_cross_entropy", "y_pred", y_pred)
    # Keras mixes rows where labels have an axis too many.
    labels = one_label_each("categorical_generalized_cross_entropy", y_true, y_pred, width_1=False)
    labels = labels.astype("int32")
    p = jnp.sum(y_pred * jax.nn.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype), axis=-1)
    return (1 - jnp.power(p, q)) / q


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Generalized cross-entropy ``(1 - p**q) / q``, less sensitive to wrong labels.

    ``p`` is the probability of the label; called with int labels of shape ``(batch,)`` and float
    probabilities of shape ``(batch, classes)``.

    Arguments:
        q: float between 0 (cross-entropy) and 1 (mean absolute error); 0.5 by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: q is not between 0 and 1; an unknown reduction.

    >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0

    Source: Zhang & Sabuncu 2018, Generalized cross entropy loss for training deep neural networks
    with noisy labels (arXiv:1805.07836).
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
