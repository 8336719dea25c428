"""Models as bytes for ``pickle`` and ``copy``: the ``.keras`` file, and what it names by name."""

from __future__ import annotations

import inspect
import io
import tempfile
from collections.abc import Iterator
from typing import Any

import jax

from kerata.base.custom_objects import custom_object_scope
from kerata.base.origin import is_own_class, is_own_function
from kerata.saving.archive import read_archive, write_archive


def reduce_model(model: Any) -> tuple[Any, tuple[bytes, dict[str, Any]]]:
    """Give a function and its arguments that make the model again, as ``pickle`` asks.

    Classes and functions of the user's go along by reference, since files hold only names.
    """
    file = io.BytesIO()
    write_archive(file, model, tempfile.gettempdir())
    return model_from_bytes, (file.getvalue(), foreign_objects(model))


def model_from_bytes(content: bytes, foreign: dict[str, Any]) -> Any:
    """Make a model again from what ``reduce_model`` gave."""
    with custom_object_scope(foreign):
        return read_archive(io.BytesIO(content), compile=True)


def foreign_objects(model: Any) -> dict[str, Any]:
    """Collect the user's classes and functions that the model's config names.

    Raises:
        TypeError: two functions of one name.
    """
    found: dict[str, Any] = {}
    for obj in _parts(model):
        thing = obj if inspect.isfunction(obj) or inspect.isclass(obj) else type(obj)
        own = is_own_class(thing) if inspect.isclass(thing) else is_own_function(thing)
        if own or thing.__module__ == "builtins":
            continue
        if found.setdefault(thing.__name__, thing) is not thing:
            raise TypeError(
                f"Model {model.name!r} can't be copied: it uses two different functions or "
                f"classes named {thing.__name__!r}; give them names of their own."
            )
    return found


def _parts(model: Any) -> Iterator[Any]:
    for layer in model._flatten_layers():
        yield layer
        for part in jax.tree.leaves(vars(layer)):
            if inspect.isfunction(part) or hasattr(part, "get_config"):
                yield part
    for part in jax.tree.leaves([model._compiled, model.optimizer]):
        if inspect.isroutine(part) or inspect.isclass(part) or hasattr(part, "get_config"):
            yield part
