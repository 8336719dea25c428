"""One column of a table and what is made of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column and what is made of it.

    Arguments:
        name: as in the table.
        kind: ``'number'``, ``'category'``, ``'date'``, ``'text'``, ``'identifier'``,
            ``'constant'``, ``'nearly empty'``, ``'leak'`` or ``'target'``.
        used: whether a network gets it.
        why: the reason for the kind, in a few words.
        missing: rows without a value.
        distinct: different values among the others.
        examples: up to three of them.
        form: how dates are written; ``','`` for numbers with decimal commas; ``"yes/no"``,
            ``"1/0"``: what stands for true and false.
        unit: of a number, ``"kg"``.
        noise: spellings in a column of numbers that count as missing.
        sentinels: numbers such as 999 that count as missing.
    """

    name: str
    kind: str
    used: bool
    why: str
    missing: int
    distinct: int
    examples: list[str]
    form: str = ""
    unit: str = ""
    noise: list[str] = field(default_factory=list)
    sentinels: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for a JSON file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Column:
        """Make it from what :meth:`as_dict` gave."""
        return cls(**data)
