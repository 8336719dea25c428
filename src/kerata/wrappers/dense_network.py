"""The network behind the estimators that need no builder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from kerata import layers, regularizers
from kerata.models import Model


class Head(NamedTuple):
    """The last layer for one target."""

    units: int
    activation: str | None
    loss: str


def dense_network(
    shape: tuple[int, ...],
    hidden: Sequence[int],
    activation: Any,
    dropout: float,
    l2: float,
    heads: Sequence[Head],
) -> Model:
    """Stack dense layers on rows of a shape and put the heads on top.

    >>> dense_network((4,), (8,), "relu", 0.0, 0.0, [Head(3, "softmax", "ce")]).count_params()
    67
    """

    def dense(units: int, activation: Any) -> layers.Dense:
        penalty = regularizers.L2(l2) if l2 else None
        return layers.Dense(units, activation, kernel_regularizer=penalty)

    inputs = layers.Input(shape)
    x = inputs if len(shape) == 1 else layers.Flatten()(inputs)
    for units in hidden:
        x = dense(int(units), activation)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    outputs = [dense(head.units, head.activation)(x) for head in heads]
    return Model(inputs, outputs if len(outputs) > 1 else outputs[0])
