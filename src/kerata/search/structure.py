"""Which networks one compiled program can train: alike but for numbers that can be traced."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

from kerata.base.declarations import declared
from kerata.base.origin import is_own_class
from kerata.base.signature import Signature


class Structure(Signature):
    """Everything about a network that its compiled program depends on.

    Arguments:
        roots: objects to look through: model, optimizer, objective.

    Attributes:
        signature: hashable; networks with the same one differ at most in their numbers.
        numbers: the Python floats, such as rates and strengths, that may be traced values, in
            a fixed order.
        kept: objects that the signature names by their identity; to be held as long as it.

    A class of this library declares which of its attributes are numbers that are only ever
    used as values. Code of the user's may turn a number into text, a branch or a size, which a
    tracer hides in silence, so whatever it can reach is structure. So are floats that are
    0 or not finite, since layers leave out what is switched off.
    """

    def __init__(self, *roots: Any) -> None:
        self._places: list[tuple[Any, Any]] = []
        found: list[float] = []
        self.numbers = found
        super().__init__(*roots)
        fixed = self._within_reach()
        self.signature = (self.tokens, tuple((i, found[i].hex()) for i in fixed))
        free = [i for i in range(len(found)) if i not in fixed]
        self.numbers = [found[i] for i in free]
        self._places = [self._places[i] for i in free]

    def _within_reach(self) -> list[int]:
        """Find the numbers that the user's functions and objects lead to."""
        if not self.foreign or not self.numbers:
            return []
        reached = Signature(*self.foreign)
        return [i for i, (owner, _) in enumerate(self._places) if reached.has_met(owner)]

    @contextlib.contextmanager
    def replaced(self, which: Sequence[int], values: Sequence[Any]) -> Iterator[None]:
        """Put other values, traced ones too, in the places of some numbers for a while."""
        for i, value in zip(which, values, strict=True):
            _put(*self._places[i], value)
        try:
            yield
        finally:
            for i in which:
                _put(*self._places[i], self.numbers[i])

    def _number(self, value: float, owner: Any, key: Any) -> None:
        cls = type(owner)
        free = value != 0 and math.isfinite(value) and is_own_class(cls)
        if free and key in declared(cls, "_traced"):
            self._tokens.append(("number", type(value).__name__, value > 0))
            self._places.append((owner, key))
            self.numbers.append(value)
        else:
            super()._number(value, owner, key)


def _put(owner: Any, key: str, value: Any) -> None:
    # Past __setattr__: layers and models track what is assigned to them.
    object.__setattr__(owner, key, value)
