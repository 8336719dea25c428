"""Rules that weights obey: every constraint of Keras 3, by name or object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.constraints.limits import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm

_namespace = registry.Namespace("keras.constraints", "constraint")
_namespace.add(Constraint)
_namespace.add(MaxNorm, "maxnorm")
_namespace.add(MinMaxNorm, "minmaxnorm", "min_maxnorm")
_namespace.add(NonNeg, "nonneg")
_namespace.add(UnitNorm, "unitnorm")

max_norm = maxnorm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm

get = _namespace.get


def serialize(constraint: Any) -> Any:
    """Write a constraint as a config.

    >>> serialize(MaxNorm(3))["config"]
    {'max_value': 3, 'axis': 0}
    """
    return registry.serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Build a constraint from a config or name.

    >>> deserialize(serialize(MaxNorm(3))).max_value
    3
    """
    return registry.deserialize(config, custom_objects, _namespace)


__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "serialize",
    "unit_norm",
    "unitnorm",
]
