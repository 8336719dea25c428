"""Ranges of numbers and dates among the training rows, and new values far outside of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerata.workbench.core.rounding import rounded

# Ends of each column's values by its name: numbers, or days since 1970.
Ranges = dict[str, list[float]]
# Beyond an end by more than this share of the range: no network was taught what to say there.
FAR = 0.5


def ends_of(values: np.ndarray) -> list[float] | None:
    """Give the smallest and the largest value; None where there are none.

    Arguments:
        values: float64 ``(rows,)``, NaN where missing.
    """
    present = values[np.isfinite(values)]
    return [float(present.min()), float(present.max())] if len(present) else None


def far_outside(values: np.ndarray, ends: list[float]) -> np.ndarray:
    """Say which values lie beyond an end by more than half the range; missing ones don't.

    Arguments:
        values: float64 ``(rows,)``, NaN where missing.
        ends: what :func:`ends_of` gave for training rows.

    >>> far_outside(np.array([-6.0, -4.0, 14.0, 16.0, np.nan]), [0.0, 10.0]).tolist()
    [True, False, False, True, False]
    """
    low, high = ends
    room = FAR * (high - low)
    with np.errstate(invalid="ignore"):
        return np.asarray((values < low - room) | (values > high + room))


class FarValues:
    """Counts values far outside what was trained on, over pieces of a table.

    >>> far = FarValues({"age": [18.0, 90.0]})
    >>> far.add("age", np.array([20.0, 400.0, 500.0]))
    >>> far.notes()
    ["Column 'age': 2 rows lie far outside the training rows' 18 to 90 (400 to 500)."]
    """

    def __init__(self, ranges: Mapping[str, list[float]], dates: Any = ()) -> None:
        """Begin with none; ``dates`` are the columns whose values are days since 1970."""
        self.ranges, self.dates = ranges, set(dates)
        self._found: dict[str, tuple[int, float, float]] = {}

    def add(self, name: str, values: np.ndarray) -> None:
        """Look at one column of a piece."""
        if name not in self.ranges:
            return
        far = values[far_outside(values, self.ranges[name])]
        if len(far):
            count, low, high = self._found.get(name, (0, np.inf, -np.inf))
            low, high = min(low, float(far.min())), max(high, float(far.max()))
            self._found[name] = count + len(far), low, high

    def notes(self) -> list[str]:
        """Give a sentence for each column that has some."""
        said = []
        for name, (count, low, high) in self._found.items():
            known = " to ".join(self._written(name, end) for end in self.ranges[name])
            ends = [self._written(name, end) for end in (low, high)]
            values = " to ".join(dict.fromkeys(ends))
            rows = "1 row lies" if count == 1 else f"{count:,} rows lie"
            said.append(
                f"Column {name!r}: {rows} far outside the training rows' {known} ({values})."
            )
        return said

    def _written(self, name: str, value: float) -> str:
        if name in self.dates:
            return str(np.datetime64(0, "D") + np.timedelta64(int(value), "D"))
        return rounded(value)
