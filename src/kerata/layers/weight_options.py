"""How a layer's arguments say what its weights are: first values, penalties, constraints."""

from __future__ import annotations

from typing import Any

from kerata import constraints, initializers, regularizers
from kerata.base.variable import Variable
from kerata.layers.layer import Layer

_READERS = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


def keep_options(layer: Layer, **options: Any) -> None:
    """Keep ``kernel_initializer`` and the like under their names, as objects."""
    for name, value in options.items():
        setattr(layer, name, _READERS[name.rpartition("_")[2]](value))


def add_optioned(
    layer: Layer, option: str, shape: tuple[int | None, ...], *, name: str = "", **more: Any
) -> Variable:
    """Make the weight that the options of a name describe, under that name or another."""
    given = {"initializer": getattr(layer, f"{option}_initializer"), **more}
    return layer.add_weight(
        shape,
        regularizer=getattr(layer, f"{option}_regularizer"),
        constraint=getattr(layer, f"{option}_constraint"),
        name=name or option,
        **given,
    )
