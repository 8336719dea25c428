"""``tf.Module``: an object that knows its variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerata.base.variable import Variable


class Module:
    """Base of objects that keep variables in attributes, in lists and other modules too.

    Arguments:
        name: its name.
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = name or type(self).__name__.lower()

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, those of parts included."""
        return tuple({id(v): v for v in _variables(self, set())}.values())

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """The variables that tapes follow by themselves."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The modules in attributes."""
        return tuple(v for v in vars(self).values() if isinstance(v, Module))


def _variables(thing: Any, seen: set[int]) -> Iterator[Variable]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Variable):
        yield thing
    elif isinstance(thing, Module):
        for _, part in sorted(vars(thing).items()):
            yield from _variables(part, seen)
    elif isinstance(thing, (list, tuple)):
        for part in thing:
            yield from _variables(part, seen)
    elif isinstance(thing, dict):
        for part in thing.values():
            yield from _variables(part, seen)
    elif hasattr(thing, "_flatten_layers"):
        yield from thing.variables
