"""Times with an offset from UTC: in which clock they are counted and written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.splitting.time_order import TimeOrder

if TYPE_CHECKING:
    import pandas

# As ``Steps.zone``: times without an offset, and the clock of the place however it is put forward.
NAIVE, LOCAL, UTC = "", "local", "+00:00"
# Behind a clock time; a date alone may end in digits too.
_OFFSET = re.compile(r"\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)\s*$")
_DAY = 86_400


def in_zone(
    order: TimeOrder, cells: pandas.Series, zone: str | None = None
) -> tuple[TimeOrder, str]:
    """Give times in the clock by which they are counted, and which one that is.

    Steps of days and longer are even in the clock of the place, where days may have 23 and 25
    hours; shorter ones are even in UTC. One offset for all rows leaves times as they are written.

    Arguments:
        order: times as they were read, in UTC.
        cells: as they are written.
        zone: that a finished run counts by; None to choose one.

    Returns:
        The times, and ``''`` (no offsets), ``'local'``, or an offset such as ``'+02:00'``.

    Raises:
        ValueError: some rows have an offset and others, or those of the run, have none.

    >>> import pandas
    >>> cells = pandas.Series(["2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"])
    >>> found = TimeOrder(("t",), np.array([1711839600.0, 1711922400.0]), True)
    >>> in_zone(found, cells)[1]
    'local'
    """
    offsets = _offsets(cells) if order.dated else np.full(len(cells), np.nan)
    lacking = np.isnan(offsets)
    name = order.columns[0]
    if not lacking.all() and lacking.any():
        row = int(np.flatnonzero(lacking)[0])
        raise ValueError(
            f"Row {row + 1} of the time {name!r} holds {str(cells.iloc[row])[:40]!r} without an "
            "offset from UTC, which other rows have: write all times alike."
        )
    if lacking.all():
        if zone == UTC:
            raise ValueError(
                f"The times of {name!r} have no offset from UTC, but those of the training have: "
                "write them alike."
            )
        return order, zone or NAIVE
    if zone == NAIVE:
        raise ValueError(
            f"The times of {name!r} have an offset from UTC, but those of the training have none: "
            "write them alike."
        )
    local = order.seconds + offsets
    if zone is None:
        if len(np.unique(offsets)) == 1:
            zone = _written(float(offsets[0]))
        else:
            zone = LOCAL if len(np.unique(local % _DAY)) == 1 else UTC
    if zone != LOCAL:
        local = order.seconds + _seconds(zone)
    return replace(order, seconds=local), zone


def _offsets(cells: pandas.Series) -> np.ndarray:
    """Give the offset of each cell in seconds, NaN where there is none."""
    pandas = need("pandas", "Reading a table")
    if isinstance(cells.dtype, pandas.DatetimeTZDtype):
        there = cells.dt.tz_localize(None) - cells.dt.tz_convert("UTC").dt.tz_localize(None)
        return np.asarray(there.dt.total_seconds().to_numpy("float64"))
    if pandas.api.types.is_datetime64_any_dtype(cells) or cells.dtype.kind in "iufb":
        return np.full(len(cells), np.nan)
    found = cells.astype("object").map(str, na_action="ignore").astype("str")
    signs = found.str.extract(_OFFSET, expand=False)
    known = {sign: _seconds(sign) for sign in signs.dropna().unique()}
    return np.asarray(signs.map(known).to_numpy("float64", na_value=np.nan))


def _seconds(sign: str) -> float:
    if not sign[1:2].isdigit():
        return 0.0
    digits = sign[1:].replace(":", "")
    amount = 3600 * int(digits[:2]) + 60 * int(digits[2:] or 0)
    return float(-amount if sign[0] == "-" else amount)


def _written(offset: float) -> str:
    minutes = round(abs(offset) / 60)
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
