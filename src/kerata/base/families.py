"""Modules whose classes files may name; they are imported when a name isn't known yet.

The package's face lists them, so that low floors find the classes of high ones by name
without importing them.
"""

from __future__ import annotations

import importlib

_waiting: list[str] = []


def announce(*modules: str) -> None:
    """List modules that make classes known when they are imported."""
    _waiting.extend(modules)


def import_all() -> bool:
    """Import what was announced; say whether anything was left to import."""
    modules, _waiting[:] = list(_waiting), []
    for module in modules:
        importlib.import_module(module)
    return bool(modules)
