"""Classes and functions of the user's that configs and files may name."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_registered: dict[str, Any] = {}


class _Custom(threading.local):
    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []


_custom = _Custom()


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """Decorator that lets files name a class or function of yours as ``package>name``.

    Arguments:
        package: first half of the name.
        name: second half; the object's own name by default.

    >>> @register_keras_serializable("demo")
    ... def double(x):
    ...     return 2 * x
    >>> get_registered_name(double)
    'demo>double'
    """

    def decorate(obj: T) -> T:
        own = getattr(obj, "__name__", type(obj).__name__)
        _registered[f"{package}>{name or own}"] = obj
        return obj

    return decorate


def get_registered_name(obj: Any) -> str:
    """Give the name under which an object was registered, else its own name."""
    for name, found in _registered.items():
        if found is obj:
            return name
    return str(obj.__name__)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Give the class or function known under a name, or None.

    Arguments:
        name: with its package, ``'package>name'``, if it was registered with one.
        custom_objects: objects by name, looked at before the registered ones.
        module_objects: objects by name, looked at last.
    """
    if custom_objects and name in custom_objects:
        return custom_objects[name]
    found = find_custom(name)
    return (module_objects or {}).get(name) if found is None else found


def get_custom_objects() -> dict[str, Any]:
    """Give the global dictionary of custom objects; entries can be added to it."""
    return _registered


@contextlib.contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Make custom objects known by name inside a ``with`` block; None makes none known.

    >>> with custom_object_scope({"triple": lambda x: 3 * x}):
    ...     find_custom("triple")(2)
    6
    """
    _custom.scopes.append(dict(custom_objects or {}))
    try:
        yield
    finally:
        _custom.scopes.pop()


def find_custom(name: str) -> Any:
    """Find an object of the user's by name, innermost scope first, or None."""
    for scope in reversed(_custom.scopes):
        if name in scope:
            return scope[name]
    found = _registered.get(name)
    if found is None:
        found = _registered.get(f"Custom>{name}")
    return found
