"""Results at other thresholds, and the calibration of probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def roc(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares of false and of true alarms at each threshold.

    Arguments:
        truth: 1 for rows of the class, 0 for others, ``(n,)``.
        scores: higher means the class, ``(n,)``.

    Returns:
        False and true positive rates, from (0, 0) to (1, 1).

    >>> false, true = roc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    found, alarms = _counts(truth, scores)
    positive, negative = max(int(truth.sum()), 1), max(int((1 - truth).sum()), 1)
    start = np.zeros(1)
    return (
        np.concatenate([start, (alarms - found) / negative]),
        np.concatenate([start, found / positive]),
    )


def precision_recall(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give recall and precision at each threshold, by rising recall.

    Arguments:
        truth: 1 for rows of the class, 0 for others, ``(n,)``.
        scores: higher means the class, ``(n,)``.

    >>> recall, precision = precision_recall(np.array([0, 1, 1]), np.array([0.1, 0.9, 0.8]))
    >>> recall.tolist(), precision.round(2).tolist()
    ([0.5, 1.0, 1.0], [1.0, 1.0, 0.67])
    """
    found, alarms = _counts(truth, scores)
    return found / max(int(truth.sum()), 1), found / alarms


def _counts(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count true and all alarms at each distinct threshold, the highest first."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    return np.cumsum(truth[order])[ends].astype(float), ends + 1.0


@dataclass(frozen=True)
class Bin:
    """Answers of about the same probability.

    Arguments:
        said: mean probability.
        true: share of them that came true.
        rows: how many there are.
    """

    said: float
    true: float
    rows: int


def calibration(said: np.ndarray, true: np.ndarray, bins: int = 10) -> list[Bin]:
    """Group probabilities, and give for each group how often they came true.

    Arguments:
        said: probabilities, ``(n,)``.
        true: whether each came true, ``(n,)``.
        bins: groups of equal width; empty ones are left out.

    >>> calibration(np.array([0.11, 0.13, 0.9]), np.array([0, 0, 1]), bins=2)
    [Bin(said=0.12, true=0.0, rows=2), Bin(said=0.9, true=1.0, rows=1)]
    """
    place = np.minimum((said * bins).astype(int), bins - 1)
    groups = []
    for number in range(bins):
        inside = place == number
        if inside.any():
            mean, share = float(said[inside].mean()), float(true[inside].mean())
            groups.append(Bin(round(mean, 6), share, int(inside.sum())))
    return groups


def calibration_error(groups: list[Bin]) -> float:
    """Give by how much probabilities are off on average, from 0 to 1.

    >>> calibration_error([Bin(0.6, 0.5, 10), Bin(0.9, 0.9, 10)])
    0.05

    Source: Guo and others, On Calibration of Modern Neural Networks (2017).
    """
    rows = sum(group.rows for group in groups)
    off = sum(group.rows * abs(group.said - group.true) for group in groups)
    return round(off / max(rows, 1), 9)
