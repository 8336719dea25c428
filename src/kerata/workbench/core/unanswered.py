"""Rows that a network has no answer to."""

from __future__ import annotations

import numpy as np

# Sums of numbers that float32 can't hold.
WHY = "a value lies so far outside those of the training that none can be computed"


def unanswered(outputs: np.ndarray) -> np.ndarray:
    """Give the rows whose outputs are no numbers.

    Arguments:
        outputs: of a network, one row each.

    Returns:
        int, ascending row numbers.

    >>> unanswered(np.array([[0.2, 0.8], [np.nan, np.nan]])).tolist()
    [1]
    """
    return np.flatnonzero(~np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1))
