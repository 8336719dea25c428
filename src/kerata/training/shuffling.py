"""The order in which rows come, and how rows in files are shuffled without reading each alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Runs = list[tuple[int, int]]


def order_of_rows(
    count: int, batch_size: int, shuffle: Any, rng: np.random.Generator
) -> np.ndarray:
    """Give the order of an epoch, int32 ``(count,)``.

    Arguments:
        shuffle: True for a permutation of all rows, ``'batch'`` for one of the batches, whose
            rows stay together (the last, smaller one stays last), False for none.

    >>> order_of_rows(5, 2, "batch", np.random.default_rng(3)).tolist()
    [2, 3, 0, 1, 4]
    """
    rows = np.arange(count, dtype=np.int32)
    if shuffle == "batch":
        full = count // batch_size * batch_size
        rng.shuffle(rows[:full].reshape(-1, batch_size))
    elif shuffle:
        rng.shuffle(rows)
    return rows


def runs_of_rows(
    count: int, batch_size: int, run: int, shuffle: Any, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Cut rows into runs of neighbours and give the runs' first rows and lengths, in order.

    Arguments:
        run: rows of a run where rows are shuffled; where runs begin is random.
        shuffle: as for ``order_of_rows``; without it all rows are one run.

    >>> starts, lengths = runs_of_rows(10, 2, 4, True, np.random.default_rng(0))
    >>> starts.tolist(), lengths.tolist()
    ([7, 0, 3], [3, 3, 4])
    """
    if not shuffle:
        return np.array([0]), np.array([count])
    if shuffle == "batch":
        starts = np.arange(0, count, batch_size)
        rng.shuffle(starts[: count // batch_size])
        return starts, np.minimum(batch_size, count - starts)
    bounds = np.arange(rng.integers(run), count, run)
    bounds = np.unique(np.concatenate([[0], bounds, [count]]))
    chosen = rng.permutation(len(bounds) - 1)
    return bounds[chosen], np.diff(bounds)[chosen]


def chunks_of_runs(starts: np.ndarray, lengths: np.ndarray, size: int) -> Iterator[Runs]:
    """Deal runs to chunks of ``size`` rows, the last of which may be smaller.

    >>> list(chunks_of_runs(np.array([4, 0]), np.array([3, 4]), 5))
    [[(4, 3), (0, 2)], [(2, 2)]]
    """
    chunk: Runs = []
    room = size
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        while length:
            taken = min(length, room)
            chunk.append((start, taken))
            start, length, room = start + taken, length - taken, room - taken
            if not room:
                yield chunk
                chunk, room = [], size
    if chunk:
        yield chunk
