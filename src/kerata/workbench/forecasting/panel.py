"""A table in time as series: one value a step, gaps as NaN, known columns into the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from kerata.workbench.core.column import Column
from kerata.workbench.core.extras import need
from kerata.workbench.features.preparation import part
from kerata.workbench.forecasting.steps import Steps, find_steps
from kerata.workbench.forecasting.table_columns import (
    and_more,
    check_names,
    check_single,
    names_of,
    series_of,
    target_of,
    times_of,
)
from kerata.workbench.forecasting.zones import UTC

if TYPE_CHECKING:
    import pandas

# Of the steps of a series may be without a row; a column with more names is no category.
MOST_GAPS, MOST_LEVELS = 0.25, 30
# Of the rows after a series' end must hold a column that is taken as known in advance.
_FILLED = 0.95


@part
@dataclass(frozen=True)
class Known:
    """A column whose values are known before the target's: a price list, a holiday.

    Arguments:
        name: of the column.
        levels: names of its categories; none for numbers.
        mean, spread: of its numbers in the training rows.
    """

    name: str
    levels: tuple[str, ...] = ()
    mean: float = 0.0
    spread: float = 1.0

    @property
    def width(self) -> int:
        """How many numbers a value becomes."""
        return len(self.levels) or 1

    def encode(self, column: pandas.Series) -> np.ndarray:
        """Give numbers ``(rows, width)``; NaN where there is no value."""
        if not self.levels:
            values = _numbers(column)
            return ((values - self.mean) / self.spread)[:, None]
        names = names_of(column)
        places = {name: place for place, name in enumerate(self.levels)}
        hot = np.zeros((len(names), self.width))
        for row, name in enumerate(names):
            if name is None:
                hot[row] = np.nan
            elif name in places:
                hot[row, places[name]] = 1
        return hot


@dataclass
class Series:
    """One series.

    Arguments:
        name: the group's value; '' where there is one series only.
        start: the step of its first value.
        values: float64 ``(n,)``, NaN where there is none; the first and the last are there.
        rows: int64 ``(n,)``: row numbers in the table, -1 where there is no row.
        known: float64 ``(n + later, k)``: encoded columns known in advance, ``later`` of them
            beyond the last value.
    """

    name: str
    start: int
    values: np.ndarray
    rows: np.ndarray
    known: np.ndarray

    @property
    def end(self) -> int:
        """The step of the last value."""
        return self.start + len(self.values) - 1


@dataclass
class Panel:
    """All series of a table.

    Arguments:
        target, time, group: names of columns; group may be None.
        steps: how times become whole numbers.
        series: in the order of their names.
        known: columns known in advance.
        columns: what was made of each column.
        notes: what was done, a sentence each.
    """

    target: str
    time: str
    group: str | None
    steps: Steps
    series: list[Series]
    known: tuple[Known, ...] = ()
    columns: list[Column] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_panel(
    frame: pandas.DataFrame,
    target: str,
    time: str,
    group: str | None = None,
    known: Sequence[str] = (),
) -> Panel:
    """Read a table as series.

    Arguments:
        frame: one row a step and series; rows in any order. Rows after a series' last target
            tell what is known in advance.
        target, time, group: names of columns.
        known: names of columns known in advance, besides those filled after the last target.

    Raises:
        ValueError: a column that is missing or can't be read, two rows of one step, gaps.
    """
    check_names(frame, {"target": target, "time": time, "group": group}, known)
    order, zone = times_of(frame, time)
    names, codes = series_of(frame, group)
    values = target_of(frame, target)
    steps = replace(find_steps(order, codes), zone=zone)
    index = steps.index(order.seconds).astype("int64")
    check_single(frame, time, group, names, codes, index)
    panel = Panel(target, time, group, steps, [])
    if zone == UTC and order.dated:
        panel.notes.append(f"The times of {time!r} are counted and written in UTC.")
    ends = _ends(codes, index, values, names, target, group)
    chosen = _known_columns(frame, panel, known, codes, index, ends)
    panel.known = tuple(chosen)
    encoded = _encode(frame, panel.known)
    gaps: list[tuple[str, int, int]] = []
    empty = 0
    for number, name in enumerate(names):
        own = np.flatnonzero(codes == number)
        _check_length(panel, name, index[own], values[own])
        one = lay_out(name, index[own], values[own], encoded[own], own)
        lost = np.flatnonzero(one.rows < 0)
        if len(lost):
            gaps.append((name, one.start + int(lost[0]), len(lost)))
            _check_gaps(panel, one, lost)
        empty += int((np.isnan(one.values) & (one.rows >= 0)).sum())
        panel.series.append(one)
    _note_gaps(panel, gaps, empty)
    panel.columns = _columns(frame, panel)
    return panel


def lay_out(
    name: str, index: np.ndarray, values: np.ndarray, known: np.ndarray, rows: np.ndarray
) -> Series:
    """Lay the rows of one series out, a place for each step from its first value on."""
    there = index[~np.isnan(values)]
    start, end, last = int(there.min()), int(there.max()), int(index.max())
    kept = index >= start
    places = index[kept] - start
    full = np.full(end - start + 1, np.nan)
    numbers = np.full(len(full), -1)
    inside = places < len(full)
    full[places[inside]] = values[kept][inside]
    numbers[places[inside]] = rows[kept][inside]
    width = np.full((last - start + 1, known.shape[1]), np.nan)
    width[places] = known[kept]
    return Series(name, start, full, numbers, width)


def _ends(
    codes: np.ndarray,
    index: np.ndarray,
    values: np.ndarray,
    names: list[str],
    target: str,
    group: str | None,
) -> np.ndarray:
    """Give the last step of each series that has a target."""
    there = ~np.isnan(values)
    ends = np.full(len(names), np.iinfo("int64").min)
    np.maximum.at(ends, codes[there], index[there])
    empty = np.flatnonzero(ends == np.iinfo("int64").min)
    if len(empty):
        if group is None:
            raise ValueError(f"The target {target!r} has no values: every row is empty.")
        raise ValueError(
            f"{group!r} {names[int(empty[0])]!r} has no value of the target {target!r}"
            f"{and_more(len(empty), 'series')}: leave it out."
        )
    return ends


def _known_columns(
    frame: pandas.DataFrame,
    panel: Panel,
    wanted: Sequence[str],
    codes: np.ndarray,
    index: np.ndarray,
    ends: np.ndarray,
) -> list[Known]:
    """Choose the columns known in advance: those asked for, and those filled after the end."""
    taken = {panel.target, panel.time, panel.group}
    later = index > ends[codes]
    names = [str(name) for name in wanted]
    if later.any():
        found = [
            str(name)
            for name in frame.columns
            if str(name) not in taken
            and str(name) not in names
            and frame[name].notna()[later].mean() >= _FILLED
        ]
        said = (
            f" so {', '.join(map(repr, found))} {_are(found)} known in advance." if found else "."
        )
        panel.notes.append(
            f"{int(later.sum()):,} rows after the last {panel.target!r} have no target"
            + ("," if found else "")
            + said
        )
        names += found
    chosen = []
    for name in names:
        made = _known(frame[name], name, ~later)
        if made is None:
            panel.notes.append(
                f"{name!r} is neither a number nor a category of at most {MOST_LEVELS} values, so "
                "it is left out."
            )
        else:
            chosen.append(made)
    return chosen


def _known(column: pandas.Series, name: str, learned: np.ndarray) -> Known | None:
    pandas = need("pandas", "Reading a table")
    before = column[learned]
    if pandas.api.types.is_numeric_dtype(column) and not pandas.api.types.is_bool_dtype(column):
        values = _numbers(before)
        there = values[np.isfinite(values)]
        if not len(there):
            return None
        return Known(name, (), float(there.mean()), float(there.std()) or 1.0)
    levels = sorted({str(value) for value in names_of(before) if value is not None})
    return Known(name, tuple(levels)) if 0 < len(levels) <= MOST_LEVELS else None


def _encode(frame: pandas.DataFrame, known: Sequence[Known]) -> np.ndarray:
    if not known:
        return np.zeros((len(frame), 0))
    return np.concatenate([one.encode(frame[one.name]) for one in known], axis=1)


def encode_known(frame: pandas.DataFrame, known: Sequence[Known]) -> np.ndarray:
    """Encode columns known in advance, ``(rows, k)``.

    Raises:
        ValueError: one is missing.
    """
    check_names(frame, {}, [one.name for one in known])
    return _encode(frame, known)


def _check_length(panel: Panel, name: str, index: np.ndarray, values: np.ndarray) -> None:
    """Refuse rows so far apart that hardly any step between them has one."""
    there = np.sort(index[~np.isnan(values)])
    length = int(there[-1] - there[0]) + 1
    if length <= 100 + 4 * len(there):
        return
    first = int(np.argmax(np.diff(there) > 1))
    before, after = panel.steps.written(there[first : first + 2])
    raise ValueError(
        f"{length - len(there):,} of {length:,} steps{_of(panel, name)} have no row, too many to "
        f"be filled: the first gap of {panel.time!r} is between {before} and {after}, where a row "
        f"every {panel.steps.named(1)} is expected."
    )


def _check_gaps(panel: Panel, one: Series, lost: np.ndarray) -> None:
    if len(lost) <= MOST_GAPS * len(one.values):
        return
    first = int(lost[0])
    later = np.flatnonzero(one.rows[first:] >= 0)[0] + first
    before, after = panel.steps.written(one.start + np.array([first - 1, later]))
    raise ValueError(
        f"{len(lost):,} of {len(one.values):,} steps{_of(panel, one.name)} have no row, too many "
        f"to be filled: the first gap of {panel.time!r} is between {before} and {after}, where a "
        f"row every {panel.steps.named(1)} is expected."
    )


def _note_gaps(panel: Panel, gaps: list[tuple[str, int, int]], empty: int) -> None:
    if gaps:
        name, first, _ = gaps[0]
        total = sum(count for _, _, count in gaps)
        at = panel.steps.written(np.array([first]))[0]
        there = f", the first {at}{_of(panel, name)}" if total > 1 else f", {at}{_of(panel, name)}"
        panel.notes.append(
            f"{total:,} {_steps(total)} without a row{there}: taken as missing, and the value "
            "before stands in where they are looked back on."
        )
    if empty:
        panel.notes.append(
            f"{empty:,} {'row has' if empty == 1 else 'rows have'} no {panel.target!r}, which is "
            "not learned from or scored; the value before stands in where it is looked back on."
        )


def _columns(frame: pandas.DataFrame, panel: Panel) -> list[Column]:
    found = []
    known = {one.name: one for one in panel.known}
    for label in frame.columns:
        name, cells = str(label), frame[label]
        if name == panel.target:
            kind, used, why = "target", False, "to be forecast"
        elif name == panel.time:
            kind, used, why = "date", True, f"the time, every {panel.steps.named(1)}"
        elif name == panel.group:
            kind, used, why = "category", True, f"names {len(panel.series):,} series"
        elif name in known:
            kind = "category" if known[name].levels else "number"
            used, why = True, "known in advance"
        else:
            kind, used, why = "unknown later", False, "unknown at forecast (--known if it is)"
        examples = [str(value)[:20] for value in cells.dropna().unique()[:3]]
        missing, distinct = int(cells.isna().sum()), int(cells.nunique())
        found.append(Column(name, kind, used, why, missing, distinct, examples))
    return found


def _numbers(column: pandas.Series) -> np.ndarray:
    pandas = need("pandas", "Reading a table")
    values = pandas.to_numeric(column, errors="coerce").to_numpy("float64", na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _of(panel: Panel, name: str) -> str:
    return f" of {panel.group!r} {name!r}" if panel.group is not None else ""


def _steps(count: int) -> str:
    return "step" if count == 1 else "steps"


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
