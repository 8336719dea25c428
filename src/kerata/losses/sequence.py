"""Losses of label sequences without alignment."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.eager import asked
from kerata.base.messages import shape_text
from kerata.losses.loss import LossFunctionWrapper
from kerata.losses.ranks import as_numbers


@asked
def ctc(y_true: Any, y_pred: Any) -> jax.Array:
    """Connectionist temporal classification: labels in order, without alignment.

    Minus the logarithm of the summed probability of all alignments that give the labels.

    Arguments:
        y_true: int labels from 1, filled up with 0, shape ``(batch, length)``.
        y_pred: float logits, class 0 being blank, shape ``(batch, time, classes)``.

    Returns:
        Array of shape ``(batch,)``, float32 at least.

    Raises:
        ValueError: other numbers of axes.

    >>> round(float(ctc([[1]], [[[0.0, 0.0]]])[0]), 4)
    0.6931

    Source: Graves et al. 2006, Connectionist temporal classification: labelling unsegmented
    sequence data with recurrent neural networks.
    """
    import optax  # takes 0.4 s to import, and few losses need it

    y_true, y_pred = as_numbers("ctc", "y_true", y_true), as_numbers("ctc", "y_pred", y_pred)
    if y_true.ndim != 2 or y_pred.ndim != 3 or len(y_true) != len(y_pred):
        raise ValueError(
            "ctc takes y_true of shape (batch, length) and y_pred of shape (batch, time, classes), "
            f"got {shape_text(y_true.shape)} and {shape_text(y_pred.shape)}."
        )
    y_pred = y_pred.astype(jnp.promote_types(y_pred.dtype, "float32"))
    none_padded = jnp.zeros(y_pred.shape[:2], y_pred.dtype)
    # As in Keras 3.15, the zeros of a row are taken to be at its end.
    lengths = jnp.sum(y_true != 0, axis=1, keepdims=True)
    padded = (jnp.arange(y_true.shape[1]) >= lengths).astype(y_pred.dtype)
    return optax.ctc_loss(y_pred, none_padded, y_true.astype("int32"), padded)


class CTC(LossFunctionWrapper):
    """Connectionist temporal classification: labels in order, without alignment.

    Called with int labels from 1, filled up with 0, of shape ``(batch, length)``, and float logits
    of shape ``(batch, time, classes)``, class 0 being blank.

    Arguments:
        reduction, name, dtype: see ``Loss``.

    Raises:
        ValueError: other numbers of axes; an unknown reduction.

    >>> round(float(CTC()([[1]], [[[0.0, 0.0]]])), 4)
    0.6931

    Source: Graves et al. 2006, Connectionist temporal classification: labelling unsegmented
    sequence data with recurrent neural networks.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: Any = None,
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
