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
        if name not in _NOT_OWNED:
            for found in _search(value, kind, within):
                if id(found) not in seen:
                    seen.add(id(found))
                    yield found


def _search(value: Any, kind: type[T], within: set[int]) -> Iterator[T]:
    """Look into a value; ``within`` holds the containers being looked into, which may be cyclic."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (dict, list, tuple)) and id(value) not in within:
        within.add(id(value))
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _search(inner, kind, within)
        within.discard(id(value))
