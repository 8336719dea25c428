"""Ctrl-C between steps, never inside one."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

_listeners: list[Callable[[], None]] = []


@contextlib.contextmanager
def on_press(listener: Callable[[], None]) -> Iterator[None]:
    """Call a function at once when Ctrl-C is pressed and held back, inside a ``with`` block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextlib.contextmanager
def deferred_interrupt() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back inside the block; the function it yields raises it when it is safe.

    A second Ctrl-C is not held back. Outside the main thread, or where the program has
    a handler of its own, nothing is changed.

    >>> with deferred_interrupt() as check:
    ...     check()
    """
    pressed: list[int] = []
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )

    def handler(number: int, frame: Any) -> None:
        if pressed:
            signal.default_int_handler(number, frame)
        pressed.append(number)
        for listener in _listeners:
            listener()

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    if not ours:
        yield check
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    check()
