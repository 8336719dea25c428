"""Columns of dates: how far along, and where in the year, the week and the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerata.workbench.features.preparation import part

# Cycles in days; each becomes a sine and a cosine.
CYCLES = {"year": 365.2425, "week": 7.0, "day": 1.0}
# A cycle says something only if the dates span it.
SPAN = 1.5


@part
@dataclass(frozen=True)
class DateColumn:
    """How one column of dates is prepared.

    Arguments:
        name: the column.
        middle: days since 1970 that stand for a missing date.
        cycles: which cycles are encoded.
    """

    name: str
    middle: float
    cycles: list[str]

    def transform(self, days: np.ndarray) -> list[np.ndarray]:
        """Give the prepared columns for days since 1970, NaN where missing."""
        days = np.where(np.isfinite(days), days, self.middle)
        columns = [(days - self.middle) / CYCLES["year"]]
        for cycle in self.cycles:
            angle = 2 * np.pi * (days / CYCLES[cycle] % 1)
            columns += [np.sin(angle), np.cos(angle)]
        return columns

    @property
    def names(self) -> list[str]:
        """What the prepared columns are called."""
        waves = [f"{self.name}, {wave} of the {c}" for c in self.cycles for wave in ("sin", "cos")]
        return [self.name, *waves]


def fit_dates(name: str, days: np.ndarray, notes: list[str]) -> DateColumn:
    """Learn from training dates which cycles they show.

    >>> notes = []
    >>> fit_dates("sold", np.arange(30.0), notes).cycles, notes
    (['week'], ['sold: a date; becomes years since 1970-01-15 and the place in the week.'])
    """
    present = days[np.isfinite(days)]
    middle = float(np.median(present)) if len(present) else 0.0
    span = float(np.ptp(present)) if len(present) else 0.0
    with_time = bool(len(present)) and bool(np.any(present % 1))
    cycles = [
        cycle
        for cycle, length in CYCLES.items()
        if span > SPAN * length and (cycle != "day" or with_time)
    ]
    since = np.datetime64(int(middle), "D")
    places = " and ".join(f"the place in the {cycle}" for cycle in cycles)
    notes.append(
        f"{name}: a date; becomes years since {since}" + (f" and {places}." if places else ".")
    )
    return DateColumn(name, middle, cycles)
