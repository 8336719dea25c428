"""Successive halving: after a few epochs only the better part of the candidates goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from kerata.search.runner import Record, SearchRunner


def rungs_of(epochs: int, factor: int) -> list[int]:
    """Give the epochs after which candidates are dropped, and the last one.

    >>> rungs_of(27, 3), rungs_of(10, 3)
    ([1, 3, 9, 27], [1, 3, 10])
    """
    rungs = [epochs]
    while rungs[0] // factor >= 1:
        rungs.insert(0, rungs[0] // factor)
    return rungs


def halve(
    engine: SearchRunner,
    factor: int,
    score: Callable[[int, int], float],
    stopped: dict[int, int],
) -> Iterator[Record]:
    """Train in rungs; after each only the best ``1 / factor`` of the courses go on.

    Arguments:
        engine: all courses and splits; must score every epoch named by ``rungs_of``.
        factor: how many candidates compete for one place, at least 2.
        score: gives a course's mean score after an epoch, more is better, NaN for none.
        stopped: called with the last epoch of each training that was dropped.

    Source: Jamieson & Talwalkar 2016, arXiv:1502.07943.
    """
    trials = engine.trials
    groups = engine.groups()
    alive = [i for i, trial in enumerate(trials) if trial.error is None]
    for rung in rungs_of(max(c.epochs[-1] for c in trials), factor):
        yield from engine.run(rung, groups)
        going_on = [i for i in alive if trials[i].epochs[-1] > rung]
        if not going_on:
            return
        kept = math.ceil(len(alive) / factor)
        scores = {i: score(i, min(rung, trials[i].epochs[-1])) for i in alive}
        order = sorted(
            alive, key=lambda i: -math.inf if math.isnan(scores[i]) else scores[i], reverse=True
        )
        best = set(order[:kept])
        for i in going_on:
            if i not in best:
                stopped[i] = rung
        alive = [i for i in alive if i in best and i not in stopped]
        survivors = {i for i in alive if trials[i].epochs[-1] > rung}
        for group in groups:
            group.go_on(survivors)
