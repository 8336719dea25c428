"""Optimizers: how weights change along their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.optimizers import schedules
from kerata.optimizers.adam import Adam
from kerata.optimizers.optimizer import Optimizer
from kerata.optimizers.rmsprop import RMSprop
from kerata.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize"]

_namespace = registry.Namespace("keras.optimizers", "optimizer")
for _cls in (SGD, RMSprop, Adam, Optimizer):
    _namespace.add(_cls, _cls.__name__.lower())


def get(identifier: Any) -> Any:
    """Turn a name, config, class or optimizer into an optimizer; None stays None.

    >>> get("rmsprop").rho
    0.9
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    return _namespace.get(identifier)


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Write an optimizer as a config in Keras 3's layout."""
    return registry.serialize(optimizer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild an optimizer from ``serialize``'s output; old lower-case names are understood."""
    return registry.deserialize(dict(config), custom_objects, _namespace)
