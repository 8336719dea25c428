"""What the functions of ``tf`` itself are, by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerata.compat.tensorflow.exporting import exported

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def tf(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: list a function on arrays that takes and gives tensors."""
    made = exported(function)
    FUNCTIONS[function.__name__] = made
    return made


def python(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: list a function that is as it is written."""
    FUNCTIONS[function.__name__] = function
    return function
