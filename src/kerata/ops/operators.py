"""Operators of symbolic tensors: ``x + y``, ``x > 0``, ``x @ w``, ``x[:, 0]``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerata.base.symbolic import KerasTensor
from kerata.ops import elementwise, indexing, logic, products, rounding, shaping

_BINARY: dict[str, Callable[..., Any]] = {
    "add": elementwise.add,
    "sub": elementwise.subtract,
    "mul": elementwise.multiply,
    "truediv": elementwise.divide,
    "floordiv": elementwise.floor_divide,
    "mod": elementwise.mod,
    "pow": elementwise.power,
    "matmul": products.matmul,
    "and": logic.logical_and,
    "or": logic.logical_or,
    "xor": logic.logical_xor,
}

# Not "eq": tensors are compared by identity where they are looked up.
_OTHER: dict[str, Callable[..., Any]] = {
    "lt": logic.less,
    "le": logic.less_equal,
    "gt": logic.greater,
    "ge": logic.greater_equal,
    "ne": logic.not_equal,
    "neg": elementwise.negative,
    "abs": elementwise.absolute,
    "invert": logic.logical_not,
    "round": rounding.round,
    "getitem": indexing.get_item,
}


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: function(self, *args, **kwargs)


def _swapped(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: function(other, self)


def attach_operators() -> None:
    """Give ``KerasTensor`` its operators and array methods."""
    for name, function in {**_BINARY, **_OTHER}.items():
        setattr(KerasTensor, f"__{name}__", _method(function))
    for name, function in _BINARY.items():
        setattr(KerasTensor, f"__r{name}__", _swapped(function))
    for name in ("reshape", "squeeze"):
        setattr(KerasTensor, name, _method(getattr(shaping, name)))
