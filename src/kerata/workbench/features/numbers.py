"""Columns of numbers: missing values filled, ranks in the place of values or beside them."""

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
# No value is farther away from the middle, in standard deviations.
FARTHEST, LARGEST = 3.0, 1e150


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
        beside: whether another column has the values as they are beside their ranks, measured
            from ``shift`` in units of ``unit`` and bent so that none is farther away than 3.
        unit: a usual distance of values from ``shift``.
    """

    name: str
    fill: float
    flagged: bool
    knots: np.ndarray
    ranks: np.ndarray
    shift: float = 0.0
    beside: bool = False
    unit: float = 1.0

    def transform(self, values: np.ndarray) -> list[np.ndarray]:
        """Give one to three prepared columns for raw values, NaN where missing."""
        missing = ~np.isfinite(values)
        filled = np.where(missing, self.fill, values)
        if not len(self.knots):
            columns = [filled - self.shift]
        else:
            columns = [np.interp(filled, self.knots, self.ranks)]
            if self.beside:
                columns.append(bent((filled - self.shift) / self.unit))
        if self.flagged:
            columns.append(missing.astype(float))
        return columns

    @property
    def names(self) -> list[str]:
        """What the prepared columns are called."""
        found = [self.name]
        if len(self.knots) and self.beside:
            found.append(f"{self.name} as it is")
        return [*found, f"{self.name} is missing"] if self.flagged else found


def fit_numbers(
    name: str,
    values: np.ndarray,
    notes: list[str],
    ranked: bool | None = False,
    beside: bool = False,
) -> NumberColumn:
    """Learn from training values how a column is prepared.

    Arguments:
        name: the column.
        values: float64, NaN where missing.
        notes: where what was done is added.
        ranked: take ranks even if the column is not skewed.
        beside: keep the values beside their ranks.

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
    shift, unit = 0.0, 1.0
    skew = skewness(present)
    distinct = np.unique(present)
    if ranked is not None and len(distinct) >= FEWEST and (ranked or abs(skew) > SKEWED):
        knots, ranks = _ranks(present)
        shift, unit = (fill, usual_distance(present)) if beside else (0.0, 1.0)
    elif len(present) and abs(fill) > 1e4 * (present.std() or 1.0):
        # In single precision these would all look the same.
        shift = fill
    return NumberColumn(name, fill, bool(gaps), knots, ranks, shift, beside, unit)


def stacked(parts: list[np.ndarray]) -> np.ndarray:
    """Put prepared numbers ``(rows,)`` beside each other, float32 ``(rows, numbers)``."""
    # What is too large for float32 is told by the answer that it leads to.
    with np.errstate(over="ignore"):
        return np.stack(parts, axis=1).astype(np.float32)


def bent(values: np.ndarray) -> np.ndarray:
    """Leave small values as they are, and bend large ones so that none lies beyond 3.

    >>> bent(np.array([0.0, 0.1, 4.0, -1e9])).round(2).tolist()
    [0.0, 0.1, 2.4, -3.0]
    >>> bent(np.array([1e308])).item()
    3.0

    Source: Holzmueller and others, Better by Default (NeurIPS 2024), smooth clipping.
    """
    # The square of what is larger would be infinite, and the quotient 0.
    values = np.clip(values, -LARGEST, LARGEST)
    return values / np.sqrt(1 + (values / FARTHEST) ** 2)


def usual_distance(values: np.ndarray) -> float:
    """Give the standard deviation that a normal distribution of the same quartiles has.

    Where most values are equal, it is that of all values.

    >>> usual_distance(np.array([0.0, 0.0, 0.0, 0.0, 5.0]))
    2.0
    """
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low) / 1.349 or float(values.std()) or 1.0


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
