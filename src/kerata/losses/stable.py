"""Cross-entropies of probabilities, computed from what the probabilities came from."""

from __future__ import annotations

from typing import Any

from kerata.base.scope import get_mask, logits_of, set_mask
from kerata.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from kerata.losses.loss import Loss, LossFunctionWrapper

_ACTIVATIONS = {
    binary_crossentropy: "sigmoid",
    categorical_crossentropy: "softmax",
    sparse_categorical_crossentropy: "softmax",
}


def loss_of_output(loss: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """Compute a loss; a cross-entropy of a softmax or sigmoid from the numbers before it.

    A probability of 1 - 1e-9 is 1 in float32, and its gradient 0: a network that is sure
    and wrong would never learn from it. The numbers before the activation still tell, so
    losses are the same where probabilities are representable, and gradients never vanish.
    Keras does so on TensorFlow.

    Arguments:
        loss: a ``Loss``.
        y_true, y_pred, sample_weight: as for calling it.
    """
    kind = type(loss)
    as_here = kind.call is LossFunctionWrapper.call and kind.__call__ is Loss.__call__
    fn = loss.fn if as_here else None
    activation = _ACTIVATIONS.get(fn) if fn is not None else None
    plain = not getattr(loss, "from_logits", False) and getattr(loss, "axis", -1) == -1
    logits = logits_of(y_pred, activation) if activation and plain else None
    if fn is None or logits is None:
        return loss(y_true, y_pred, sample_weight=sample_weight)
    mask = get_mask(y_pred)
    if mask is not None:
        set_mask(logits, mask)
    options = {name: getattr(loss, name) for name in loss._fn_names} | {"from_logits": True}
    from_logits = LossFunctionWrapper(fn, loss.reduction, loss.name, loss.dtype, **options)
    return from_logits(y_true, logits, sample_weight=sample_weight)
