"""How results look to a program outside all compiled code, and who notes what it computes.

By default they are plain arrays. Another front, such as TensorFlow's language, has its own kind
of tensor and its own gradients: it is set once, and the functions that programs call ask for it.
What such a function calls itself works on plain arrays again, until it comes to code of the
program: a layer's own ``call``, a callback.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])


class Front(Protocol):
    """What a front decides."""

    def present(self, array: np.ndarray) -> Any:
        """Give an array of data in the form that a program gets."""

    def read(self, variable: Any) -> Any:
        """Give the value of a variable that a program asks for."""

    def shape(self, shape: Any) -> Any:
        """Give a shape in the form that a program gets."""

    def run(self, function: Callable[..., Any], args: Any, kwargs: Any, noted: bool) -> Any:
        """Call a function of this library for a program.

        Arguments:
            noted: whether gradients go through it.
        """

    def hand_back(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Call a function of the program for this library."""


class HostArray(np.ndarray):
    """A NumPy array that has TensorFlow's ``numpy()`` too.

    >>> np.arange(3).view(HostArray).numpy().tolist()
    [0, 1, 2]
    """

    def numpy(self) -> np.ndarray:
        """Give the plain array."""
        return self.view(np.ndarray)


class _Inside(threading.local):
    """Whether this thread is in a function of this library that a program called."""

    here = False


inside = _Inside()
_front: Front | None = None


def current_front() -> Front | None:
    """Give the front that was set, or None."""
    return _front


def set_front(front: Front | None) -> Front | None:
    """Set the front of this process, None for plain arrays; give the one before."""
    global _front
    before, _front = _front, front
    return before


def asked_front() -> Front | None:
    """Give the front where a program asks for something, None for plain arrays."""
    return None if _front is None or inside.here else _front


def present(array: np.ndarray) -> Any:
    """Give an array of data in the form that a program gets.

    >>> present(np.ones(2)).numpy().tolist()
    [1.0, 1.0]
    """
    return array.view(HostArray) if _front is None else _front.present(array)


def asked(function: F) -> F:
    """Decorator: what programs call and gradients go through."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if _front is None or inside.here:
            return function(*args, **kwargs)
        return _front.run(function, args, kwargs, True)

    return call  # type: ignore[return-value]  # the same signature


def asked_apart(function: F) -> F:
    """Decorator: what programs call and gradients do not go through."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if _front is None or inside.here:
            return function(*args, **kwargs)
        return _front.run(function, args, kwargs, False)

    return call  # type: ignore[return-value]  # the same signature


def handed_back(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function of the program, which gets what programs get."""
    if _front is None:
        return function(*args, **kwargs)
    return _front.hand_back(function, args, kwargs)
