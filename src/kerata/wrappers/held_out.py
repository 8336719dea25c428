"""Rows that are held out to see when training should stop."""

from __future__ import annotations

from typing import Any

import numpy as np


def held_out(
    rows: int, fraction: Any, labels: np.ndarray | None, seed: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Choose rows for training and for validation, of each class alike where that is possible.

    Raises:
        ValueError: a fraction outside 0 to 1, or one that leaves a side without rows.
    """
    from sklearn.model_selection import train_test_split

    if not isinstance(fraction, float) or not 0 < fraction < 1:
        raise ValueError(f"validation_fraction must be between 0 and 1, got {fraction!r}.")
    n_held = max(1, int(np.ceil(rows * fraction)))
    if n_held >= rows:
        raise ValueError(
            f"validation_fraction={fraction} of {rows} rows leaves none for training; "
            "use another fraction, more data or early_stopping=False."
        )
    alike = False
    if labels is not None and labels.ndim == 1:
        counts = np.bincount(labels)
        counts = counts[counts > 0]
        alike = counts.min() >= 2 and len(counts) <= min(n_held, rows - n_held)
    train, test = train_test_split(
        np.arange(rows), test_size=n_held, stratify=labels if alike else None, random_state=seed
    )
    return train, test
