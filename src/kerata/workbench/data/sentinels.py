"""Numbers such as 999 or -1 that stand for a missing value in a column of numbers."""

from __future__ import annotations

import numpy as np

# All nines, with their neighbours that surveys use beside them (refused, not known).
_NINES = (99.0, 999.0, 9999.0, 99999.0, 999999.0)
_NEGATIVE = (-9.0, -99.0, -999.0, -9999.0, -99999.0)
_BESIDE = {99.0: (97, 98, 77, 88), 999.0: (997, 998, 777, 888), 9999.0: (9997, 9998, 7777, 8888)}
# Fewer rows may hold a true value.
_FEWEST = 3
# Shares of the others' range that lie between a code and all others.
_GAP, _LARGE_GAP = 0.5, 5.0
# With fewer different values the others may be codes themselves.
_DISTINCT = 10
# Rows with -1 for each row with one of the values next to it.
_SPIKE = 5


def find_sentinels(values: np.ndarray) -> list[float]:
    """Find numbers that stand for missing values, by evidence.

    A code of nines counts if it is there at least three times and lies outside of all other values
    by more than half their range; -1 if it is the only negative number, the others are whole and
    it is five times as frequent as the smallest of them.

    Arguments:
        values: float64 ``(rows,)`` without NaN.

    Returns:
        The codes, the smallest first.

    >>> find_sentinels(np.array([31.0, 42, 28, 55, 37, 48, 61, 33, 29, 40] * 3 + [999.0] * 4))
    [999.0]
    >>> find_sentinels(np.array([31.0, 42, 28, 55, 37, 48, 61, 33, 29, 90] * 3 + [99.0] * 4))
    []
    """
    distinct, counts = np.unique(values, return_counts=True)
    count = dict(zip(distinct.tolist(), counts.tolist(), strict=True))
    asked = {*_NINES, *_NEGATIVE, *(float(one) for some in _BESIDE.values() for one in some)}
    codes = {code for code in asked if code in count}
    rest = distinct[~np.isin(distinct, list(codes))]
    if len(rest) < 2:
        return []
    found = [
        code
        for code in (*_NEGATIVE, *_NINES)
        if count.get(code, 0) >= _FEWEST and _isolated(code, rest)
    ]
    for code in list(found):
        beside = [float(one) for one in _BESIDE.get(code, ())]
        found += [one for one in beside if one in codes and _isolated(one, rest)]
    if not found and _is_spike(distinct, counts):
        found = [-1.0]
    return sorted(found)


def _isolated(code: float, rest: np.ndarray) -> bool:
    low, high = float(rest.min()), float(rest.max())
    gap = max(code - high, low - code)
    least = _GAP if len(rest) >= _DISTINCT else _LARGE_GAP
    # Below zero lies nothing of what is counted or measured from zero on.
    return gap > least * (high - low) and (code > 0 or low >= 0)


def _is_spike(distinct: np.ndarray, counts: np.ndarray) -> bool:
    """Say whether -1 is the only negative number, and far more frequent than the next ones."""
    if distinct[0] != -1 or len(distinct) <= _DISTINCT or distinct[1] < 0:
        return False
    whole = bool(np.all(distinct == np.round(distinct)))
    return whole and counts[0] >= max(_FEWEST, _SPIKE * counts[1:4].max())
