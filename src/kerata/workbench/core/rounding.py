"""Numbers as short as people read them."""

from __future__ import annotations

import math


def rounded(value: float) -> str:
    """Write a number with four digits, none before the point left out.

    Arguments:
        value: any number.

    >>> rounded(-0.851663968521881), rounded(1234567.25), rounded(3.0), rounded(2e-7)
    ('-0.8517', '1234567', '3', '2e-07')
    """
    value = float(value)
    if math.isfinite(value) and 1e4 <= abs(value) < 1e15:
        return f"{value:.0f}"
    return f"{value:.4g}"
