"""Shapley values: what each feature of a row adds to its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# Numbers that are put together at a time.
_MOST = 1 << 23
# Rows that are put together at a time; more make no answer faster.
_MOST_ROWS = 1 << 16


@dataclass(frozen=True)
class Shares:
    """What features add to answers.

    Arguments:
        contributions: float64 ``(rows, features, outputs)``; over the features they sum to the
            row's answer minus the mean answer.
        answers: to the rows, ``(rows, outputs)``.
        mean: of the answers to the background, ``(outputs,)``.
        errors: standard errors of the contributions for the orders that were drawn, given the
            background; NaN with one round.
    """

    contributions: np.ndarray
    answers: np.ndarray
    mean: np.ndarray
    errors: np.ndarray


def shapley_values(
    answer: Callable[[list[Any]], np.ndarray],
    x: Sequence[Any],
    background: Sequence[Any],
    groups: Sequence[Any],
    *,
    rounds: int = 1,
    seed: int = 0,
) -> Shares:
    """Give the Shapley value of each feature of each row, by orders of the features.

    A row of the background turns into the row that is explained, one feature after the other, in
    an order that is drawn, and then in the opposite one; what the answer changes by at a
    feature's turn is what it adds. Each row of the background is used equally often, so that
    contributions sum exactly to the answer minus the mean answer. Where features act on the
    answer alone or in pairs, opposite orders make the values exact.

    Arguments:
        answer: gives outputs ``(n,)`` or ``(n, outputs)`` for a list of arrays like ``x``.
        x: arrays ``(rows, ...)`` of a network's inputs; SciPy's CSR matrices too.
        background: the same for the rows that stand for "unknown", 20 to 100 of them.
        groups: for each array the number of the feature that each of its values belongs to, of
            the shape of one row; for a CSR matrix the one feature that it is.
        rounds: orders drawn for each row of the background, each with its opposite.
        seed: decides the orders.

    Returns:
        The contributions of all outputs.

    >>> def answer(x): return x[0][:, 0] * x[0][:, 1] + x[0][:, 2]
    >>> rows, behind = [np.array([[1.0, 2.0, 3.0]])], [np.zeros((4, 3))]
    >>> found = shapley_values(answer, rows, behind, [range(3)])
    >>> found.contributions[0, :, 0].tolist(), found.answers.item(), found.mean.item()
    ([1.0, 1.0, 3.0], 5.0, 0.0)

    Source: Strumbelj and Kononenko, Explaining prediction models and individual predictions with
    feature contributions (2014); opposite orders: Mitchell and others, Sampling Permutations for
    Shapley Value Estimation (2022).
    """
    places = [np.asarray(group) for group in groups]
    features = 1 + max(int(group.max()) for group in places)
    rows, behind = x[0].shape[0], background[0].shape[0]
    pairs = behind * rounds
    ends, starts = _outputs(answer, list(x)), _outputs(answer, list(background))
    outputs = ends.shape[1]
    ranks = _ranks(features, pairs, seed)
    # Of each pair both walks begin at the same row of the background.
    begin = np.tile(np.repeat(np.arange(behind), 2), rounds)
    steps = features - 1
    width = sum(max(1, group.size) for group in places)
    at_once = max(1, min(_MOST_ROWS, _MOST // width) // max(1, steps))
    walks = [(row, walk) for row in range(rows) for walk in range(0, 2 * pairs, at_once)]
    contributions = np.empty((rows, 2 * pairs, features, outputs), np.float64)
    joined = [_joined(*both) for both in zip(x, background, strict=True)]
    for part in _parts(walks, 2 * pairs, at_once):
        row = np.concatenate([np.full(stop - start, r) for r, start, stop in part])
        walk = np.concatenate([np.arange(start, stop) for _, start, stop in part])
        first, order = rows + begin[walk], ranks[walk]
        known = _differences(joined, places, row, first, features)
        count, needed = _needed(known, order)
        at, step = np.nonzero(needed)
        # Where row and background agree, nothing changes and nothing need be asked.
        taken = order[at] <= step[:, None]
        mixed = [
            _mixed(both, row[at], first[at], taken, group)
            for both, group in zip(joined, places, strict=True)
        ]
        asked = _outputs(answer, mixed) if len(at) else np.zeros((1, outputs))
        # The state after each step is that of the last step that changed something.
        last = np.maximum(np.cumsum(needed).reshape(needed.shape) - 1, 0)
        inside = np.empty((len(row), features + 1, outputs))
        inside[:, 0] = starts[begin[walk]]
        inside[:, 1:] = asked[last]
        same = count == 0
        inside[:, 1:][same] = np.broadcast_to(inside[:, :1], inside[:, 1:].shape)[same]
        ended = count == count[:, -1:]
        inside[:, 1:][ended] = np.broadcast_to(ends[row][:, None], inside[:, 1:].shape)[ended]
        changes = np.diff(inside, axis=1)
        contributions[row, walk] = np.take_along_axis(changes, ranks[walk][..., None], axis=1)
    # Rounds, rows of the background, opposite orders.
    split = contributions.reshape(rows, rounds, behind, 2, features, outputs).mean(axis=3)
    errors = np.full((rows, features, outputs), np.nan)
    if rounds > 1:
        # The background is what it is; only the orders were drawn.
        errors = np.sqrt((split.var(axis=1, ddof=1) / rounds).mean(axis=1) / behind)
    return Shares(split.mean(axis=(1, 2)), ends, starts.mean(axis=0), errors)


def _ranks(features: int, pairs: int, seed: int) -> np.ndarray:
    """Draw orders and their opposites; give the place of each feature ``(2 pairs, features)``."""
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(np.arange(features), (pairs, 1)), axis=1)
    return np.stack([drawn, features - 1 - drawn], axis=1).reshape(2 * pairs, features)


def _parts(
    walks: list[tuple[int, int]], most: int, at_once: int
) -> list[list[tuple[int, int, int]]]:
    """Put walks of rows together until there are enough for one call."""
    parts: list[list[tuple[int, int, int]]] = [[]]
    held = 0
    for row, start in walks:
        stop = min(start + at_once, most)
        if held and held + stop - start > at_once:
            parts.append([])
            held = 0
        parts[-1].append((row, start, stop))
        held += stop - start
    return parts


def _outputs(answer: Callable[[list[Any]], np.ndarray], x: list[Any]) -> np.ndarray:
    found = np.asarray(answer(x), np.float64)
    return found.reshape(len(found), -1)


def _joined(x: Any, background: Any) -> Any:
    """Give the rows with those of the background behind them."""
    if hasattr(x, "tocsr"):
        from scipy import sparse

        return sparse.vstack([x, background]).tocsr()
    return np.concatenate([x, background])


def _mixed(both: Any, row: np.ndarray, behind: np.ndarray, taken: np.ndarray, group: Any) -> Any:
    """Take some features from rows, the others from the background."""
    if hasattr(both, "tocsr"):
        return both[np.where(taken[:, int(group)], row, behind)]
    inside = taken[:, group.ravel()].reshape(len(row), *both.shape[1:])
    return np.where(inside, both[row], both[behind])


def _differences(
    joined: Sequence[Any],
    groups: Sequence[np.ndarray],
    row: np.ndarray,
    behind: np.ndarray,
    features: int,
) -> np.ndarray:
    """Say by which features rows differ from rows of the background, ``(walks, features)``."""
    found = np.zeros((len(row), features), bool)
    for both, group in zip(joined, groups, strict=True):
        if hasattr(both, "tocsr"):
            found[:, int(group)] = True
            continue
        other = (both[row] != both[behind]).reshape(len(row), -1)
        members = np.eye(features, dtype=np.float32)[group.ravel()]
        found |= other.astype(np.float32) @ members > 0
    return found


def _needed(known: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give how many differences each step has passed, and where an answer must be asked for.

    Arguments:
        known: which features differ, ``(walks, features)``.
        order: the step at which each feature changes.
    """
    changed = np.zeros_like(known)
    np.put_along_axis(changed, order, known, axis=1)
    count = np.cumsum(changed, axis=1)
    return count, changed & (count < count[:, -1:])
