"""A ready model as a blueprint: each training starts from a copy with fresh weights."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.arguments import positive_int
from kerata.base.custom_objects import custom_object_scope
from kerata.base.origin import is_own_class
from kerata.metrics import Metric
from kerata.models import clone_model
from kerata.wrappers.optimizers import make_optimizer


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
    if model.compiled:
        copy.compile(
            make_optimizer(model.optimizer, {}),
            **jax.tree.map(_own_metric, model._compiled),
            run_eagerly=model.run_eagerly,
        )
    return copy


def _own_metric(part: Any) -> Any:
    """Give a metric without what it has counted; losses and names stay."""
    return type(part).from_config(part.get_config()) if isinstance(part, Metric) else part


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
    classes = {type(layer).__name__: type(layer) for layer in model._flatten_layers()}
    foreign = {n: c for n, c in classes.items() if not is_own_class(c)}
    with custom_object_scope(foreign):
        return type(model).from_config(config)
