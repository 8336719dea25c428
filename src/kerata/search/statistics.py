"""Is the leader's lead more than noise? Comparing scores from the same folds."""

from __future__ import annotations

import math

import numpy as np


def corrected_t_test(
    first: np.ndarray, second: np.ndarray, test_share: float
) -> tuple[float, float]:
    """Compare two candidates by their scores on the same splits.

    Folds share most of their training rows, so their scores vary less than those of fresh
    data would; the correction makes up for it.

    Arguments:
        first, second: scores, floats of shape ``(splits,)``, in the same order.
        test_share: rows held back over rows trained on, ``n_test / n_train``.

    Returns:
        The mean difference, and the probability of one at least as large, in either
        direction, if both were equally good (1 where no difference was seen).

    Raises:
        ValueError: different numbers of scores, or fewer than 2.

    Source: Nadeau & Bengio 2003, "Inference for the generalization error", section 4.

    >>> _, p = corrected_t_test(np.array([0.9, 0.8, 0.85]), np.array([0.7, 0.65, 0.6]), 0.5)
    >>> round(p, 3)
    0.048
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    if first.shape != second.shape or first.ndim != 1 or len(first) < 2:
        raise ValueError(
            "Two candidates are compared by equally many scores, at least 2 each; "
            f"got {first.shape} and {second.shape}."
        )
    differences = first - second
    mean, count = float(differences.mean()), len(differences)
    variance = float(differences.var(ddof=1)) * (1 / count + test_share)
    if variance == 0:
        return mean, 1.0 if mean == 0 else 0.0
    from scipy.stats import t

    return mean, float(2 * t.sf(abs(mean) / math.sqrt(variance), count - 1))


def standard_error(scores: np.ndarray) -> float:
    """Give the standard error of a mean, 0 for a single score."""
    scores = np.asarray(scores, float)
    return float(scores.std(ddof=1) / math.sqrt(len(scores))) if len(scores) > 1 else 0.0
