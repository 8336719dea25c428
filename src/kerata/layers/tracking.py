"""Finding the layers and variables that an object holds in its attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

T = TypeVar("T")

# Attributes that mention layers without owning them.
_NOT_OWNED = frozenset({"_inbound_nodes", "_init_args", "_added_losses"})


def owned(obj: Any, kind: type[T]) -> Iterator[T]:
    """Yield the objects of a type in an object's attributes, in order of assignment, each once.

    Lists, tuples and dictionaries are looked into, so ``self.blocks = [Dense(1), Dense(2)]``
    and a later ``self.blocks.append(...)`` both count.
    """
    seen: set[int] = set()
    within: set[int] = set()
    for name, value in vars(obj).items():
        # Most attributes are neither, and this is asked of every layer before each prediction.
        if isinstance(value, kind):
            if id(value) not in seen and name not in _NOT_OWNED:
                seen.add(id(value))
                yield value
        elif isinstance(value, (dict, list, tuple)) and value and name not in _NOT_OWNED:
            for found in _search(value, kind, within):
                if id(found) not in seen:
                    seen.add(id(found))
                    yield found


def _search(value: Any, kind: type[T], within: set[int]) -> Iterator[T]:
    """Look into a container; ``within`` holds those being looked into, which may be cyclic."""
    within.add(id(value))
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, kind):
            yield inner
        elif isinstance(inner, (dict, list, tuple)) and id(inner) not in within:
            yield from _search(inner, kind, within)
    within.discard(id(value))
