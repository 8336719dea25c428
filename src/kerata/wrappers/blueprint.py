"""A ready model as a blueprint: each training starts from a copy with fresh weights."""

from __future__ import annotations

from typing import Any

from kerata.base.arguments import positive_int
from kerata.base.custom_objects import custom_object_scope
from kerata.base.origin import is_own_class
from kerata.models import clone_model
from kerata.models.cloning import compile_like


def fresh_copy(model: Any, hidden_size: Any = None) -> Any:
    """Build a model like another, with fresh weights, compiled as that one is.

    Arguments:
        model: a ``Sequential`` or functional model.
        hidden_size: another width for its hidden Dense layers, all but the last.

    Raises:
        ValueError: ``hidden_size`` for a model without hidden Dense layers.

    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((3,)), layers.Dense(8, "relu"), layers.Dense(1)])
    >>> [layer.units for layer in fresh_copy(model, hidden_size=32).layers]
    [32, 1]
    """
    copy = clone_model(model) if hidden_size is None else _with_width(model, hidden_size)
    if not copy.compiled:
        compile_like(copy, model)
    return copy


def _with_width(model: Any, width: Any) -> Any:
    width = positive_int(f"Model {model.name!r}", "hidden_size", width)
    config = model.get_config()
    dense = [entry["config"] for entry in config["layers"] if entry["class_name"] == "Dense"]
    if len(dense) < 2:
        raise ValueError(
            f"Model {model.name!r} has no hidden Dense layers, so hidden_size={width} would "
            "change nothing; pass a function that builds the model."
        )
    for inner in dense[:-1]:
        inner["units"] = width
    for entry in config["layers"]:
        # The shapes that layers were built for are those of the old widths.
        entry.pop("build_config", None)
    classes = {type(layer).__name__: type(layer) for layer in model._flatten_layers()}
    foreign = {n: c for n, c in classes.items() if not is_own_class(c)}
    with custom_object_scope(foreign):
        return type(model).from_config(config)
