"""The step of a table in time: a month, a day, three hours; times as whole numbers of steps."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from kerata.workbench.core.wording import counted
from kerata.workbench.features.preparation import part
from kerata.workbench.forecasting.zones import LOCAL, NAIVE
from kerata.workbench.splitting.time_order import TimeOrder

_DAY = 86_400
_SECONDS = {"week": 7 * _DAY, "day": _DAY, "hour": 3600, "minute": 60, "second": 1}
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
# Steps of which so many make a pattern that comes again, the shortest first.
_SEASONS = {
    ("second", 1): (60, 3600),
    ("minute", 1): (60, 1440),
    ("hour", 1): (24, 168),
    ("day", 1): (7, 365),
    ("business day", 1): (5, 260),
    ("week", 1): (52,),
    ("month", 1): (12,),
    ("quarter", 1): (4,),
}
# Numbers that may be years; so exactly steps of numbers must be alike.
_YEARS, _ALIKE = (1500, 2101), 0.02


@part
@dataclass(frozen=True)
class Steps:
    """How times of a column become whole numbers, and those become times again.

    Arguments:
        unit: ``'year'``, ``'quarter'``, ``'month'``, ``'week'``, ``'day'``, ``'business day'``,
            ``'hour'``, ``'minute'``, ``'second'`` or ``'step'`` (numbers that count something).
        every: how many units a step is.
        start: seconds since 1970 (numbers: the number) of step 0; months: their count since 1970.
        dated: whether the column holds dates.
        day: of the month on which steps of months lie, or the last one of shorter months; 0 for
            its last day.
        clock: seconds after midnight at which steps of days and longer lie.
        gap: of numbers, from one step to the next.
        zone: by which clock dates are counted: ``''`` where they have no offset from UTC,
            ``'local'``, or the offset such as ``'+02:00'``.

    >>> order = TimeOrder(("t",), np.array([0.0, 86_400.0, 2 * 86_400.0]), True)
    >>> steps = find_steps(order, np.zeros(3, int))
    >>> steps.named(14), steps.written(np.array([3]))
    ('14 days', ['1970-01-04'])
    """

    unit: str
    every: int = 1
    start: float = 0.0
    dated: bool = True
    day: int = 1
    clock: float = 0.0
    gap: float = 1.0
    zone: str = NAIVE

    def named(self, count: int) -> str:
        """Write a number of steps: "14 days", "1 month"."""
        many = count * self.every
        return f"{many:,} {self.unit}" + ("" if many == 1 else "s")

    @property
    def seasons(self) -> tuple[int, ...]:
        """Numbers of steps after which a pattern may come again, from the calendar."""
        if (self.unit, 1) not in _SEASONS:
            return ()
        whole = _SEASONS[self.unit, 1]
        return tuple(n // self.every for n in whole if n % self.every == 0 and n > self.every)

    def season_name(self, length: int) -> str:
        """Say what comes again after so many steps: "the same month last year"."""
        found = {
            ("day", 7): "the same day last week",
            ("day", 365): "the same day last year",
            ("business day", 5): "the same day last week",
            ("business day", 260): "the same day last year",
            ("week", 52): "the same week last year",
            ("month", 12): "the same month last year",
            ("quarter", 4): "the same quarter last year",
            ("hour", 24): "the same hour a day before",
            ("hour", 168): "the same hour last week",
            ("minute", 60): "the same minute an hour before",
            ("minute", 1440): "the same minute a day before",
        }.get((self.unit, length * self.every))
        return found or f"the value {self.named(length)} before"

    def index(self, times: np.ndarray) -> np.ndarray:
        """Give the step of each time, ``(n,)`` float64; NaN where a time is on no step.

        Arguments:
            times: seconds since 1970, or numbers, as in ``TimeOrder.seconds``.
        """
        if not self.dated:
            place = (times - self.start) / self.gap
            whole = np.round(place)
            return np.where(np.abs(place - whole) <= 0.25, whole, np.nan)
        if self.unit in _MONTHS:
            months, day, clock, last = _in_month(times)
            whole = (months - self.start) / (_MONTHS[self.unit] * self.every)
            fits = (day == self.day) | (last & (day < (self.day or 99)))
            fits &= clock == self.clock
            return np.where(fits & (whole == np.round(whole)), whole, np.nan)
        if self.unit == "business day":
            days = np.floor(times / _DAY)
            known = np.where(np.isnan(days), 0, days).astype("int64").astype("datetime64[D]")
            fits = np.is_busday(known) & (times - days * _DAY == self.clock)
            count = np.busday_count(np.datetime64(int(self.start), "D"), known)
            return np.where(fits & ~np.isnan(times), count, np.nan)
        place = (times - self.start) / (_SECONDS[self.unit] * self.every)
        return np.where(place == np.round(place), place, np.nan)

    def times(self, index: np.ndarray) -> np.ndarray:
        """Give the time of each step: seconds since 1970, or numbers."""
        index = np.asarray(index, "int64")
        if not self.dated:
            return self.start + self.gap * index
        if self.unit in _MONTHS:
            months = (int(self.start) + index * _MONTHS[self.unit] * self.every).astype(
                "datetime64[M]"
            )
            length = _days(months + 1) - _days(months)
            day = np.minimum(length, self.day or 31)
            return (_days(months) + day - 1) * float(_DAY) + self.clock
        if self.unit == "business day":
            start = np.datetime64(int(self.start), "D")
            days = np.busday_offset(start, index, roll="forward")
            return days.astype("int64") * float(_DAY) + self.clock
        return self.start + index * float(_SECONDS[self.unit] * self.every)

    def written(self, index: np.ndarray) -> list[str]:
        """Write the time of each step as a date or a number."""
        times = self.times(index)
        if not self.dated:
            return [
                f"{value:.10g}" if self.gap == int(self.gap) else f"{value:.3f}" for value in times
            ]
        moments = np.round(times).astype("int64").astype("datetime64[s]").astype(str)
        short = self.unit not in ("hour", "minute", "second") and not self.clock
        behind = "" if self.zone == LOCAL else self.zone
        return [
            text[:10] if short else text.replace("T", " ") + behind for text in moments.tolist()
        ]

    def calendar(self, index: np.ndarray) -> dict[str, tuple[np.ndarray, float]]:
        """Give where each step lies in cycles of the calendar, with the length of each cycle.

        Returns:
            Places ``(n,)`` by the cycle's name: ``'year'``, ``'week'``, ``'day'``.
        """
        index = np.asarray(index, "int64")
        if not self.dated:
            cycle = {"month": 12, "quarter": 4}.get(self.unit)
            if not cycle or self.every != 1:
                return {}
            first = round((self.start % 1) * cycle)
            return {"year": ((index + first) % cycle / 1.0, float(cycle))}
        times = self.times(index)
        moments = np.floor(times / _DAY).astype("int64").astype("datetime64[D]")
        found: dict[str, tuple[np.ndarray, float]] = {}
        if self.unit in _MONTHS:
            if self.unit != "year":
                month = moments.astype("datetime64[M]").astype("int64") % 12
                found["year"] = (month.astype(float), 12.0)
            return found
        began = moments.astype("datetime64[Y]").astype("datetime64[D]")
        found["year"] = ((moments - began).astype(float), 365.25)
        if self.unit == "week":
            return found
        found["week"] = ((moments.astype("int64") + 3) % 7 / 1.0, 7.0)
        if self.unit in ("hour", "minute", "second"):
            found["day"] = (np.mod(times, _DAY) / 3600, 24.0)
        return found

    def places(self) -> dict[str, int]:
        """Give how many places each cycle of the calendar has; 0 where steps lie between them.

        >>> Steps("minute", 15, 0.0).places()["day"], Steps("hour", 1, 0.0).places()["day"]
        (0, 24)
        """
        return _places(self)


@functools.cache
def _places(steps: Steps) -> dict[str, int]:
    # So many steps, of whatever length, show whether a step lies between whole hours.
    cycles = steps.calendar(np.arange(24 * 60))
    return {
        name: int(length) if np.all(place == np.round(place)) else 0
        for name, (place, length) in cycles.items()
    }


def find_steps(order: TimeOrder, series: np.ndarray) -> Steps:
    """Find the step between the rows of each series.

    Arguments:
        order: times of all rows, none missing.
        series: number of each row's series, ``(rows,)``.

    Raises:
        ValueError: steps that are uneven, naming the first; a single time.
    """
    times = order.seconds
    name = order.columns[0]
    unique = np.unique(times)
    if len(unique) < 3:
        raise ValueError(
            f"Column {name!r} has {counted(len(unique), 'different time')}: a forecast needs many "
            "steps."
        )
    gaps = _gaps(times, series)
    if len(gaps) == 0:
        raise ValueError(
            f"No series has two rows: is {name!r} the time, and does --group name the series?"
        )
    if order.dated and np.median(gaps) < 1:
        raise ValueError(
            f"Most rows are {np.median(gaps):.3g} seconds of {name!r} apart, and the steps of a "
            "forecast are at least a second long: number the rows, and name that column as the "
            "time."
        )
    found = _numbered(unique, gaps) if not order.dated else _dated(unique, gaps)
    if found is not None:
        places = found.index(times)
        if not np.isnan(places).any():
            return found
    raise ValueError(_uneven(order, times, series, float(np.median(gaps))))


def _gaps(times: np.ndarray, series: np.ndarray) -> np.ndarray:
    """Give all gaps between neighbours of one series, without those of 0."""
    by = np.lexsort((times, series))
    gap, same = np.diff(times[by]), np.diff(series[by]) == 0
    return gap[same & (gap > 0)]


def _numbered(unique: np.ndarray, gaps: np.ndarray) -> Steps | None:
    gap = float(np.median(gaps))
    small = gaps[gaps < 0.75 * gap]
    if len(small):
        # Gaps of two steps may be the usual ones.
        gap = float(small.min())
    years = unique[0] >= _YEARS[0] and unique[-1] < _YEARS[1]
    for unit, parts in (("year", 1), ("quarter", 4), ("month", 12)):
        if years and abs(gap * parts - 1) <= _ALIKE and (parts > 1 or gap == 1):
            first = np.round(unique[0] * parts) / parts
            return Steps(unit, start=float(first), dated=False, gap=1 / parts)
    if abs(gap - round(gap)) > 1e-9 * abs(gap):
        # Rounded decimals: the whole length is more exact than one gap.
        steps = round((unique[-1] - unique[0]) / gap)
        gap = float((unique[-1] - unique[0]) / steps)
    return Steps("step", start=float(unique[0]), dated=False, gap=gap)


def _dated(unique: np.ndarray, gaps: np.ndarray) -> Steps | None:
    months, day, clock, last = _in_month(unique)
    if len(np.unique(clock)) == 1 and len(np.unique(months)) == len(months):
        same = len(np.unique(day)) == 1
        if np.all((day == day.max()) | last):
            every = int(np.gcd.reduce(np.diff(months).astype("int64")))
            on = 0 if last.all() and (not same or day[0] < 31) else int(day.max())
            for unit, length in _MONTHS.items():
                if every % length == 0:
                    start = float(months[0])
                    return Steps(unit, every // length, start, True, on, float(clock[0]))
    values, counts = np.unique(gaps, return_counts=True)
    usual = float(values[counts.argmax()])
    if np.any(values % usual):
        usual = float(np.gcd.reduce(np.round(values).astype("int64")))
        # A step that hardly any two rows are apart is no step.
        if usual <= 0 or counts[values == usual].sum() < 0.1 * counts.sum():
            return None
    for unit, length in _SECONDS.items():
        if usual % length == 0:
            every = int(usual // length)
            if unit == "day" and every == 1 and _no_weekends(unique):
                return Steps(
                    "business day", 1, np.floor(unique[0] / _DAY), True, 1, float(clock[0])
                )
            start = float(unique[0])
            return Steps(unit, every, start, True, 1, float(start % _DAY))
    return None


def _no_weekends(unique: np.ndarray) -> bool:
    days = np.floor(unique / _DAY).astype("int64").astype("datetime64[D]")
    return len(days) >= 10 and bool(np.is_busday(days).all())


def _in_month(times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give months since 1970, day of the month, seconds after midnight, whether it is the last."""
    known = np.where(np.isnan(times), 0.0, times)
    days = np.floor(known / _DAY)
    moments = days.astype("int64").astype("datetime64[D]")
    months = moments.astype("datetime64[M]")
    day = (moments - months.astype("datetime64[D]")).astype("int64") + 1
    last = (moments + 1).astype("datetime64[M]") != months
    return months.astype("int64").astype(float), day, known - days * _DAY, last


