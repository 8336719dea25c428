"""The origin of code: this library, an installed package, or the user."""

from __future__ import annotations

import functools
import sys
import sysconfig
import types
import weakref
from pathlib import Path
from typing import Any

_OWN = Path(__file__).resolve().parents[1]
_INSTALLED = tuple(
    {
        Path(place).resolve()
        for name, place in sysconfig.get_paths().items()
        if name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
)
_classes: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()


def is_own_class(cls: type) -> bool:
    """Say whether this library defines a class; a subclass of the user's is not its own.

    A class only counts if its module holds it under its name, so that a class which merely
    calls itself so does not.
    """
    known = _classes.get(cls)
    if known is None:
        module = sys.modules.get(cls.__module__)
        found = getattr(module, cls.__qualname__, None)
        known = found is cls and is_own_file(getattr(module, "__file__", None))
        if found is not None:  # not while the module is being read
            _classes[cls] = known
    return known


@functools.cache
def is_own_file(path: str | None) -> bool:
    """Say whether a file belongs to this library."""
    return path is not None and _OWN in Path(path).resolve().parents


@functools.cache
def is_installed_file(path: str | None) -> bool:
    """Say whether a file belongs to an installed package, identified by name and version."""
    if path is None or path.startswith("<frozen"):
        return True
    if path.startswith("<"):
        return False
    parents = Path(path).resolve().parents
    return _OWN in parents or any(place in parents for place in _INSTALLED)


def is_own_function(function: Any) -> bool:
    """Say whether this library's files hold a function's code."""
    code = getattr(function, "__code__", None)
    return code is not None and is_own_file(code.co_filename)


def is_installed_module(module: types.ModuleType) -> bool:
    """Say whether a module belongs to an installed package."""
    if module.__name__ == "__main__":
        return False
    if getattr(module, "__file__", None) is not None:
        return is_installed_file(module.__file__)
    return module.__name__ in sys.builtin_module_names or hasattr(module, "__path__")


def installed_name(thing: Any) -> str | None:
    """Give the name and version under which an installed package holds an object, else None."""
    home, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if not isinstance(home, str) or not isinstance(name, str):
        return None
    module = sys.modules.get(home)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if module is None or found is not thing or not is_installed_module(module):
        return None
    return f"{home}.{name} {version_of(module)}"


def version_of(module: types.ModuleType) -> str:
    """Give the version of the package that a module belongs to, or nothing if it says none."""
    root = sys.modules.get(module.__name__.partition(".")[0])
    return str(getattr(root, "__version__", ""))
