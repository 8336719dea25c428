"""How rows are divided: at random, along time, or by groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerata.workbench.core.result import Split

RANDOM, TIME, GROUPS = "random", "time", "groups"
# With fewer groups or steps no three parts can be made.
_FEWEST_PLACES = 3


@dataclass(frozen=True)
class SplitRule:
    """What decides on which side a row falls.

    Arguments:
        kind: ``'random'`` (strata alike in both parts), ``'time'`` (the later rows are held
            out) or ``'groups'`` (no group on both sides).
        columns: that time or groups are read from.
        place: int ``(rows,)``; rank in time, or number of the group; None at random.
        evidence: a sentence on why, for whoever reads the result; '' at random.
        asked: whether the user asked for it.
    """

    kind: str = RANDOM
    columns: tuple[str, ...] = ()
    place: np.ndarray | None = None
    evidence: str = ""
    asked: bool = False

    @property
    def summary(self) -> Split:
        """The rule without its rows."""
        return Split(self.kind, self.columns, self.evidence, self.asked)

    @property
    def said(self) -> str:
        """How rows were held out, to follow "held out"."""
        named = " and ".join(repr(name) for name in self.columns)
        if self.kind == TIME:
            return f"along time, the latest by {named}"
        return f"by whole groups of {named}" if self.kind == GROUPS else "at random"


@dataclass(frozen=True)
class Fold:
    """Rows that are given instead of being drawn, by their numbers among those with a target.

    Arguments:
        learned: int, ascending; training and validation rows.
        test: int, ascending; rows that the network is judged on.
        training: how many of the learned rows are training rows where rows are divided at
            random, so that folds of different sizes need one compiled program; None goes by the
            share of validation rows.
    """

    learned: np.ndarray
    test: np.ndarray
    training: int | None = None


def held_out(
    strata: np.ndarray, share: float, seed: int, rule: SplitRule | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Split rows in two.

    At random both parts are alike in one respect; along time the latest steps are held out;
    groups are held out whole, and both parts are alike in the means of their groups.

    Arguments:
        strata: ``(rows,)``, one number a row: its class, or the target of a regression.
        share: of the second part, above 0 and below 1.
        seed: decides the split, but for one along time.
        rule: what decides; at random by default. Its places belong to the same rows.

    Returns:
        Row numbers of the larger and of the held-out part, each in ascending order.

    Raises:
        ValueError: fewer than two groups or steps.

    >>> kept, out = held_out(np.array([0] * 8 + [1] * 4), 0.25, seed=0)
    >>> len(kept), int((out < 8).sum()), int((out >= 8).sum())
    (9, 2, 1)
    >>> held_out(np.zeros(5), 0.4, 0, SplitRule("time", ("day",), np.array([4, 3, 2, 1, 0])))
    (array([2, 3, 4]), array([0, 1]))
    """
    place = None if rule is None else rule.place
    if rule is None or place is None:
        return _stratified(strata, share, seed)
    count = len(np.unique(place))
    if count < 2:
        what = "steps in time" if rule.kind == TIME else "groups"
        raise ValueError(f"Rows can't be held out {rule.said}: there are too few {what}.")
    if rule.kind == TIME:
        return _latest(place, share)
    return _whole_groups(place, strata, share, seed)


def rule_for(rule: SplitRule, rows: np.ndarray) -> SplitRule:
    """Give the rule of some of the rows."""
    if rule.place is None:
        return rule
    return SplitRule(rule.kind, rule.columns, rule.place[rows], rule.evidence, rule.asked)


def check_places(rule: SplitRule) -> None:
    """Refuse a rule that can't make three parts.

    Raises:
        ValueError: fewer than three groups or steps; the sentence says how many there are.
    """
    if rule.place is None:
        return
    count = len(np.unique(rule.place))
    if count < _FEWEST_PLACES:
        named = " and ".join(repr(name) for name in rule.columns)
        what = "steps in time" if rule.kind == TIME else "groups"
        have = f"only {count}" if count > 1 else "only one"
        raise ValueError(
            f"Rows can't be divided by {named}: it has {have}, and training, validation and test "
            f"rows need {what} of their own. Choose another column."
        )


def strata_of(encoded: np.ndarray) -> np.ndarray:
    """Give one number a row by which a split is balanced.

    Of labels, how many there are; of several amounts, their mean in standard deviations.

    >>> strata_of(np.array([[0.0, 300.0], [2.0, 100.0], [4.0, 100.0]])).round(2).tolist()
    [0.09, -0.35, 0.26]
    """
    if encoded.ndim == 1:
        return encoded
    if np.isin(encoded, (0, 1)).all():
        return np.asarray(encoded.sum(axis=1))
    spread = encoded.std(axis=0, dtype=np.float64)
    return np.asarray(((encoded - encoded.mean(axis=0)) / np.where(spread, spread, 1)).mean(axis=1))


def _stratified(strata: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    # Systematic sampling: every n-th row in the order of the strata.
    steps = np.arange(len(order) + 1) * share + generator.uniform()
    chosen = np.diff(np.floor(steps)) > 0
    return np.sort(order[~chosen]), np.sort(order[chosen])


def _latest(place: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    steps, first = np.unique(np.sort(place), return_index=True)
    # The step at which the held-out share is nearest; one at least stays on each side.
    cut = 1 + int(np.abs(first[1:] - (1 - share) * len(place)).argmin())
    late = place >= steps[cut]
    return np.flatnonzero(~late), np.flatnonzero(late)


def _whole_groups(
    place: np.ndarray, strata: np.ndarray, share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    groups, numbers, sizes = np.unique(place, return_inverse=True, return_counts=True)
    means = np.bincount(numbers, strata.astype(float)) / sizes
    kept, out = _stratified(means, share, seed)
    if not len(out):
        # Of very few groups one at least is held out.
        out = kept[[np.random.default_rng(seed).integers(len(kept))]]
    if len(out) == len(groups):
        out = out[1:]
    inside = np.isin(numbers, out)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
