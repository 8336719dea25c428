"""Paired tests of two answers to the same rows, and of several against the best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kerata.workbench.core.metrics import Interval

RESAMPLES = 5000


@dataclass(frozen=True)
class Pair:
    """What a paired test says of a run against the best one.

    Arguments:
        name: of the run.
        value: its main figure on the shared rows.
        gain: by how much the best run beats it; 0 for the best itself.
        interval: of that, with 95 % confidence.
        p: chance of so large a difference between equals; raised for the number of
            comparisons (Holm).
    """

    name: str
    value: float
    gain: float
    interval: tuple[float, float]
    p: float


@dataclass(frozen=True)
class Comparison:
    """Runs against the best of them.

    Arguments:
        pairs: the best first.
        rows: how many test rows, or forecasts, were compared.
        how: by what test and how rows depend on each other, a sentence.
    """

    pairs: tuple[Pair, ...]
    rows: int
    how: str


def mcnemar(first: int, second: int) -> float:
    """Give the chance of so uneven a share of the rows on which two networks differ.

    >>> mcnemar(0, 5), mcnemar(3, 3)
    (0.0625, 1.0)

    Source: McNemar (1947), Note on the sampling error of the difference between correlated
    proportions; the exact, two-sided form.
    """
    total, few = first + second, min(first, second)
    # Halved as whole numbers, since large ones are no floats.
    tail = sum(math.comb(total, k) for k in range(few + 1))
    return min(1.0, 2 * tail / 2**total)


def holm(chances: Sequence[float]) -> list[float]:
    """Raise chances so that a false alarm among several comparisons stays as rare as in one.

    >>> [round(p, 2) for p in holm([0.01, 0.5, 0.02])]
    [0.03, 0.5, 0.04]

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    raised = [0.0] * len(chances)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        raised[place] = largest
    return raised


def bootstrap(differences: np.ndarray, seed: int = 0) -> float:
    """Give the chance that the mean of paired differences has its sign by chance alone."""
    rng = np.random.default_rng(seed)
    rows = len(differences)
    means = np.array([differences[rng.integers(rows, size=rows)].mean() for _ in range(RESAMPLES)])
    tail = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (RESAMPLES + 1))


def chance_of_interval(gain: float, interval: Interval, freedom: float = math.inf) -> float:
    """Give the chance of so large a mean between equals, of which the 95 % interval is known.

    Arguments:
        gain: the mean.
        interval: symmetric around it, by Student's t or by normal errors.
        freedom: degrees of freedom of the interval.

    >>> round(chance_of_interval(1.0, (0.0, 2.0)), 3), chance_of_interval(0.0, (0.0, 0.0))
    (0.05, 1.0)
    """
    half = (interval[1] - interval[0]) / 2
    if gain == 0 or not math.isfinite(half):
        return 1.0
    if half <= 0:
        return 0.0
    if math.isinf(freedom):
        normal = NormalDist()
        return 2 * normal.cdf(-abs(gain) / half * normal.inv_cdf(0.975))
    from scipy.special import stdtr, stdtrit

    return float(2 * stdtr(freedom, -abs(gain) / half * stdtrit(freedom, 0.975)))
