"""What functions read beside their arguments: globals, modules, and what they import."""

from __future__ import annotations

import builtins
import dis
import functools
import importlib
import itertools
import types
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reading:
    """A module of which only some names are read."""

    module: types.ModuleType
    names: tuple[str, ...]


@functools.lru_cache(4096)
def globals_read(code: types.CodeType) -> tuple[str, ...]:
    """Give the names of globals that a function, or one inside it, reads."""
    found = [
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    ]
    return tuple(dict.fromkeys([*found, *itertools.chain(*map(globals_read, _inner(code)))]))


@functools.lru_cache(4096)
def _names(code: types.CodeType) -> tuple[str, ...]:
    """Give all names of globals and attributes in a function and those inside it."""
    return tuple(dict.fromkeys([*code.co_names, *itertools.chain(*map(_names, _inner(code)))]))


@functools.lru_cache(4096)
def imports(code: types.CodeType) -> tuple[tuple[str, int], ...]:
    """Give what a function imports when it runs: name of the module, dots before it."""
    found: list[tuple[str, int]] = []
    before: list[Any] = [None, None]
    for i in dis.get_instructions(code):
        if i.opname == "IMPORT_NAME":
            found.append((i.argval, before[0] if isinstance(before[0], int) else 0))
        before = [before[1], i.argval]
    return tuple(dict.fromkeys([*found, *itertools.chain(*map(imports, _inner(code)))]))


def _inner(code: types.CodeType) -> list[types.CodeType]:
    return [c for c in code.co_consts if isinstance(c, types.CodeType)]


def reading_of(value: Any, names: tuple[str, ...]) -> Any:
    """Give a value as a function reads it: of a module only some names."""
    return Reading(value, names) if isinstance(value, types.ModuleType) else value


def global_of(function: types.FunctionType, name: str) -> Any:
    """Give a global that a function reads; of a module only what the function reads of it."""
    places = function.__globals__, vars(builtins)
    found = next((place[name] for place in places if name in place), None)
    return reading_of(found, _names(function.__code__))


def imported(function: types.FunctionType, name: str, dots: int) -> Any:
    """Give a module that a function imports when it runs, or a text where there is none."""
    package = function.__globals__.get("__package__") or ""
    try:
        module = importlib.import_module("." * dots + name, package)
    except ImportError:
        return f"no module {name}"
    return Reading(module, _names(function.__code__))
