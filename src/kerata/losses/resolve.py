"""From what the user wrote in ``compile(loss=...)`` to a loss object."""

from __future__ import annotations

from typing import Any

from kerata.base.eager import asked
from kerata.base.naming import to_snake_case
from kerata.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from kerata.losses.loss import Loss, LossFunctionWrapper
from kerata.losses.names import namespace

Shape = tuple[int | None, ...]


@asked
def kind_of_labels(y_true_shape: Shape, y_pred_shape: Shape) -> str:
    """Say which kind of labels shapes suggest: 'binary', 'sparse' or 'categorical'.

    >>> kind_of_labels((None, 1), (None, 1)), kind_of_labels((None,), (None, 3))
    ('binary', 'sparse')
    """
    width = y_pred_shape[-1] if y_pred_shape else 1
    if width == 1:
        return "binary"
    if len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1:
        return "sparse"
    return "categorical"


def resolve_loss(identifier: Any, y_true_shape: Shape, y_pred_shape: Shape) -> Loss | None:
    """Turn a name, function, class or object into a loss.

    Arguments:
        identifier: what the user gave; ``'crossentropy'`` or ``'ce'`` means the one that
            fits the shapes.
        y_true_shape, y_pred_shape: shapes of targets and outputs, batch axis included.

    Returns:
        A loss named as the user wrote it, or None for None.

    >>> resolve_loss("mse", (None, 1), (None, 1)).name
    'mse'
    """
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        found: Any = {
            "binary": binary_crossentropy,
            "sparse": sparse_categorical_crossentropy,
            "categorical": categorical_crossentropy,
        }[kind_of_labels(y_true_shape, y_pred_shape)]
    else:
        found = namespace.get(identifier)
    if isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else object_name(found)
    return LossFunctionWrapper(found, name=name)


def object_name(obj: Any) -> str:
    """Give an object's name, a function's or class's in snake case."""
    name = getattr(obj, "name", None)
    if isinstance(name, str):
        return name
    return to_snake_case(getattr(obj, "__name__", type(obj).__name__))
