"""Folds of a cross-validation: each row is in one of them, groups stay whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source
from kerata.workbench.features.rows import target_values
from kerata.workbench.splitting.choice import choose_rule
from kerata.workbench.splitting.split import TIME, Fold, SplitRule, strata_of
from kerata.workbench.splitting.targets import choose_and_clean, find_target

# A fold of one row has no spread.
_FEWEST_IN_FOLD = 2


def check_folds(folds: Any) -> int:
    """Give the number of folds, 1 for none.

    Raises:
        ValueError: no whole number from 1 on.
    """
    if isinstance(folds, bool) or not isinstance(folds, (int, np.integer)) or folds < 1:
        raise ValueError(
            "folds must be a whole number: 2 or more for a cross-validation, 1 for test rows that "
            f"are held out once; got {folds!r}."
        )
    return int(folds)


def folds_of(
    source: Source, folds: int, validation_share: float, how: Mapping[str, Any]
) -> list[Fold]:
    """Divide all rows of a source into folds.

    Arguments:
        source: without a test set of its own.
        folds: how many, from 2 on.
        validation_share: fraction of the rows outside a fold that stop training.
        how: ``target``, ``task``, ``seed``, ``split_by`` and ``group`` as for ``fit_source``.

    Returns:
        The folds, and last the one of the network that is kept, which learns from all rows.

    Raises:
        ValueError: a source with a test set of its own, rows that follow each other in time, or
            too few rows or groups for so many folds.
    """
    if source.test is not None:
        raise ValueError(
            f"{source.name} has a test set of its own, by which networks are judged: leave folds "
            "(--folds) out."
        )
    target = find_target(source, how["target"])
    notes: list[str] = []
    task, data = choose_and_clean(source.train, target, how["task"], notes)
    encoded = task.encode(target_values(data, target) or [])
    rule = SplitRule()
    frame = getattr(data, "frame", None)
    if frame is not None:
        asked = {"split_by": how["split_by"], "group": how["group"]}
        rule = choose_rule(frame, target, encoded, **asked)
    if rule.kind == TIME:
        named = " and ".join(repr(name) for name in rule.columns)
        raise ValueError(
            f"Rows follow each other in time by {named}, and a network that learned from later "
            "rows can't be judged on earlier ones: leave folds (--folds) out, or divide at random "
            "whatever the table shows (split_by='random', --split-by random)."
        )
    place = deal(strata_of(encoded), folds, int(how["seed"]), rule)
    every = np.arange(len(place))
    sizes = np.bincount(place, minlength=folds)
    training = round((len(place) - int(sizes.max())) * (1 - validation_share))
    return [
        *(
            Fold(np.flatnonzero(place != fold), np.flatnonzero(place == fold), training)
            for fold in range(folds)
        ),
        Fold(every, every),
    ]


def deal(strata: np.ndarray, folds: int, seed: int, rule: SplitRule | None = None) -> np.ndarray:
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
    if len(sizes) < max(least, 3):
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
