"""Names for classes and functions of yours in configs."""

from kerata.base.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from kerata.base.registry import custom_object_scope as CustomObjectScope
from kerata.base.registry import deserialize as deserialize_keras_object
from kerata.base.registry import serialize as serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
    "serialize_keras_object",
]
