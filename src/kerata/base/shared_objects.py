"""One object that stands at several places of a config stays one object."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any


class _Sharing(threading.local):
    """What was written or read so far inside ``sharing``, or None outside."""

    def __init__(self) -> None:
        self.written: dict[int, tuple[Any, dict[str, Any]]] | None = None
        self.read: dict[Any, Any] = {}


_sharing = _Sharing()


@contextlib.contextmanager
def sharing() -> Iterator[None]:
    """Number objects that are met again, as Keras 3 does with ``shared_object_id``."""
    before = _sharing.written, _sharing.read
    _sharing.written, _sharing.read = {}, {}
    try:
        yield
    finally:
        _sharing.written, _sharing.read = before


def note(obj: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Mark an object's config, and the one written for it before, if there is one."""
    if _sharing.written is not None:
        # The object is kept, so that its id is not given to another one.
        _, first = _sharing.written.setdefault(id(obj), (obj, config))
        if first is not config:
            config["shared_object_id"] = first["shared_object_id"] = id(obj)
    return config


def find(config: Mapping[str, Any]) -> Any:
    """Give the object that an earlier config with the same number stood for, or None."""
    if _sharing.written is None or config.get("shared_object_id") is None:
        return None
    # Keras forgets to number the first of two configs inside a nested model.
    found = _sharing.read.get(config["shared_object_id"])
    named = _named(config)
    return _sharing.read.get(named) if found is None and named is not None else found


def keep(config: Mapping[str, Any], obj: Any) -> Any:
    """Remember an object by its config's number and name."""
    if _sharing.written is not None:
        number = config.get("shared_object_id")
        _sharing.read[number] = obj
        _sharing.read.setdefault(_named(config), obj)
    return obj


def _named(config: Mapping[str, Any]) -> Any:
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, Mapping) else None
    return None if name is None else (config["class_name"], name)
