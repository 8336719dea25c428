"""Checks of constructor arguments that many layers share."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


def is_integer(value: Any) -> bool:
    """Say whether a value is an integer and not a truth value."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def positive_int(owner: str, name: str, value: Any) -> int:
    """Check that an argument is a positive integer.

    Raises:
        ValueError: naming the owner and the argument.

    >>> positive_int("Dense", "units", 3)
    3
    """
    if not is_integer(value) or value <= 0:
        raise ValueError(f"{owner}: {name} must be a positive integer, got {name}={value!r}.")
    return int(value)


def integer(owner: str, name: str, value: Any) -> int:
    """Check that an argument is an integer.

    Raises:
        TypeError: naming the owner and the argument.

    >>> integer("CosineSimilarity", "axis", -1)
    -1
    """
    if not is_integer(value):
        raise TypeError(f"{owner}: {name} must be an integer, got {name}={value!r}.")
    return int(value)


def int_tuple(owner: str, name: str, value: Any, n: int, minimum: int = 1) -> tuple[int, ...]:
    """Expand an integer, or check a tuple of ``n`` integers.

    Raises:
        ValueError: naming the owner and the argument.

    >>> int_tuple("Conv2D", "strides", 2, 2), int_tuple("Conv2D", "kernel_size", (3, 5), 2)
    ((2, 2), (3, 5))
    """
    values = (value,) * n if is_integer(value) else value
    try:
        values = tuple(values)
    except TypeError:
        values = ()
    if len(values) != n or not all(is_integer(v) and v >= minimum for v in values):
        kind = "a positive integer" if minimum == 1 else f"an integer of at least {minimum}"
        raise ValueError(
            f"{owner}: {name} must be {kind} or a tuple of {n} of them, got {name}={value!r}."
        )
    return tuple(int(v) for v in values)


def fraction(owner: str, name: str, value: Any) -> Any:
    """Check that a plain number lies from 0 to 1; traced values pass unchecked.

    Raises:
        ValueError, TypeError: naming the owner and the argument.

    >>> fraction("Dropout", "rate", 0.5)
    0.5
    """
    if _is_no_number(value):
        raise TypeError(f"{owner}: {name} must be a number from 0 to 1, got {name}={value!r}.")
    if isinstance(value, (int, float, np.number)) and not 0 <= value <= 1:
        raise ValueError(f"{owner}: {name} must be from 0 to 1, got {name}={value!r}.")
    return value


def between(owner: str, name: str, value: Any, low: float, high: float) -> Any:
    """Check that a plain number lies between two others, neither of them; traced values pass.

    Raises:
        ValueError, TypeError: naming the owner and the argument.

    >>> between("Quantile", "quantile", 0.9, 0, 1)
    0.9
    """
    number(owner, name, value)
    if isinstance(value, (int, float, np.number)) and not low < value < high:
        raise ValueError(f"{owner}: {name} must be between {low} and {high}, got {name}={value!r}.")
    return value


def at_least(owner: str, name: str, value: Any, minimum: float) -> Any:
    """Check that a plain number is not below a bound; traced values pass unchecked.

    Raises:
        ValueError: naming the owner and the argument, also for None.
        TypeError: something else that is no number.

    >>> at_least("ReLU", "threshold", 0.5, 0)
    0.5
    """
    if value is not None:
        number(owner, name, value)
    if value is None or (isinstance(value, (int, float, np.number)) and not value >= minimum):
        raise ValueError(f"{owner}: {name} must be at least {minimum}, got {name}={value!r}.")
    return value


def sizes(owner: str, shape: Any) -> tuple[Any, ...]:
    """Check that an argument is a shape, and give it as a tuple; computed sizes pass.

    Raises:
        TypeError: no list of sizes, naming the owner.
        ValueError: a negative one.

    >>> sizes("random.normal", [2, 3])
    (2, 3)
    """
    if isinstance(shape, (str, bytes)) or not hasattr(shape, "__iter__"):
        raise TypeError(f"{owner}: shape must be a tuple of integers, got shape={shape!r}.")
    found = tuple(shape)
    if any(is_integer(size) and size < 0 for size in found):
        raise ValueError(f"{owner}: the sizes of a shape must be at least 0, got shape={shape!r}.")
    return found


def axis_or_axes(owner: str, axis: Any) -> int | list[int]:
    """Check that an argument is an axis or several.

    Raises:
        TypeError: naming the owner.

    >>> axis_or_axes("LayerNormalization", (1, 2))
    [1, 2]
    """
    if is_integer(axis):
        return int(axis)
    if isinstance(axis, (list, tuple)) and axis and all(is_integer(a) for a in axis):
        return [int(a) for a in axis]
    raise TypeError(f"{owner}: axis must be an integer or a list of them, got axis={axis!r}.")


def number(owner: str, name: str, value: Any) -> Any:
    """Check that an argument is a number; traced values pass.

    Raises:
        TypeError: naming the owner and the argument.

    >>> number("BatchNormalization", "momentum", 0.9)
    0.9
    """
    if _is_no_number(value):
        raise TypeError(f"{owner}: {name} must be a number, got {name}={value!r}.")
    return value


def path_text(owner: str, name: str, value: Any) -> str:
    """Check that an argument is a path, and give it as text.

    Raises:
        TypeError: naming the owner and the argument.

    >>> path_text("CSVLogger", "filename", "log.csv")
    'log.csv'
    """
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{owner}: {name} must be a path, got {name}={value!r}.")
    return str(os.fspath(value))


def _is_no_number(value: Any) -> bool:
    return value is None or isinstance(value, (str, bytes, list, tuple, dict, set, type))


def one_axis(owner: str, axis: Any) -> int:
    """Check that an argument is an axis.

    Raises:
        TypeError: naming the owner.

    >>> one_axis("Concatenate", -1)
    -1
    """
    if not isinstance(axis, (int, np.integer)):
        raise TypeError(f"{owner}: axis must be an integer, got axis={axis!r}.")
    return int(axis)
