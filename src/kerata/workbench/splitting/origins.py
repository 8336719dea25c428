"""Rolling origins: blocks of later rows, each judged by what was learned before it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kerata.workbench.core.wording import counted
from kerata.workbench.splitting.split import Fold, SplitRule

# What comes before the first block: share of the rows, and how many at least.
_BEFORE, _FEWEST_BEFORE = 0.5, 20
_FEWEST_IN_BLOCK = 2


def rolling_origins(rule: SplitRule, blocks: int, repeats: int = 1) -> list[Fold]:
    """Divide the later half of rows in time into blocks of about equal size.

    Arguments:
        rule: along time, with the rank of each row's step.
        blocks: how many, from 2 on.
        repeats: anything but 1 is refused: time passes once.

    Returns:
        A fold for each block, the earliest first: the block, and all rows of earlier steps.

    Raises:
        ValueError: too few rows or steps for so many blocks; repeats.

    >>> days = SplitRule("time", ("day",), np.arange(100))
    >>> [(len(fold.learned), len(fold.test)) for fold in rolling_origins(days, 3)]
    [(50, 17), (67, 16), (83, 17)]

    Source: Tashman, Out-of-sample tests of forecasting accuracy (2000).
    """
    assert rule.place is not None
    named = " and ".join(repr(name) for name in rule.columns)
    if repeats != 1:
        raise ValueError(
            f"Rows follow each other in time by {named}, and blocks in time can't be dealt anew: "
            f"ask for --folds {blocks} (folds={blocks}), or divide at random whatever the table "
            "shows (split_by='random', --split-by random)."
        )
    rows = len(rule.place)
    steps, counts = np.unique(rule.place, return_counts=True)
    # How many rows come before each step.
    before = np.concatenate([[0], np.cumsum(counts)])
    wanted = np.linspace(max(_BEFORE * rows, _FEWEST_BEFORE), rows, blocks + 1)
    cuts = np.abs(before[:, None] - wanted).argmin(axis=0)
    sizes = np.diff(before[cuts])
    if before[cuts[0]] < _FEWEST_BEFORE or (sizes < _FEWEST_IN_BLOCK).any():
        raise ValueError(
            f"There are {counted(rows, 'row')} at {counted(len(steps), 'step')} in time by "
            f"{named}, too few for {blocks:,} blocks in their later half (folds, --folds), each "
            "judged by what came before it: ask for fewer."
        )
    place = np.searchsorted(steps, rule.place)
    return [
        Fold(np.flatnonzero(place < first), np.flatnonzero((place >= first) & (place < last)))
        for first, last in pairwise(cuts.tolist())
    ]
