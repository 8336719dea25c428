"""Models in files, and names for classes and functions of yours in them."""

from kerata.base.custom_objects import (
    custom_object_scope,
    custom_object_scope as CustomObjectScope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from kerata.base.registry import deserialize_keras_object, serialize_keras_object
from kerata.saving.file_editor import KerasFileEditor
from kerata.saving.model_files import (
    load_model,
    load_weights,
    model_from_json,
    save_model,
    save_weights,
)

__all__ = [
    "CustomObjectScope",
    "KerasFileEditor",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "model_from_json",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
