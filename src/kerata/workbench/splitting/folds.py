"""Folds of a cross-validation: each row is in one of them, groups stay whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.target_names import Target, each_target
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.features.rows import target_values
from kerata.workbench.splitting.choice import choose_rule
from kerata.workbench.splitting.origins import rolling_origins
from kerata.workbench.splitting.split import TIME, Fold, SplitRule, strata_of
from kerata.workbench.splitting.targets import choose_and_clean, find_target

# With fewer rows the few that one split holds out tell little, so that folds judge by default.
FEW_ROWS = 500
USUAL_FOLDS = 5
# With fewer rows than these the folds are dealt twice: few more trainings, narrower intervals.
VERY_FEW_ROWS, USUAL_REPEATS = 150, 2
# More trainings than these take hours and say hardly more.
MOST_TRAININGS = 1000
# A fold of one row has no spread.
_FEWEST_IN_FOLD = 2
_FEWEST_GROUPS = 3
# "5", or "5x2" for five folds dealt twice.
_WRITTEN = re.compile(r"\s*(\d{1,9})\s*(?:[x*×]\s*(\d{1,9})\s*)?")


@dataclass(frozen=True)
class Folding:
    """How often rows are dealt into how many folds.

    Arguments:
        folds: from 2 on; 1 for rows that are held out once.
        repeats: how often they are dealt anew.

    >>> Folding(5).written, Folding(5, 2).written
    (5, '5x2')
    """

    folds: int
    repeats: int = 1

    @property
    def written(self) -> int | str:
        """What ``read_folding`` reads again."""
        return self.folds if self.repeats == 1 else f"{self.folds}x{self.repeats}"

    @property
    def times(self) -> str:
        """How often rows are dealt, in words.

        >>> Folding(5, 2).times, Folding(5, 3).times
        ('twice', '3 times')
        """
        return {1: "once", 2: "twice"}.get(self.repeats, f"{self.repeats} times")


@dataclass(frozen=True)
class Dealt:
    """All rows of a source, dealt into folds.

    Attributes:
        folding: how often, and into how many.
        folds: all folds of the first time, then those of the next.
        every: for the network that is kept, which learns from all rows.
        along_time: whether the folds are blocks that are judged by what came before them.
        sentence: why, where nobody asked for it; '' if somebody did.
    """

    folding: Folding
    folds: list[Fold]
    every: Fold
    along_time: bool = False
    sentence: str = ""


def read_folding(asked: int | str | None) -> Folding | None:
    """Read a number of folds, or folds times repeats.

    Arguments:
        asked: 1, 5, ``'5'``, ``'5x2'``; None where nobody asked.

    Raises:
        ValueError: something else.

    >>> read_folding("5x3")
    Folding(folds=5, repeats=3)
    """
    if asked is None:
        return None
    found = None
    if isinstance(asked, str):
        match = _WRITTEN.fullmatch(asked)
        found = match and Folding(int(match[1]), int(match[2] or 1))
    elif isinstance(asked, (int, np.integer)) and not isinstance(asked, bool):
        found = Folding(int(asked))
    if not found or found.folds < 1 or found.repeats < 1:
        raise ValueError(
            "folds (--folds) takes a whole number, 2 or more for a cross-validation and 1 for "
            "test rows that are held out once, or folds times repeats, such as 5x2; got "
            f"{asked!r}."
        )
    if found.folds == 1 and found.repeats > 1:
        raise ValueError(
            f"folds (--folds) {asked!r} repeats a single split: ask for 2 or more folds, such as "
            f"5x{found.repeats}."
        )
    return found


def deal_source(
    source: Source, asked: Folding | None, validation_share: float, how: Mapping[str, Any]
) -> Dealt | None:
    """Divide all rows of a source into folds, if these are asked for or rows are few.

    Rows in time are not dealt: their later half becomes blocks, each of which is judged by what
    came before it.

    Arguments:
        source: the rows.
        asked: how many folds; None leaves it to the number of rows.
        validation_share: fraction of the rows outside a fold that stop training.
        how: ``target``, ``task``, ``seed``, ``split_by`` and ``group`` as for ``fit_source``.

    Returns:
        The folds; None where rows shall be held out once.

    Raises:
        ValueError: folds that are asked for of a source with a test set of its own, or of too
            few rows, groups or steps in time.
    """
    if asked is not None and asked.folds == 1:
        return None
    if source.test is not None and asked is not None:
        raise ValueError(
            f"{source.name} has a test set of its own, by which networks are judged: leave folds "
            "(--folds) out."
        )
    target = find_target(source, how["target"])
    if asked is None and not _has_few_rows(source, target):
        return None
    task, data = choose_and_clean(source.train, target, how["task"], [])
    encoded = task.encode(target_values(data, target) or [])
    rule = SplitRule()
    if isinstance(data, Table):
        named = {"split_by": how["split_by"], "group": how["group"]}
        rule = choose_rule(data.frame, target, encoded, **named)
    folding = asked or _usual(rule, len(encoded))
    if folding is None:
        return None
    along_time = rule.kind == TIME
    if along_time:
        folds = rolling_origins(rule, folding.folds, folding.repeats)
    else:
        _check_classes(task, encoded, folding.folds)
        folds = _dealt(strata_of(encoded), folding, int(how["seed"]), rule, validation_share)
    every = np.arange(len(encoded))
    sentence = "" if asked is not None else _why(len(encoded), folding, rule)
    return Dealt(folding, folds, Fold(every, every), along_time, sentence)


def _has_few_rows(source: Source, target: Target) -> bool:
    if source.test is not None or not isinstance(source.train, Table):
        return False
    cells = source.train.frame[list(each_target(target))]
    if len(cells) < FEW_ROWS:
        return True
    known = 0
    for row in cells.itertuples(index=False, name=None):
        known += not any(map(is_missing, row))
        if known >= FEW_ROWS:
            return False
    return True


def _usual(rule: SplitRule, rows: int) -> Folding | None:
    """Give the folds for few rows; None where there are too few rows, groups or steps for them."""
    if rule.kind == TIME:
        try:
            rolling_origins(rule, USUAL_FOLDS)
        except ValueError:
            return None
        return Folding(USUAL_FOLDS)
    places = rows if rule.place is None else len(np.unique(rule.place))
    folds = min(USUAL_FOLDS, places)
    if folds < _FEWEST_GROUPS:
        return None
    # So few groups can't be dealt in another way.
    again = rows < VERY_FEW_ROWS and places >= 2 * folds
    return Folding(folds, USUAL_REPEATS if again else 1)


def _why(rows: int, folding: Folding, rule: SplitRule) -> str:
    have = counted(rows, "row")
    away = "(--folds 1 for a single split)"
    if rule.kind == TIME:
        return (
            f"{have}: one block of test rows would be luck, so {folding.folds} blocks judge, each "
            f"by what came before it {away}."
        )
    times = f", dealt {folding.times}," if folding.repeats > 1 else ""
    groups = " of whole groups" if rule.columns else ""
    return (
        f"{have}: one test split would be luck, so {folding.folds} folds{groups}{times} judge "
        f"{away}."
    )


def _check_classes(task: Any, encoded: np.ndarray, folds: int) -> None:
    """Refuse so many folds that most of them lack a class."""
    if task.kind not in ("binary", "classes") or folds <= USUAL_FOLDS:
        return
    counts = np.bincount(encoded, minlength=len(task.classes))
    rarest = int(counts.argmin())
    if counts[rarest] < folds:
        most = max(USUAL_FOLDS, int(counts[rarest]))
        raise ValueError(
            f"Class {task.classes[rarest]!r} has {counted(int(counts[rarest]), 'row')}, too few "
            f"for {folds:,} folds (folds, --folds): ask for {most} at most."
        )


def _dealt(
    strata: np.ndarray, folding: Folding, seed: int, rule: SplitRule, validation_share: float
) -> list[Fold]:
    folds, found = folding.folds, []
    if folds * folding.repeats > MOST_TRAININGS:
        # Too few rows are the nearer reason.
        deal(strata, folds, seed, rule)
        raise ValueError(
            f"{folds:,} folds{f' times {folding.repeats:,}' * (folding.repeats > 1)} (folds, "
            f"--folds) would be {folds * folding.repeats:,} trainings: ask for "
            f"{MOST_TRAININGS:,} at most."
        )
    for repeat in range(folding.repeats):
        place = deal(strata, folds, seed if not repeat else [seed, repeat], rule)
        largest = int(np.bincount(place, minlength=folds).max())
        training = round((len(place) - largest) * (1 - validation_share))
        found += [
            Fold(np.flatnonzero(place != fold), np.flatnonzero(place == fold), training)
            for fold in range(folds)
        ]
    return found


def deal(
    strata: np.ndarray, folds: int, seed: int | list[int], rule: SplitRule | None = None
) -> np.ndarray:
    """Deal rows out to folds that are alike.

    Rows, or the means of groups, are put in order of their strata, those of one stratum mixed,
    and each so many in a row go to as many different folds. Of groups the larger ones go to the
    folds that are smaller so far.

    Arguments:
        strata: ``(rows,)``, one number a row: its class, or the target of a regression.
        folds: how many, from 2 on.
        seed: decides who goes where.
        rule: which groups stay whole; each row is alone by default.

    Returns:
        The number of each row's fold ``(rows,)``, from 0. Where each row is alone the sizes of
        folds differ by one at most.

    Raises:
        ValueError: fewer rows or groups than so many folds need.

    >>> place = deal(np.array([0] * 6 + [1] * 4), 2, seed=0)
    >>> np.bincount(place[:6]).tolist(), np.bincount(place[6:]).tolist()
    ([3, 3], [2, 2])
    """
    groups = None if rule is None else rule.place
    named = "" if rule is None else " and ".join(repr(name) for name in rule.columns)
    generator = np.random.default_rng(seed)
    if groups is None:
        numbers, sizes = np.arange(len(strata)), np.ones(len(strata), int)
    else:
        numbers, sizes = np.unique(groups, return_inverse=True, return_counts=True)[1:]
    what = f"groups of {named}" if named else "groups of equal rows" if groups is not None else ""
    least = folds if what else _FEWEST_IN_FOLD * folds
    # What is not in a fold is divided once more, into training and validation rows.
    if len(sizes) < max(least, _FEWEST_GROUPS):
        have = f"{len(sizes):,} {what}" if what else counted(len(sizes), "row")
        raise ValueError(
            f"There are {have}, too few for {folds:,} folds (folds, --folds): ask for fewer."
        )
    means = np.bincount(numbers, strata.astype(float)) / sizes
    order = generator.permutation(len(sizes))
    order = order[np.argsort(means[order], kind="stable")]
    found = np.empty(len(sizes), int)
    held = np.zeros(folds, int)
    for first in range(0, len(order), folds):
        block = order[first : first + folds]
        # Those of the fold with the fewest rows so far first, equal ones mixed.
        mixed = generator.permutation(folds)
        free = mixed[np.argsort(held[mixed], kind="stable")][: len(block)]
        block = block[np.argsort(-sizes[block], kind="stable")] if what else block
        found[block] = free
        held[free] += sizes[block]
    return found[numbers]
