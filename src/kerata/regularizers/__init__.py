"""Penalties on weights and activities: every regularizer of Keras 3, by name or object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.regularizers.penalties import L1, L1L2, L2, OrthogonalRegularizer, Regularizer

_namespace = registry.Namespace("keras.regularizers", "regularizer")
_namespace.add(L1)
_namespace.add(L1L2, "l1_l2")
_namespace.add(L2)
_namespace.add(OrthogonalRegularizer, "orthogonal")
_namespace.add(Regularizer)

l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

get = _namespace.get


def serialize(regularizer: Any) -> Any:
    """Write a regularizer as a config.

    >>> serialize(L2(0.5))["config"]
    {'l2': 0.5}
    """
    return registry.serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Build a regularizer from a config or name.

    >>> deserialize(serialize(L2(0.5))).l2
    0.5
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
