"""Which columns of a table a network relies on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerata.workbench.core import metrics
from kerata.workbench.features.rows import count, take

# Test rows that are shuffled, and how often.
ROWS, TIMES = 1000, 5
# Shuffled rows that are answered in one call: each call has costs of its own.
AT_ONCE = 50_000
# More columns than this take too long to shuffle one by one.
MOST_COLUMNS = 40


@dataclass(frozen=True)
class Importance:
    """What a column is worth.

    Arguments:
        name: the column.
        loss: by how much the main figure gets worse without it, on average.
        spread: standard deviation of that over the shuffles.
    """

    name: str
    loss: float
    spread: float


def permutation_importance(
    predict: Callable[[Any], np.ndarray],
    data: Any,
    truth: np.ndarray,
    task: Any,
    names: list[str],
    *,
    times: int = TIMES,
    rows: int = ROWS,
    seed: int = 0,
) -> list[Importance]:
    """Shuffle one column at a time and see how much worse the answers get.

    Correlated columns replace each other, so that none of them looks important.

    Arguments:
        predict: gives outputs for raw rows.
        data: a ``Table`` that training did not see.
        truth: its encoded targets.
        task: what is predicted.
        names: columns to look at.
        times: shuffles of each.
        rows: upper limit of the rows that are used.
        seed: decides the shuffles.

    Returns:
        One for each column, the most important first.

    Source: Breiman, Random Forests (2001).
    """
    rng = np.random.default_rng(seed)
    if count(data) > rows:
        chosen = np.sort(rng.choice(count(data), rows, replace=False))
        data, truth = take(data, chosen), truth[chosen]
    number = count(data)
    sign = 1 if metrics.higher_is_better(task) else -1
    before = sign * float(metrics.row_values(task, truth, predict(data)).mean())
    found = []
    together = max(1, AT_ONCE // (number * times))
    for start in range(0, len(names), together):
        some = names[start : start + together]
        outputs = predict(_shuffled(data, some, number, times, rng))
        values = metrics.row_values(task, np.concatenate([truth] * (len(some) * times)), outputs)
        after = sign * values.reshape(len(some), times, number).mean(axis=2)
        losses = before - after
        found += [
            Importance(name, float(mine.mean()), float(mine.std()))
            for name, mine in zip(some, losses, strict=True)
        ]
    return sorted(found, key=lambda one: -one.loss)


def _shuffled(
    data: Any, names: list[str], number: int, times: int, rng: np.random.Generator
) -> Any:
    """Give all rows some times for each column, with that column shuffled."""
    block = number * times
    repeated = take(data, np.tile(np.arange(number), times * len(names)))
    frame = repeated.frame.copy(deep=False)
    for place, name in enumerate(names):
        order = np.arange(block * len(names))
        order[place * block : (place + 1) * block] = place * block + np.concatenate(
            [rng.permutation(number) + k * number for k in range(times)]
        )
        frame[name] = frame[name].iloc[order].set_axis(frame.index)
    return replace(repeated, frame=frame)


def pooled(parts: Sequence[tuple[list[Importance], int]]) -> list[Importance]:
    """Join what columns are worth on several sets of rows.

    Arguments:
        parts: what ``permutation_importance`` gave, and of how many rows.

    Returns:
        One for each column that all parts have, the most important first.

    >>> one, two = [Importance("a", 0.2, 0.0)], [Importance("a", 0.4, 0.0)]
    >>> round(pooled([(one, 30), (two, 10)])[0].loss, 3)
    0.25
    """
    named = [{one.name: one for one in part} for part, _ in parts]
    total = sum(rows for _, rows in parts)
    weights = [rows / total for _, rows in parts]
    found = []
    for name in named[0]:
        if all(name in part for part in named):
            mine = [part[name] for part in named]
            loss = sum(w * one.loss for w, one in zip(weights, mine, strict=True))
            # Shuffles of different rows know nothing of each other.
            spread = math.hypot(*(w * one.spread for w, one in zip(weights, mine, strict=True)))
            found.append(Importance(name, loss, spread))
    return sorted(found, key=lambda one: -one.loss)
