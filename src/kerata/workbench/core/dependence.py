"""Test rows that hang together: rows of one group, errors that follow each other in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

INDEPENDENT, GROUPS, TIME, FOLDS = "random", "groups", "time", "folds"
# An autocorrelation of 1 would leave no rows at all.
_MOST_ALIKE = 0.98
# Degrees of freedom that a series is granted at least, however alike its neighbours are.
_FEWEST = 2.0


@dataclass(frozen=True)
class Dependence:
    """What test rows share, so that they count as fewer than they are.

    Rows of one group may be wrong together, which the spread of the groups' sums shows
    whatever the reason (cluster-robust variance). Steps in time are taken as an autoregressive
    series of order 1: an error resembles the one of the step before. Rows of a
    cross-validation are answered by networks that share most of their training rows, which
    Nadeau and Bengio's corrected variance of the folds' means takes into account; it is never
    taken for less than what the rows alone, or their groups, show.

    Arguments:
        kind: ``'random'`` (independent rows), ``'groups'``, ``'time'`` or ``'folds'``.
        place: int ``(rows,)``: number of the group or the fold, or rank of the step; None where
            rows are independent. Of folds that were dealt several times ``(rows, times)``, with
            numbers of their own each time, and -1 where a row was not answered.
        folds: of the cross-validation, those included that were not finished.
        within: of folds, what their rows share besides; None where they are independent.
        share: of folds, test rows to training rows; 1 to all folds but one by default.

    Raises:
        ValueError: another kind, or groups and steps without places.

    >>> pairs = Dependence("groups", np.repeat(np.arange(50), 2))
    >>> effect, freedom = pairs.effect(np.repeat([0.0, 1.0], 50))
    >>> round(effect, 2), freedom
    (2.02, 49.0)
    """

    kind: str = INDEPENDENT
    place: np.ndarray | None = None
    folds: int = 0
    within: Dependence | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in (INDEPENDENT, GROUPS, TIME, FOLDS):
            raise ValueError(
                f"kind must be 'random', 'groups', 'time' or 'folds', got {self.kind!r}."
            )
        if self.kind == FOLDS and self.folds < 2:
            raise ValueError(f"A cross-validation has at least 2 folds, got {self.folds}.")
        if self.kind != INDEPENDENT and self.place is None:
            raise ValueError(f"Rows that depend on each other by {self.kind} need their places.")

    def of(self, chosen: np.ndarray) -> Dependence:
        """Give the dependence of some of the rows.

        Arguments:
            chosen: numbers of rows, or one truth value a row.
        """
        if self.place is None:
            return self
        within = None if self.within is None else self.within.of(chosen)
        return Dependence(self.kind, self.place[chosen], self.folds, within, self.share)

    def effect(self, values: np.ndarray) -> tuple[float, float]:
        """Say how much larger than of independent rows the variance of a mean is.

        Arguments:
            values: what each row adds, ``(rows,)``.

        Returns:
            The factor (design effect), at least 1, and the degrees of freedom of the variance.

        Source: Liang and Zeger (1986), Longitudinal data analysis using generalized linear
        models; Bartlett (1946), On the theoretical specification and sampling properties of
        autocorrelated time-series; Nadeau and Bengio (2003), Inference for the generalization
        error, equation 8: the variance of the folds' means times 1 / folds + test rows /
        training rows, with folds - 1 degrees of freedom, the folds of all times counted.
        """
        if self.kind == FOLDS:
            return self._effect_of_folds(values)
        rows = len(values)
        if self.place is None or rows < 2:
            return 1.0, float(max(rows - 1, 1))
        numbers = np.unique(self.place, return_inverse=True)[1]
        count = int(numbers.max()) + 1
        if count < 2:
            # One group says nothing about others.
            return float(rows), 1.0
        apart = np.asarray(values, float) - np.mean(values)
        alone = float(apart @ apart) * rows / (rows - 1)
        sums = np.bincount(numbers, apart)
        alike = _autocorrelation(sums) if self.kind == TIME else 0.0
        longer = (1 + alike) / (1 - alike)
        freedom = max(count / longer - 1, _FEWEST if self.kind == TIME else 1.0)
        if alone <= 1e-24 * max(1.0, float(np.max(np.abs(values)))) ** 2:
            return max(1.0, rows / count * longer), freedom
        together = float(sums @ sums) * count / (count - 1) * longer
        return max(1.0, together / alone), freedom

    def _effect_of_folds(self, values: np.ndarray) -> tuple[float, float]:
        assert self.place is not None
        effect, freedom = (self.within or Dependence()).effect(values)
        place = self.place.reshape(len(values), -1)
        answered = place >= 0
        numbers, sizes = np.unique(place[answered], return_inverse=True, return_counts=True)[1:]
        count = len(sizes)
        if count < 2:
            # One fold is a split like any other.
            return effect, freedom
        each = np.broadcast_to(np.asarray(values, float)[:, None], place.shape)[answered]
        means = np.bincount(numbers, each) / sizes
        share = 1 / (self.folds - 1) if self.share is None else self.share
        variance = float(means.var(ddof=1)) * (1 / count + share)
        alone = float(np.var(values, ddof=1)) / len(values)
        if alone > 0:
            effect = max(effect, variance / alone)
        return effect, min(freedom, float(count - 1))


def _autocorrelation(series: np.ndarray) -> float:
    """Give the correlation of neighbours, from 0; corrected for the mean that was taken off."""
    length = len(series)
    total = float(series @ series)
    if length < 4 or total == 0:
        return 0.0
    found = float(series[1:] @ series[:-1]) / total
    # Marriott and Pope (1954): the estimate is too low by (1 + 3 rho) / length.
    return float(np.clip((length * found + 1) / (length - 3), 0.0, _MOST_ALIKE))
