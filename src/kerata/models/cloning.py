"""A second model of the same structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerata.base.registry import custom_object_scope


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    custom_objects: Any = None,
) -> Any:
    """Build a model like another, with fresh weights.

    Arguments:
        model: a ``Sequential`` or functional model.
        custom_objects: classes and functions of yours that the model uses.
        input_tensors, clone_function: not supported.

    Raises:
        NotImplementedError: for these two.

    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(3)])
    >>> clone_model(model).count_params()
    9
    """
    if input_tensors is not None or clone_function is not None:
        raise NotImplementedError(
            "clone_model() takes neither input_tensors nor clone_function; call the model on the "
            "tensors, or change its config and use from_config()."
        )
    used = {type(layer).__name__: type(layer) for layer in model._flatten_layers()}
    foreign = {k: c for k, c in used.items() if not c.__module__.startswith("kerata.")}
    with custom_object_scope({**foreign, **(custom_objects or {})}):
        return type(model).from_config(model.get_config())
