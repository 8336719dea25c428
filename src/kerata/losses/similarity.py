"""Losses of embeddings: rows of one class should lie close together."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.eager import asked
from kerata.base.messages import shape_text
from kerata.base.scope import set_mask
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_numbers


@asked
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: Any = 80,
    margin: Any = 0.4,
) -> jax.Array:
    """Circle loss of each row against all others.

    With similarities ``s = y_pred @ others.T``, ``softplus(log_sum_exp(push) + log_sum_exp(pull))``
    where ``push = gamma * max(s + margin, 0) * (s - margin)`` over rows of other classes and
    ``pull = -gamma * max(1 + margin - s, 0) * (s - 1 + margin)`` over rows of the same class.

    Arguments:
        y_true: int class numbers, shape ``(batch,)``.
        y_pred: float embeddings of length 1, shape ``(batch, features)``.
        ref_labels, ref_embeddings: other rows to compare with, shapes ``(n,)`` and
            ``(n, features)``; by default the same rows.
        remove_diagonal: bool, whether a row is not compared with itself; True by default.
        gamma: float, scale of the similarities, 80 by default.
        margin: float, how far classes should be apart, 0.4 by default.

    Returns:
        Array of shape ``(batch,)``; rows with loss 0 are masked.

    Raises:
        ValueError: not one label for each row.

    >>> float(circle([0, 1], [[1.0, 0.0], [0.0, 1.0]])[0])
    0.0

    Source: Sun et al. 2020, Circle loss: a unified perspective of pair similarity optimization
    (arXiv:2002.10857).
    """
    y_pred = as_numbers("circle", "y_pred", y_pred)
    labels = as_numbers("circle", "y_true", y_true).astype("int32")
    if y_pred.ndim != 2 or labels.size != len(y_pred):
        raise ValueError(
            "circle takes embeddings of shape (batch, features) and one label for each, got "
            f"y_pred of shape {shape_text(y_pred.shape)} and y_true of shape "
            f"{shape_text(labels.shape)}."
        )
    labels = labels.reshape(-1, 1)
    others = y_pred if ref_embeddings is None else jnp.asarray(ref_embeddings)
    other_labels = labels if ref_labels is None else jnp.asarray(ref_labels).reshape(-1, 1)
    distance = jnp.maximum(1 - y_pred @ others.T, 0.0)
    same = labels == other_labels.T
    different = ~same
    if remove_diagonal:
        same &= ~jnp.eye(same.shape[0], same.shape[1], dtype=bool)
    pull = -gamma * jnp.maximum(distance + margin, 0.0) * (margin - distance)
    push = gamma * jnp.maximum(1 + margin - distance, 0.0) * (1 - margin - distance)
    losses = jax.nn.softplus(_log_sum(pull, same) + _log_sum(push, different))
    set_mask(losses, losses > 0)
    return losses


def _log_sum(x: jax.Array, where: jax.Array) -> jax.Array:
    return jax.nn.logsumexp(x, axis=1, where=where)


class Circle(LossFunctionWrapper):
    """Circle loss of embeddings of length 1; rows with loss 0 don't count.

    Called with int labels of shape ``(batch,)`` and float embeddings of shape
    ``(batch, features)``; the formula is that of ``circle``.

    Arguments:
        gamma: float, scale of the similarities, 80 by default.
        margin: float, how far classes should be apart, 0.4 by default.
        remove_diagonal: bool, whether a row is not compared with itself; True by default.
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: not one label for each row; an unknown reduction.

    >>> float(Circle()([0, 1], [[1.0, 0.0], [0.0, 1.0]]))
    0.0

    Source: Sun et al. 2020, Circle loss: a unified perspective of pair similarity optimization
    (arXiv:2002.10857).
    """

    def __init__(
        self,
        gamma: Any = 80.0,
        margin: Any = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