def _days(months: np.ndarray) -> np.ndarray:
    return months.astype("datetime64[D]").astype("int64")


def _uneven(order: TimeOrder, times: np.ndarray, series: np.ndarray, usual: float) -> str:
    by = np.lexsort((times, series))
    gap, same = np.diff(times[by]), np.diff(series[by]) == 0
    off = np.where(same & (gap > 0), np.abs(gap - usual), 0)
    # Small differences count only where there are no larger ones.
    place = int(np.argmax(off > min(0.11 * usual, 0.99 * off.max())))
    before, after = (_moment(times[by][place + more], order.dated) for more in (0, 1))
    said = f"{usual:.6g}" if not order.dated else _length(usual)
    return (
        f"The steps of {order.columns[0]!r} are uneven: most rows are {said} apart, but {after} "
        f"follows {before}; bring the rows to even steps first, such as one sum a day."
    )


def _length(seconds: float) -> str:
    unit = next(unit for unit, length in _SECONDS.items() if seconds >= length or unit == "second")
    return f"{seconds / _SECONDS[unit]:.3g} {unit}s"


def _moment(value: float, dated: bool) -> str:
    if not dated:
        return f"{value:.10g}"
    text = str(np.datetime64(round(value * 1000), "ms").astype("datetime64[s]")).replace("T", " ")
    return text.removesuffix(" 00:00:00")
