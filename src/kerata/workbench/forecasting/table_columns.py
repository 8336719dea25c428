"""Columns of a table in time as they are read: names, times, series, the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.workbench.core.cell_values import is_missing, read_numbers, tidy
from kerata.workbench.core.extras import need
from kerata.workbench.core.task import spell
from kerata.workbench.forecasting.zones import in_zone
from kerata.workbench.splitting.time_order import TimeOrder, read_time

if TYPE_CHECKING:
    import pandas


def check_names(
    frame: pandas.DataFrame, named: dict[str, str | None], known: Sequence[str] = ()
) -> None:
    """Refuse columns that are not there, or that are named twice."""
    there = [str(name) for name in frame.columns]
    wanted = {**named, **{f"known column {name}": name for name in known}}
    for role, name in wanted.items():
        if name is None:
            continue
        if name not in there:
            word = role.split()[0]
            raise ValueError(
                f"There is no column {name!r} for the {word}. {did_you_mean(name, there)}"
                if word != "known"
                else f"There is no column {name!r} to be known in advance. "
                f"{did_you_mean(name, there)}"
            )
        twice = next((other for other in wanted if other != role and wanted[other] == name), None)
        if twice is not None:
            roles = " and ".join(r.split()[0] for r in (twice, role))
            raise ValueError(f"Column {name!r} can't be {roles} at once: name two columns.")


def times_of(frame: pandas.DataFrame, time: str, zone: str | None = None) -> tuple[TimeOrder, str]:
    """Read the times of all rows, and by which clock they are counted, see ``in_zone``.

    Arguments:
        frame: the table.
        time: name of its column of times.
        zone: that a finished run counts by; None to choose one.

    Raises:
        ValueError: no times, or a row without one; offsets from UTC in some rows only.
    """
    order = read_time(frame, time)
    if order is None:
        cell = next((str(value) for value in frame[time].dropna()), "")
        raise ValueError(
            f"Column {time!r} holds neither dates nor numbers (such as {cell[:40]!r}), so it "
            "can't be the time of a forecast."
        )
    lost = np.flatnonzero(np.isnan(order.seconds))
    if len(lost):
        cell = frame[time].iloc[int(lost[0])]
        what = "is empty" if is_missing(cell) else f"holds {str(cell)[:40]!r}, which is no time"
        raise ValueError(
            f"Row {int(lost[0]) + 1} of the time {time!r} {what}{and_more(len(lost))}: mend or "
            "leave out such rows."
        )
    return in_zone(order, frame[time], zone)


def series_of(frame: pandas.DataFrame, group: str | None) -> tuple[list[str], np.ndarray]:
    """Give the names of the series, sorted, and the number of each row's series."""
    if group is None:
        return [""], np.zeros(len(frame), "int64")
    named = names_of(frame[group])
    lost = [row for row, name in enumerate(named) if name is None]
    if lost:
        raise ValueError(
            f"Row {lost[0] + 1} of the group {group!r} is empty{and_more(len(lost))}: mend or "
            "leave out such rows."
        )
    names = sorted({str(name) for name in named})
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[str(name)] for name in named], "int64")


def target_of(frame: pandas.DataFrame, target: str) -> np.ndarray:
    """Read the target, NaN where it is empty.

    Raises:
        ValueError: something else than numbers, naming the first row.
    """
    pandas = need("pandas", "Reading a table")
    column = frame[target]
    if pandas.api.types.is_numeric_dtype(column) and not pandas.api.types.is_bool_dtype(column):
        values = column.to_numpy("float64", na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)
    text = tidy(column.astype("object").map(str, na_action="ignore").astype("str"))
    read = read_numbers(text)
    wrong = np.flatnonzero(read.failed)
    if len(wrong) or not np.isfinite(read.values).any():
        row = int(wrong[0]) if len(wrong) else 0
        cell = str(column.iloc[row])[:40]
        raise ValueError(
            f"Row {row + 1} of the target {target!r} holds {cell!r}: only numbers can be forecast."
        )
    return read.values


def check_single(
    frame: pandas.DataFrame,
    time: str,
    group: str | None,
    names: list[str],
    codes: np.ndarray,
    index: np.ndarray,
) -> None:
    """Refuse two rows of one series at one step."""
    by = np.lexsort((np.arange(len(index)), index, codes))
    same = (np.diff(index[by]) == 0) & (np.diff(codes[by]) == 0)
    if not same.any():
        return
    place = int(np.flatnonzero(same)[0])
    first, second = int(by[place]), int(by[place + 1])
    at = str(frame[time].iloc[first])
    inside = "" if group is None else f" of {group!r} {names[codes[first]]!r}"
    hint = (
        "name the column that tells series apart with --group, or bring them to one row"
        if group is None
        else "bring them to one row"
    )
    raise ValueError(
        f"Rows {first + 1} and {second + 1}{inside} have the same time {at!r}"
        f"{and_more(int(same.sum()), 'pair')}: {hint}."
    )


def names_of(column: pandas.Series) -> list[Any]:
    """Give cells as names, None where there is none."""
    return [None if is_missing(value) else spell(value) for value in column.tolist()]


def and_more(count: int, what: str = "row") -> str:
    """Count further cases, for the end of a sentence; '' where there is one only."""
    if count <= 1:
        return ""
    plural = what if what.endswith("s") else f"{what}s"
    others = count - 1
    return f" (and {others:,} more {what if others == 1 else plural})"
