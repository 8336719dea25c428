"""Programs traced to run elsewhere: formulations of few operations, calls to step into."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Gives the function to run instead of an operation's ``call``.
Around = Callable[[Any, Callable[..., Any]], Callable[..., Any]]


class _Stack(threading.local):
    def __init__(self) -> None:
        self.around: list[Around | None] = []


_stack = _Stack()


@contextlib.contextmanager
def portable(around: Around | None = None) -> Iterator[None]:
    """Let what is traced inside run on any device, in the formulations with the fewest operations.

    Arguments:
        around: gives the function to run instead of an operation's ``call``; None by default.

    >>> with portable():
    ...     is_portable()
    True
    """
    _stack.around.append(around)
    try:
        yield
    finally:
        _stack.around.pop()


def is_portable() -> bool:
    """Say whether a program for elsewhere is being traced on this thread."""
    return bool(_stack.around)


def call_around(operation: Any, call: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function to run instead of ``call``: ``call`` itself but in ``portable``."""
    around = _stack.around[-1] if _stack.around else None
    return call if around is None else around(operation, call)
