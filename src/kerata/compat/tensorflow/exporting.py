"""Making functions of ``tf`` from functions on arrays."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerata import ops
from kerata.base.eager import asked, inside
from kerata.base.symbolic import is_symbolic
from kerata.compat.tensorflow.tensor import NotKnown, Tensor, as_value

_OF_SIZES: dict[str, Callable[..., Any]] = {
    "reduce_prod": np.prod,
    "reduce_sum": np.sum,
    "reduce_max": np.max,
    "reduce_min": np.min,
}


def exported(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: let a function on arrays take and give tensors, and ``name=`` without effect."""

    @asked
    @functools.wraps(function)
    def call(*args: Any, name: Any = None, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    @functools.wraps(call)
    def shown(*args: Any, **kwargs: Any) -> Any:
        made = call(*args, **kwargs)
        return made if inside.here else _with_tensors(made)

    return shown


def _with_tensors(made: Any) -> Any:
    """Let texts, which lie in NumPy's arrays, be tensors too."""
    if isinstance(made, np.ndarray):
        return Tensor(made)
    if type(made) in (list, tuple):
        return type(made)(map(_with_tensors, made))
    return made


def value(x: Any, dtype: Any = None) -> Any:
    """Give an array for what a program passed; symbolic tensors stay."""
    if is_symbolic(x):
        return x if dtype is None else ops.cast(x, dtype)
    return as_value(x, dtype)


def pair(x: Any, y: Any) -> tuple[Any, Any]:
    """Give two operands as arrays; a plain number takes the other one's type."""
    if isinstance(x, (bool, int, float)) and not isinstance(y, (bool, int, float)):
        y = value(y)
        return _like(x, y), y
    if isinstance(y, (bool, int, float)) and not isinstance(x, (bool, int, float)):
        x = value(x)
        return x, _like(y, x)
    return value(x), value(y)


def _like(number: Any, other: Any) -> Any:
    kind = str(other.dtype)
    if isinstance(number, float) and not isinstance(number, bool) and "float" not in kind:
        return number
    return number if is_symbolic(other) or "object" in kind else as_value(number, kind)


def integers(x: Any) -> Any:
    """Give sizes or axes as plain integers: None, one, or a tuple.

    Raises:
        NotKnown: they are computed inside a compiled function.

    >>> integers([2, np.int32(3)]), integers(None), integers(np.array([1]))
    ((2, 3), None, (1,))
    """
    if x is None or isinstance(x, int):
        return x
    if isinstance(x, (list, tuple)):
        return tuple(None if part is None else integers(part) for part in x)
    try:
        array = np.asarray(x)
    except Exception as error:
        raise NotKnown(
            "Sizes and axes must be known when a function is compiled; this one is computed from "
            "values of tensors."
        ) from error
    return int(array) if array.ndim == 0 else tuple(int(n) for n in array)


def on_host(parts: Any) -> bool:
    """Say whether all parts are integers that are known, such as sizes; they stay so."""
    return isinstance(parts, (list, tuple)) and all(
        (isinstance(p, int) and not isinstance(p, bool))
        or (isinstance(p, np.ndarray) and p.dtype.kind == "i")
        for p in parts
    )


def unary(name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of one tensor."""

    def call(x: Any) -> Any:
        return target(value(x))

    return _named(call, name, target)


def binary(name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of two tensors."""

    def call(x: Any, y: Any) -> Any:
        return target(*pair(x, y))

    return _named(call, name, target)


def reduction(name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that reduces axes of a tensor."""

    def call(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if on_host([input_tensor]) and name in _OF_SIZES:
            made = _OF_SIZES[name](input_tensor, axis=integers(axis), keepdims=keepdims)
            return np.asarray(made, np.asarray(input_tensor).dtype)
        return target(value(input_tensor), axis=integers(axis), keepdims=keepdims)

    return _named(call, name, target)


def _named(call: Callable[..., Any], name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"``tf.{name}``: see ``keras.ops.{getattr(target, '__name__', name)}``."
    return exported(call)


def from_table(
    make: Callable[[str, Callable[..., Any]], Callable[..., Any]], table: Mapping[str, Any]
) -> dict[str, Callable[..., Any]]:
    """Make functions by name, each of a function or of the name of one in ``ops``."""
    return {
        name: make(name, getattr(ops, target) if isinstance(target, str) else target)
        for name, target in table.items()
    }
