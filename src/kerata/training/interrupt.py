"""Ctrl-C between steps, never inside one."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Seconds until a press that nobody would have heard is tried again.
_MOMENT = 0.01

_listeners: list[Callable[[], None]] = []


class Presses:
    """Presses of Ctrl-C inside ``counted_interrupts``, and what becomes of them.

    Attributes:
        unseen: presses that have interrupted nothing so far.
        muted: whether they interrupt nothing at all.
    """

    def __init__(self) -> None:
        self.unseen = 0
        self.muted = False

    def check(self) -> None:
        """Raise for presses that nothing was interrupted by."""
        if self.unseen and not self.muted:
            self.unseen -= 1
            raise KeyboardInterrupt

    def pressed(self, number: int, frame: Any) -> None:
        """Count one; the handler of the signal."""
        self.unseen += 1
        _tell()


_counted: list[Presses] = []


def _tell() -> None:
    for listener in _listeners:
        listener()


@contextlib.contextmanager
def counted_interrupts() -> Iterator[Presses]:
    """Let Ctrl-C interrupt only the trainings and predictions in a ``with`` block.

    Each press interrupts one of them, between two steps; with ``muted`` none. What no training
    was interrupted by is left in ``unseen``. Outside the main thread, or where the program has
    a handler of its own, nothing is changed.

    >>> with counted_interrupts() as presses:
    ...     presses.muted = True
    >>> presses.unseen
    0
    """
    presses = Presses()
    if not _is_ours():
        yield presses
        return
    before = signal.signal(signal.SIGINT, presses.pressed)
    _counted.append(presses)
    try:
        yield presses
    finally:
        _counted.remove(presses)
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Inside ``counted_interrupts``, let presses wait until the end of a ``with`` block."""
    presses = _counted[-1] if _counted else Presses()
    before, presses.muted = presses.muted, True
    try:
        yield
    finally:
        presses.muted = before


def _is_ours() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@contextlib.contextmanager
def heard_interrupts() -> Iterator[None]:
    """Let each Ctrl-C be heard in a ``with`` block, whatever Python is doing when it comes.

    What is raised inside a callback of the garbage collector (JAX has one), of a weak reference
    or a ``__del__`` is printed and forgotten; a press that falls there is raised a moment after.
    Outside the main thread, or where the program has a handler of its own, nothing is changed.

    >>> with heard_interrupts():
    ...     pass
    """
    if not _is_ours():
        yield
        return
    before = sys.unraisablehook

    def hook(forgotten: sys.UnraisableHookArgs) -> None:
        if not issubclass(forgotten.exc_type, KeyboardInterrupt):
            before(forgotten)
            return
        again = threading.Timer(_MOMENT, signal.raise_signal, (signal.SIGINT,))
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextlib.contextmanager
def on_press(listener: Callable[[], None]) -> Iterator[None]:
    """Call a function at once when Ctrl-C is pressed and held back, inside a ``with`` block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextlib.contextmanager
def seen_presses() -> Iterator[Callable[[], bool]]:
    """Let any thread see at once that Ctrl-C was pressed, even while a compiled program runs.

    Python itself calls a signal's handler only when the program has come back. Outside the main
    thread, or where the program watches signals itself, nothing is ever seen.

    >>> with seen_presses() as pressed:
    ...     pressed()
    False
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        if before != -1:
            signal.set_wakeup_fd(before)
        seen = False

        def pressed() -> bool:
            nonlocal seen
            with contextlib.suppress(OSError):
                seen = seen or signal.SIGINT in reader.recv(256)
            return seen

        try:
            yield pressed
        finally:
            if before == -1:
                signal.set_wakeup_fd(-1)


@contextlib.contextmanager
def deferred_interrupt() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back inside the block; the function it yields raises it when it is safe.

    A second Ctrl-C is not held back. Outside the main thread, or where the program has
    a handler of its own, nothing is changed.

    >>> with deferred_interrupt() as check:
    ...     check()
    """
    pressed: list[int] = []
    if _counted and threading.current_thread() is threading.main_thread():
        yield _counted[-1].check
        _counted[-1].check()
        return

    def handler(number: int, frame: Any) -> None:
        if pressed:
            signal.default_int_handler(number, frame)
        pressed.append(number)
        _tell()

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    if not _is_ours():
        yield check
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
    check()
