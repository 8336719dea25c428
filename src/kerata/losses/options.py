"""What the further arguments of losses' and metrics' functions may be, by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerata.base.arguments import at_least, fraction, integer, number, positive_int
from kerata.base.origin import is_own_function


def _flag(owner: str, name: str, value: Any) -> Any:
    if not isinstance(value, (bool, np.bool_, int)):
        raise TypeError(f"{owner}: {name} must be True or False, got {name}={value!r}.")
    return value


def _axes(owner: str, name: str, value: Any) -> Any:
    for axis in value if isinstance(value, (list, tuple)) else (value,):
        integer(owner, name, axis)
    return value


def _numbers(owner: str, name: str, value: Any) -> Any:
    for one in value if isinstance(value, (list, tuple)) else (value,):
        number(owner, name, one)
    return value


def _positive(owner: str, name: str, value: Any) -> Any:
    return at_least(owner, name, number(owner, name, value), 0)


_MAY_BE_NONE = ("axis", "ignore_class", "label_smoothing")
# Of these, the axis is that of the classes.
_OF_CLASSES = ("categorical_", "sparse_categorical_")
_KINDS: dict[str, Callable[[str, str, Any], Any]] = {
    "alpha": _numbers,
    "apply_class_balancing": _flag,
    "axis": _axes,
    "beta": number,
    "delta": _positive,
    "from_logits": _flag,
    "from_sorted_ids": _flag,
    "gamma": number,
    "ignore_class": integer,
    "k": positive_int,
    "label_smoothing": fraction,
    "margin": number,
    "remove_diagonal": _flag,
    "threshold": number,
}


def check_options(owner: str, function: Any, options: dict[str, Any]) -> None:
    """Refuse what can't be meant; a user's functions may take anything, and traced values pass.

    Arguments:
        owner: name of the class that was given them, for messages.
        function: what the options are for.
        options: by their names.

    Raises:
        TypeError, ValueError: naming the class and the option.

    >>> from kerata.losses import huber
    >>> check_options("Huber", huber, {"delta": -1.0})
    Traceback (most recent call last):
    ...
    ValueError: Huber: delta must be at least 0, got delta=-1.0.
    """
    if is_own_function(function):
        for name, value in options.items():
            classes = name == "axis" and function.__name__.startswith(_OF_CLASSES)
            if classes:
                integer(owner, name, value)
            elif name in _KINDS and not (value is None and name in _MAY_BE_NONE):
                _KINDS[name](owner, name, value)
