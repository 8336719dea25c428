"""The scope in which shapes are found and nothing is computed."""

from __future__ import annotations

import threading
from typing import Self


class _Depth(threading.local):
    open = 0


_depth = _Depth()


class SymbolicScope:
    """Marks that code runs on symbolic tensors, to find shapes; it computes nothing itself.

    It is open on this thread while a layer is called on the shapes alone, and in a ``with``
    block of the user's; ``in_symbolic_scope()`` says whether it is.

    >>> with SymbolicScope():
    ...     in_symbolic_scope()
    True
    >>> in_symbolic_scope()
    False
    """

    def __enter__(self) -> Self:
        _depth.open += 1
        return self

    def __exit__(self, *exc: object) -> None:
        _depth.open -= 1


def in_symbolic_scope() -> bool:
    """Say whether a ``SymbolicScope`` is open on this thread."""
    return _depth.open > 0
