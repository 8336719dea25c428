"""Automatic names: ``dense``, ``dense_1``, ... as Keras gives them."""

from __future__ import annotations

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Iterator

_counts: Counter[str] = Counter()
_lock = threading.Lock()


class _Open(threading.local):
    """The name scopes open on this thread: whole paths with those who opened them."""

    def __init__(self) -> None:
        self.scopes: list[tuple[list[str], object]] = []


_open = _Open()


def to_snake_case(name: str) -> str:
    """Turn a class name into Keras's snake case.

    >>> to_snake_case("Conv2DTranspose"), to_snake_case("MaxPooling2D")
    ('conv2d_transpose', 'max_pooling2d')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """Give the next free name for a class name or prefix: ``dense``, then ``dense_1``."""
    prefix = to_snake_case(prefix)
    with _lock:
        count = _counts[prefix]
        _counts[prefix] += 1
    return prefix if count == 0 else f"{prefix}_{count}"


def is_automatic(name: str, prefix: str) -> bool:
    """Say whether a name may be one that ``auto_name`` gave for a class name or prefix.

    >>> is_automatic("dense_12", "Dense"), is_automatic("hidden", "Dense")
    (True, False)
    """
    return re.fullmatch(rf"{re.escape(to_snake_case(prefix))}(_\d+)?", name) is not None


def get_uid(prefix: str = "") -> int:
    """Give the number that the next automatic name with a prefix would end in; it is used up.

    >>> get_uid("a_prefix"), get_uid("a_prefix")
    (1, 2)
    """
    with _lock:
        number = max(_counts[prefix], 1)
        _counts[prefix] = number + 1
    return number


def reset_names() -> None:
    """Start the automatic names again from nothing."""
    with _lock:
        _counts.clear()


def current_path() -> list[str]:
    """Give the names of the open scopes, outermost first."""
    return _open.scopes[-1][0] if _open.scopes else []


@contextlib.contextmanager
def name_scope(name: str, caller: object = None, path: list[str] | None = None) -> Iterator[None]:
    """Put a name in front of the paths of variables that are made inside a ``with`` block.

    Arguments:
        name: without ``'/'``.
        caller: who opens the scope; the same one does not open it twice in a row.
        path: the whole path from here on, whatever is open already.

    Raises:
        ValueError: a name with ``'/'``.

    >>> with name_scope("outer"), name_scope("inner"):
    ...     current_path()
    ['outer', 'inner']
    """
    if not isinstance(name, str) or "/" in name:
        raise ValueError(f"A name scope's name must be a string without '/', got {name!r}.")
    scopes = _open.scopes
    if caller is not None and scopes and scopes[-1][1] is caller and scopes[-1][0][-1] == name:
        yield
        return
    scopes.append(([*current_path(), name] if path is None else path, caller))
    try:
        yield
    finally:
        scopes.pop()
