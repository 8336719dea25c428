"""The answers of what was exported beside those of the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError

# Answers may differ so much; relative to the largest answer where that is above 1.
TOLERANCE = 1e-4


def largest_difference(got: list[Any], wanted: list[Any]) -> float:
    """Give the largest difference between answers, relative to the largest where that is above 1.

    Raises:
        ExportError: other numbers, shapes or kinds of answers.

    >>> largest_difference([np.array([1.0, 2.0])], [np.array([1.0, 2.5])])
    0.2
    """
    worst = 0.0
    for number, (a, b) in enumerate(zip(got, wanted, strict=True)):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape:
            raise ExportError(
                f"Output {number} of what was exported has shape {a.shape}, not {b.shape}."
            )
        if a.dtype.kind in "OUS":
            worst = max(worst, 0.0 if (a.astype(str) == b.astype(str)).all() else np.inf)
            continue
        a, b = a.astype(np.float64), b.astype(np.float64)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        if same.all():
            continue
        scale = max(1.0, float(np.max(np.abs(b[np.isfinite(b)]), initial=0.0)))
        gap = np.abs(a - b)[~same]
        worst = max(worst, float(np.max(np.where(np.isnan(gap), np.inf, gap))) / scale)
    return worst


def checked(worst: float) -> float:
    """Give a difference of answers that is small enough.

    Raises:
        ExportError: they differ by more than 1e-4.
    """
    if not worst <= TOLERANCE:
        raise ExportError(
            f"The exported answers differ from the model's by {worst:.2g}, more than "
            f"{TOLERANCE:g}; no file was written."
        )
    return worst
