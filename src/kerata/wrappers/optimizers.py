"""Fresh optimizers: each training has one of its own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kerata import optimizers


def make_optimizer(given: Any, arguments: Mapping[str, Any]) -> Any:
    """Make a new optimizer like the given one, with some arguments changed.

    Arguments:
        given: name, class, config, optimizer or optax transformation.
        arguments: constructor arguments; those that are None stay as they are.

    Raises:
        TypeError, ValueError: an optimizer that is not known, an argument it does not have.

    >>> make_optimizer("sgd", {"momentum": 0.5}).momentum
    0.5
    """
    changed = {name: value for name, value in arguments.items() if value is not None}
    if "lr" in changed:
        changed["learning_rate"] = changed.pop("lr")
    if inspect.isclass(given):
        return given(**changed)
    found = optimizers.get(given)
    if isinstance(found, optimizers.OptaxOptimizer):
        if changed:
            raise ValueError(
                f"An optax transformation has its own {next(iter(changed))}; "
                "leave it out or choose an optimizer by name."
            )
        return found.like()
    return type(found).from_config({**found.get_config(), **changed})
