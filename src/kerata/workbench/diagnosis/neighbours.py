"""Nearest neighbours: what can be learned from the data without any network."""

from __future__ import annotations

import numpy as np

from kerata.workbench.diagnosis.split_data import SplitData

# Limit of rows: all pairs of them take a fraction of a second.
MOST = 1500
# Columns that hardly vary are not blown up beyond this share of the typical spread.
_FLOOR = 0.2


def matrices(train: SplitData, other: SplitData) -> tuple[np.ndarray, np.ndarray] | None:
    """Give inputs of two parts in the same units, with the spread of the first.

    Returns:
        Rows ``train.chosen[:MOST]`` and ``other.chosen[:MOST]``, or None for huge inputs.
    """
    if train.flat is None or other.flat is None:
        return None
    a, b = (p.flat[picked(p)].astype(np.float64) for p in (train, other))  # type: ignore[index] # checked above
    mean, spread = a.mean(axis=0), a.std(axis=0)
    if not (spread > 0).any():
        return None
    spread = np.maximum(spread, _FLOOR * np.median(spread[spread > 0]))
    return (a - mean) / spread, (b - mean) / spread


def picked(part: SplitData) -> np.ndarray:
    """Give numbers of at most ``MOST`` rows of a part."""
    step = max(1, -(-len(part.chosen) // MOST))
    return part.chosen[::step]


def nearest(among: np.ndarray, to: np.ndarray, count: int, same: bool = False) -> np.ndarray:
    """Give the places of the nearest rows.

    Arguments:
        among: rows ``(n, columns)`` to choose from.
        to: rows ``(m, columns)`` whose neighbours are wanted.
        count: how many neighbours, fewer than ``n``.
        same: whether both are the same rows; none is then its own neighbour.

    Returns:
        Integers ``(m, count)``.

    >>> nearest(np.array([[0.0], [1.0], [5.0]]), np.array([[4.0]]), 2).tolist()
    [[2, 1]]
    """
    distances = (among**2).sum(axis=1) - 2 * to @ among.T
    if same:
        np.fill_diagonal(distances, np.inf)
    order = np.argpartition(distances, count - 1, axis=1)[:, :count]
    rank = np.argsort(np.take_along_axis(distances, order, axis=1), axis=1)
    return np.take_along_axis(order, rank, axis=1)


def votes(labels: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Count the classes of neighbours: integers ``(rows, classes)``."""
    classes = int(labels.max()) + 1
    counts = np.zeros((len(neighbours), classes), int)
    for column in labels[neighbours].T:
        counts[np.arange(len(counts)), column] += 1
    return counts
