"""Columns of categories: known ones numbered, rare and unseen ones together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from kerata.workbench.core.wording import counted
from kerata.workbench.features.preparation import part

# A category of fewer training rows says little about itself; all such share one id.
RARE = 5
# Upper limit of ids of a column; the most frequent values keep theirs.
MOST = 1000
MISSING, OTHER = 0, 1


@part
@dataclass(frozen=True)
class CategoryColumn:
    """How one column of categories is prepared: id 0 is missing, 1 rare or unseen.

    Arguments:
        name: the column.
        known: categories that have ids of their own, from 2 on.
    """

    name: str
    known: list[str]

    @property
    def size(self) -> int:
        """How many ids there are."""
        return len(self.known) + 2

    def transform(self, values: list[str | None]) -> np.ndarray:
        """Give the id of each value."""
        ids = {category: number for number, category in enumerate(self.known, start=2)}
        found = [MISSING if value is None else ids.get(value, OTHER) for value in values]
        return np.array(found, dtype=np.int32)

    def unseen(self, values: list[str | None]) -> list[str]:
        """Give the values that have no id of their own, without repeats."""
        known = set(self.known)
        return sorted({value for value in values if value is not None and value not in known})


def fit_categories(
    name: str, values: list[str | None], notes: list[str], least: int | None = None
) -> CategoryColumn:
    """Learn from training values which categories get ids.

    >>> notes = []
    >>> column = fit_categories("colour", ["red"] * 6 + ["blue"] * 5 + ["pink", None], notes)
    >>> column.known, column.transform(["blue", "pink", "green", None]).tolist()
    (['red', 'blue', 'pink'], [3, 4, 1, 0])
    """
    counts = Counter(value for value in values if value is not None)
    # In a small table five rows are a lot.
    rare = min(RARE, 1 + len(values) // 100) if least is None else least
    kept = [value for value, count in counts.most_common(MOST) if count >= rare]
    dropped = len(counts) - len(kept)
    if dropped:
        notes.append(
            f"{name}: {dropped:,} of {len(counts):,} categories {'is' if dropped == 1 else 'are'} "
            f"rare (fewer than {counted(rare, 'row')}) and count as one; unseen ones will join "
            f"{'it' if dropped == 1 else 'them'}."
        )
    gaps = sum(value is None for value in values)
    if gaps:
        are = "is a category of its own" if gaps == 1 else "are a category of their own"
        notes.append(f"{name}: {counted(gaps, 'missing value')} {are}.")
    return CategoryColumn(name, kept)
