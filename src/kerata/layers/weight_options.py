"""How a layer's arguments say what its weights are: first values, penalties, constraints."""

from __future__ import annotations

from typing import Any, TypedDict

from kerata import constraints, initializers, regularizers
from kerata.base.variable import Variable
from kerata.layers.layer import Layer

_READERS = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


class LayerOptions(TypedDict, total=False):
    """Keyword arguments that every layer takes."""

    trainable: bool
    dtype: Any
    autocast: bool
    name: str | None
    input_shape: Any
    batch_input_shape: Any
    batch_size: int | None


class WeightOptions(LayerOptions, total=False):
    """Keyword arguments of a layer with a kernel and a bias."""

    kernel_initializer: Any
    bias_initializer: Any
    kernel_regularizer: Any
    bias_regularizer: Any
    activity_regularizer: Any
    kernel_constraint: Any
    bias_constraint: Any


def weight_defaults(
    first: dict[str, Any], *, penalty: bool = True, between: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Give the options of some weights with their defaults, in Keras's order.

    Arguments:
        first: initializers by the names of the weights.
        penalty: whether there is an ``activity_regularizer`` too.
        between: what comes behind the initializers.

    >>> list(weight_defaults({"bias": "zeros"}))
    ['bias_initializer', 'bias_regularizer', 'activity_regularizer', 'bias_constraint']
    """
    return {
        **{f"{weight}_initializer": value for weight, value in first.items()},
        **(between or {}),
        **{f"{weight}_regularizer": None for weight in first},
        **({"activity_regularizer": None} if penalty else {}),
        **{f"{weight}_constraint": None for weight in first},
    }


def taken_options(given: dict[str, Any], *weights: str) -> dict[str, Any]:
    """Take the options of some weights out of other arguments.

    >>> others = {"bias_initializer": 0, "bias_regularizer": 1, "bias_constraint": 2, "name": 3}
    >>> taken_options(others, "bias"), others
    ({'bias_initializer': 0, 'bias_regularizer': 1, 'bias_constraint': 2}, {'name': 3})
    """
    return {name: given.pop(name) for w in weights for name in (f"{w}_{k}" for k in _READERS)}


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
