"""Tables whose rows follow each other in time: one row a day, a month, a step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core.cell_values import date_format, read_dates, tidy
from kerata.workbench.core.extras import need

if TYPE_CHECKING:
    import pandas

# A number so called may count steps in time.
_STEP_NAME = re.compile(
    r"(?i)(?:.*[_\-. ])?(?:years?|months?|weeks?|days?|dates?|hours?|quarters?|minutes?|seconds?|"
    r"times?|timestamp|time_?step|steps?|periods?|epochs?|ticks?|t|jahr|monat|tag|woche|datum|zeit|"
    r"ann[ée]e|mois|semaine|jour|temps)"
)
# Columns that together make a date, the coarsest first.
_PARTS = ("year", "quarter", "month", "day", "hour", "minute")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_FEWEST_STEPS = 20
# Of the rows have a step of their own; of the gaps between steps are alike.
_OWN_STEP, _REGULAR = 0.95, 0.7
# Rows whose targets are autocorrelated beyond this are a series, however uneven the steps.
_ALIKE = 0.5
_YEARS = range(1500, 2101)
_DAY = 86_400.0


@dataclass(frozen=True)
class TimeOrder:
    """A column (or several that make a date) along which rows follow each other.

    Arguments:
        columns: their names.
        seconds: float ``(rows,)``: seconds since 1970 of dates, else the steps themselves;
            NaN where there is none.
        dated: whether they are dates.
        evidence: in words, such as "one row a month from 1967-07 to 2015-04"; '' if none.
        strong: whether the evidence is enough to divide the rows by it unasked.
    """

    columns: tuple[str, ...]
    seconds: np.ndarray
    dated: bool
    evidence: str = ""
    strong: bool = False

    @property
    def place(self) -> np.ndarray:
        """Ranks ``(rows,)`` in time; rows without one are taken as the earliest."""
        filled = np.where(np.isnan(self.seconds), -np.inf, self.seconds)
        return np.unique(filled, return_inverse=True)[1]


def read_time(frame: pandas.DataFrame, name: str) -> TimeOrder | None:
    """Read a column as dates or steps; None if it is neither.

    Arguments:
        frame: the table, numbers as numbers and all else as text.
        name: a column of it.

    >>> import pandas
    >>> frame = pandas.DataFrame({"day": ["2024-02-01", "2024-01-31"]})
    >>> read_time(frame, "day").place
    array([1, 0])
    """
    pandas = need("pandas", "Reading a table")
    series = frame[name]
    if pandas.api.types.is_bool_dtype(series):
        return None
    if pandas.api.types.is_datetime64_any_dtype(series):
        return TimeOrder((name,), _seconds(series), True)
    if pandas.api.types.is_numeric_dtype(series):
        values = series.to_numpy("float64", na_value=np.nan)
        whole = values[np.isfinite(values)]
        if len(whole) and np.all((whole >= 19000101) & (whole <= 21001231)):
            text = pandas.Series(values).map(lambda v: f"{v:.0f}", na_action="ignore")
            dates = read_dates(text.astype("str"), "%Y%m%d")
            if dates.notna().sum() >= 0.95 * len(whole):
                return TimeOrder((name,), _seconds(dates), True)
        return TimeOrder((name,), np.where(np.isfinite(values), values, np.nan), False)
    text = tidy(series.astype("object").map(str, na_action="ignore").astype("str"))
    form = date_format(text)
    return None if form is None else TimeOrder((name,), _seconds(read_dates(text, form)), True)


def read_times(frame: pandas.DataFrame, names: tuple[str, ...]) -> TimeOrder | None:
    """Read one column as dates or steps, or several that make a date; None if they are neither.

    Arguments:
        frame: the table.
        names: of columns of it.
    """
    return read_time(frame, names[0]) if len(names) == 1 else _from_parts(frame, list(names))


def find_time(frame: pandas.DataFrame, target: str, encoded: np.ndarray) -> TimeOrder | None:
    """Find the time along which the rows of a table follow each other.

    Dates, and numbers named like steps, count if nearly each row has one of its own and most
    gaps between them are alike; so do dates of several series side by side (each day once for
    each shop). Uneven dates count if the targets of neighbours are alike.

    Arguments:
        frame: the table.
        target: name of the column to be predicted, which is not looked at as a time.
        encoded: targets ``(rows,)`` or ``(rows, labels)``, for uneven dates.

    Returns:
        The time with its evidence, strong or not; None if there is none.
    """
    candidates: list[TimeOrder] = []
    names = [str(name) for name in frame.columns if str(name) != target]
    made = _from_parts(frame, names)
    if made is not None:
        candidates.append(made)
    for name in names:
        read = read_time(frame, name)
        if read is None:
            continue
        # Numbers of another name count rows or measure something.
        if read.dated or _STEP_NAME.fullmatch(name) or _are_years(read.seconds):
            candidates.append(read)
    weak = None
    for candidate in candidates:
        judged = _judged(frame, candidate, encoded)
        if judged is not None and judged.strong:
            return judged
        weak = weak or judged
    return weak


def _are_years(values: np.ndarray) -> bool:
    """Tell whether numbers are years that follow each other without a gap."""
    if len(values) < _FEWEST_STEPS or np.isnan(values).any():
        return False
    low, high = values.min(), values.max()
    if low < _YEARS.start or high >= _YEARS.stop or np.any(values != np.round(values)):
        return False
    return len(np.unique(values)) == len(values) == high - low + 1


def _from_parts(frame: pandas.DataFrame, names: list[str]) -> TimeOrder | None:
    """Make dates of columns such as year and month."""
    pandas = need("pandas", "Reading a table")
    by_part = {part: next((n for n in names if n.lower() == part), None) for part in _PARTS}
    finer = [part for part in ("quarter", "month", "day") if by_part[part]]
    if not finer or (by_part["year"] is None and finer[-2:] != ["month", "day"]):
        return None
    values: dict[str, np.ndarray] = {}
    for part, name in by_part.items():
        if name is None:
            continue
        series = frame[name]
        if part == "month" and series.dtype.kind not in "iuf":
            series = series.astype("object").map(
                lambda cell: _MONTHS.get(str(cell).strip().lower()[:3], np.nan)
            )
        number = pandas.to_numeric(series, errors="coerce").to_numpy("float64")
        if np.isnan(number).mean() > 0.05:
            return None
        values[part] = number
    # Without a year it is one; a leap year has all days.
    year = values.get("year", np.full(len(frame), 2000.0))
    year = np.where(year < 100, 1900 + year, year)
    days = values.get("day", np.ones(len(year)))
    of_year = "month" not in values and days.max() > 31
    month = values.get("month", 3 * values.get("quarter", np.ones(len(year))) - 2)
    fields = {"year": year, "month": month, "day": np.ones(len(year)) if of_year else days}
    dates = pandas.to_datetime(pandas.DataFrame(fields), errors="coerce")
    seconds = _seconds(dates) + 3600 * values.get("hour", 0) + 60 * values.get("minute", 0)
    if of_year:
        seconds = seconds + _DAY * (days - 1)
    if np.isnan(seconds).mean() > 0.05:
        return None
    return TimeOrder(tuple(name for name in by_part.values() if name), seconds, True)


def _judged(frame: pandas.DataFrame, order: TimeOrder, encoded: np.ndarray) -> TimeOrder | None:
    known = order.seconds[~np.isnan(order.seconds)]
    steps, counts = np.unique(known, return_counts=True)
    rows = len(order.seconds)
    if len(steps) < _FEWEST_STEPS or len(known) < 0.95 * rows:
        return None
    own = len(steps) >= _OWN_STEP * rows
    gaps = np.diff(steps)
    regular = _regular(gaps, order.dated)
    every = _span(float(np.median(gaps)), order)
    between = f"from {_written(steps[0], order)} to {_written(steps[-1], order)}"
    if own and regular:
        return _with(order, f"one row {every} {between}", True)
    if not order.dated:
        return None
    if regular and not own and counts.std() <= 0.5 * counts.mean() and _series(frame, order):
        several = f"about {round(float(counts.mean())):,} rows {every} {between}"
        return _with(order, several, True)
    alike = _neighbours_alike(order.seconds, encoded) if own else 0.0
    said = f"{len(steps):,} dates {between}"
    if alike >= _ALIKE:
        measure = "correlate by" if encoded.dtype.kind == "f" else "agree beyond chance by"
        return _with(order, f"{said}, and targets of neighbours {measure} {alike:.2f}", True)
    return _with(order, said, False)


def _with(order: TimeOrder, evidence: str, strong: bool) -> TimeOrder:
    return TimeOrder(order.columns, order.seconds, order.dated, evidence, strong)


def _regular(gaps: np.ndarray, dated: bool) -> bool:
    middle = float(np.median(gaps))
    # Months are 28 to 31 days long.
    slack = 0.11 if dated else 0.01
    return bool((np.abs(gaps - middle) <= slack * middle).mean() >= _REGULAR)


def _series(frame: pandas.DataFrame, order: TimeOrder) -> bool:
    """Tell whether some column names series in which each date comes once."""
    pandas = need("pandas", "Reading a table")
    for name in frame.columns:
        if str(name) in order.columns or not 1 < frame[name].nunique() <= len(frame) / 3:
            continue
        pair = pandas.DataFrame({"series": frame[name].to_numpy(), "time": order.seconds})
        if not pair.duplicated().any():
            return True
    return False


def _neighbours_alike(seconds: np.ndarray, encoded: np.ndarray) -> float:
    """Correlate targets of neighbours in time; of classes, how far they agree beyond chance."""
    if encoded.ndim > 1:
        return 0.0
    order = np.argsort(seconds, kind="stable")
    values = encoded[order]
    if encoded.dtype.kind == "f":
        ranks = np.argsort(np.argsort(values))
        return float(np.corrcoef(ranks[:-1], ranks[1:])[0, 1])
    luck = float(np.sum((np.bincount(values) / len(values)) ** 2))
    same = float((values[:-1] == values[1:]).mean())
    return 0.0 if luck > 0.999 else (same - luck) / (1 - luck)


def _seconds(dates: Any) -> np.ndarray:
    pandas = need("pandas", "Reading a table")
    dates = pandas.Series(dates)
    if getattr(dates.dt, "tz", None) is not None:
        dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
    found = dates.to_numpy().astype("datetime64[ms]").astype("float64") / 1000
    return np.where(dates.isna().to_numpy(bool), np.nan, found)


def _span(gap: float, order: TimeOrder) -> str:
    if not order.dated:
        years = _YEARS.start <= order.seconds[0] < _YEARS.stop
        named = {1.0: "a year", 0.25: "a quarter", 0.0833: "a month"} if years else {1.0: "a step"}
        return named.get(round(gap, 4), f"every {gap:.4g}")
    for low, high, name in (
        (0.9, 1.1, "a second"),
        (55, 65, "a minute"),
        (3500, 3700, "an hour"),
        (0.9 * _DAY, 1.1 * _DAY, "a day"),
        (6.5 * _DAY, 7.5 * _DAY, "a week"),
        (27 * _DAY, 32 * _DAY, "a month"),
        (88 * _DAY, 93 * _DAY, "a quarter"),
        (360 * _DAY, 370 * _DAY, "a year"),
    ):
        if low <= gap <= high:
            return name
    return f"every {gap / _DAY:.3g} days" if gap >= _DAY else f"every {gap:.3g} seconds"


def _written(value: float, order: TimeOrder) -> str:
    if not order.dated:
        return f"{value:.10g}"
    moment = np.datetime64(int(value * 1000), "ms")
    text = str(moment.astype("datetime64[s]")).replace("T", " ")
    return text.removesuffix(" 00:00:00")
