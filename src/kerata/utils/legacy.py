"""Objects to configs and back in the layout of Keras 2, for programs that still call it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kerata.base.custom_objects import get_registered_name, get_registered_object
from kerata.base.messages import did_you_mean


def serialize_keras_object(instance: Any) -> Any:
    """Write an object as ``{'class_name': ..., 'config': ...}``, a function as its name.

    Arguments:
        instance: an object with ``get_config``, a function, or None.

    Raises:
        ValueError: anything else.

    >>> from kerata.initializers import Zeros
    >>> serialize_keras_object(Zeros())
    {'class_name': 'Zeros', 'config': {}}
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config") and not inspect.isclass(instance):
        return {
            "class_name": get_registered_name(type(instance)),
            "config": {k: _serialized(v) for k, v in instance.get_config().items()},
        }
    if hasattr(instance, "__name__"):
        return get_registered_name(instance)
    raise ValueError(f"Can't write {instance!r:.80} as a config: it has no get_config().")


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """Build an object from a config of Keras 2's layout, or find a function by its name.

    Arguments:
        identifier: what ``serialize_keras_object`` gave.
        module_objects: classes and functions by name.
        custom_objects: those of the caller's, which come first.
        printable_module_name: what is sought, for the message.

    Raises:
        ValueError: an unknown name, or something that is no config.

    >>> from kerata import initializers
    >>> config = {"class_name": "Constant", "config": {"value": 2.0}}
    >>> deserialize_keras_object(config, vars(initializers)).value
    2.0
    """
    if identifier is None or inspect.isfunction(identifier):
        return identifier
    is_config = isinstance(identifier, Mapping) and {"class_name", "config"} <= set(identifier)
    if not is_config and not isinstance(identifier, str):
        raise ValueError(
            f"A {printable_module_name} must be a name or a dictionary with class_name and config, "
            f"got {identifier!r:.80}."
        )
    name = identifier["class_name"] if is_config else identifier
    found = get_registered_object(name, custom_objects, module_objects)
    if found is None:
        known = [*(module_objects or {}), *(custom_objects or {})]
        raise ValueError(
            f"There is no {printable_module_name} {name!r}; pass it in custom_objects. "
            + did_you_mean(name, known)
        )
    if not is_config:
        return found() if inspect.isclass(found) else found
    if not hasattr(found, "from_config"):
        return found(**identifier["config"])
    return found.from_config(dict(identifier["config"]))


def _serialized(value: Any) -> Any:
    plain = value is None or isinstance(value, (str, bool, int, float, list, tuple, dict))
    return value if plain else serialize_keras_object(value)


__all__ = ["deserialize_keras_object", "serialize_keras_object"]
