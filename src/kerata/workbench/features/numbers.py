"""Columns of numbers: missing values filled, skewed ones replaced by ranks."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kerata.workbench.core.wording import counted, number
from kerata.workbench.features.preparation import part

# Skewness from which ranks take the place of values, and the fewest values that have ranks.
SKEWED = 1.5
FEWEST = 12
# Points that describe the ranks.
KNOTS = 1000


@part
@dataclass(frozen=True)
class NumberColumn:
    """How one column of numbers is prepared.

    Arguments:
        name: the column.
        fill: stands for a missing value.
        flagged: whether a second column says where values were missing.
        knots, ranks: values, and the places in a normal distribution they get; empty
            where values stay as they are.
        shift: subtracted in double precision, where numbers are large and close together.
    """

    name: str
    fill: float
    flagged: bool
    knots: np.ndarray
    ranks: np.ndarray
    shift: float = 0.0

    def transform(self, values: np.ndarray) -> list[np.ndarray]:
        """Give one or two prepared columns for raw values, NaN where missing."""
        missing = ~np.isfinite(values)
        filled = np.where(missing, self.fill, values)
        if len(self.knots):
            filled = np.interp(filled, self.knots, self.ranks)
        columns = [filled - self.shift]
        if self.flagged:
            columns.append(missing.astype(float))
        return columns

    @property
    def names(self) -> list[str]:
        """What the prepared columns are called."""
        return [self.name, f"{self.name} is missing"] if self.flagged else [self.name]


def fit_numbers(
    name: str, values: np.ndarray, notes: list[str], ranked: bool | None = False
) -> NumberColumn:
    """Learn from training values how a column is prepared.

    Arguments:
        name: the column.
        values: float64, NaN where missing.
        notes: where what was done is added.
        ranked: take ranks even if the column is not skewed.

    >>> notes = []
    >>> column = fit_numbers("age", np.array([1.0, 2.0, np.nan, 4.0]), notes)
    >>> [part.tolist() for part in column.transform(np.array([np.nan, 3.0]))]
    [[2.0, 3.0], [1.0, 0.0]]
    """
    present = values[np.isfinite(values)]
    fill = float(np.median(present)) if len(present) else 0.0
    gaps = len(values) - len(present)
    if gaps:
        notes.append(
            f"{name}: {counted(gaps, 'missing value')} {'is' if gaps == 1 else 'are'} filled with "
            f"the median {number(fill)}; a column of its own says where."
        )
    knots = ranks = np.zeros(0)
    shift = 0.0
    skew = skewness(present)
    distinct = np.unique(present)
    if ranked is not None and len(distinct) >= FEWEST and (ranked or abs(skew) > SKEWED):
        knots, ranks = _ranks(present)
    elif len(present) and abs(fill) > 1e4 * (present.std() or 1.0):
        # In single precision these would all look the same.
        shift = fill
    return NumberColumn(name, fill, bool(gaps), knots, ranks, shift)


def skewness(values: np.ndarray) -> float:
    """Give the third standardised moment, 0 for symmetric values.

    >>> round(skewness(np.array([0.0, 0.0, 3.0])), 3)
    0.707
    """
    if len(values) < 3 or values.std() == 0:
        return 0.0
    scaled = (values - values.mean()) / values.std()
    return float(np.mean(scaled**3))


def _ranks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give values and their places in a normal distribution, equal values in the middle."""
    distinct, counts = np.unique(values, return_counts=True)
    share = (np.cumsum(counts) - counts / 2) / len(values)
    if len(distinct) > KNOTS:
        wanted = np.linspace(share[0], share[-1], KNOTS)
        chosen = np.unique(np.searchsorted(share, wanted).clip(0, len(share) - 1))
        distinct, share = distinct[chosen], share[chosen]
    normal = NormalDist()
    return distinct, np.array([normal.inv_cdf(float(s)) for s in share])
