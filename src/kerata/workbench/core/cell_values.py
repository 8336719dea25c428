"""Cells as people write them: missing values, numbers with units and commas, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core.extras import need

if TYPE_CHECKING:
    import pandas

MISSING = frozenset(
    {
        *("", "na", "n/a", "n.a.", "#n/a", "#na", "#n/a n/a", "<na>", "nan", "-nan", "null"),
        *("?", "-", "--", "---", ".", "#value!", "#div/0!", "#ref!", "#name?", "1.#ind", "nat"),
        *("n/d", "k.a.", "k. a.", "not available"),
    }
)
# A class may well be called "none" or "missing"; among numbers they are no value.
MISSING_NUMBER = MISSING | {
    *("none", "missing", "nil", "unknown", "unk", "not known", "not recorded", "no data", "tbd"),
    *("inf", "+inf", "-inf", "infinity", "-infinity", "n.v.", "unbekannt", "*"),
}

# Digits that begin with 0, or too many of them, are no amounts.
CODE = r"^(?:[+-]?0[0-9]+|[0-9]{16,})$"

# So much of a column must be numbers (or dates) to be read as such.
ENOUGH = 0.95

# Symbols, with letters before as in R$; the codes of ISO 4217 in use; and what people write.
_SYMBOLS = "$€£¥₹₽₺₩₪₫₦₱฿₴₸₡₲₵₾₼¢"
_MONEY = (
    *("AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DEM", "DKK", "EGP"),
    *("EUR", "FRF", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "ITL", "JPY", "KES", "KRW"),
    *("MAD", "MXN", "MYR", "NGN", "NOK", "NZD", "PEN", "PHP", "PKR", "PLN", "RON", "RUB", "SAR"),
    *("SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR", "DM", "RM", "RMB", "Tk"),
    *(r"[Rr]s\.?", r"[Kk]r\.?", r"Fr\.?", r"S/\.?", "zł", "Kč", "Ft", "lei", r"Rp\.?", r"руб\.?"),
)
_CURRENCY = rf"(?:(?:[A-Z]{{1,3}}\.?)?[{_SYMBOLS}]|(?:{'|'.join(_MONEY)})(?![^\W\d_]))?"
_NUMBER = re.compile(
    rf"(?P<minus>\()?(?P<before>[~≈]?\s*{_CURRENCY})\s*(?P<sign>[+\-−–])?\s*(?:[$€£])?"
    r"(?P<digits>\d[\d.,'’ \u00a0\u2009\u202f]*|[.,]\d+)(?P<power>[eE][+-]?\d+)?"
    r"\s*(?P<unit>[^\d\s()][^\d()]{0,19})?\)?"
)
# Thousands, or as in India hundreds above the first thousand: 12,34,567.
_GROUPS = {
    mark: re.compile(rf"\d{{1,3}}(?:{m}\d{{3}})+|\d{{1,2}}(?:{m}\d{{2}})+{m}\d{{3}}")
    for mark in (",", ".", "'", " ")
    for m in [re.escape(mark)]
}
# A time of day or a length of time: 19:48, 7:05:30 pm.
CLOCK = "h:mm"
_MINUS = ("-", "−", "–")
_CLOCK = re.compile(
    r"(?P<sign>[+\-−–])?(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:\.\d+)?))?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)

_DATE_FORMATS = (
    *("ISO8601", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y"),
    *("%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
    *("%d-%b-%Y", "%d-%b-%y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M"),
    *("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"),
    *("%m/%d/%Y %I:%M %p", "%Y/%m/%d %H:%M:%S", "%a %b %d %H:%M:%S %Y"),
    *("%d/%m/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p", "%d %b, %Y", "%b %d %Y", "%Y-%b-%d"),
    *("%d%b%Y", "%d/%b/%Y", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y", "%A, %d %B %Y"),
    *("%a, %d %b %Y %H:%M:%S %Z", "%a, %d %b %Y %H:%M:%S %z", "%A, %B %d, %Y", "%Y-%m-%d %I:%M %p"),
    *("%m/%Y", "%b-%y", "%b %Y", "%B %Y", "%b-%Y", "%d.%m.%y %H:%M", "%d-%m-%Y %H:%M"),
)
# Weeks of ISO 8601 and quarters, which stand for their first day: pandas has no format for them.
WEEK, QUARTER = "YYYY-Www", "YYYY-Qq"
_PERIODS = {
    WEEK: re.compile(r"(?P<year>\d{4})[- ]?W(?P<week>0?[1-9]|[1-4]\d|5[0-3])(?:-(?P<day>[1-7]))?"),
    QUARTER: re.compile(
        r"(?P<year>\d{4})[-/ ]?Q(?P<quarter>[1-4])|Q(?P<first>[1-4])[-/ ]?(?P<of>\d{4})"
    ),
}
# Four digits alone are a year, which is a number; anything shorter is no date either.
_DATE_LIKE = re.compile(r"(?=.*\d)(?=.*[-/. ,:a-zA-Z])[\w\-/. ,:+]{6,40}", re.ASCII)


def is_missing(value: Any) -> bool:
    """Say whether a cell holds nothing.

    >>> [is_missing(value) for value in (None, float("nan"), " N/A ", "?", 0, "none")]
    [True, True, True, True, False, False]
    """
    if value is None:
        return True
    if isinstance(value, str):
        return value.strip().casefold() in MISSING
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return True


def tidy(series: pandas.Series) -> pandas.Series:
    """Give text without spaces around it, with None for what stands for nothing."""
    stripped = series.str.strip()
    return stripped.mask(stripped.str.lower().isin(MISSING))


@dataclass(frozen=True)
class Numbers:
    """A column of text read as numbers.

    Arguments:
        values: float64 ``(n,)``, NaN where there is none.
        failed: whether a cell holds something else than a number or nothing, ``(n,)``.
        unit: what stands before or behind the numbers, "kg"; empty without.
        decimal: ``','`` or ``'.'``.
    """

    values: np.ndarray
    failed: np.ndarray
    unit: str = ""
    decimal: str = "."

    @property
    def enough(self) -> bool:
        """Say whether nearly all that is there is a number."""
        found = int(np.isfinite(self.values).sum())
        return found > 0 and found >= ENOUGH * (found + int(self.failed.sum()))


def read_numbers(series: pandas.Series, decimal: str | None = None) -> Numbers:
    """Read text as numbers: units, currencies, separators of thousands, decimal commas.

    Arguments:
        series: tidy text, see :func:`tidy`.
        decimal: what separates decimals where the cells leave it open; a point if None.

    >>> import pandas
    >>> read_numbers(pandas.Series(["1,200 kg", "900 kg", None])).values
    array([1200.,  900.,   nan])
    >>> read_numbers(pandas.Series(["1.200,5", "3,25"])).values
    array([1200.5 ,    3.25])
    """
    pandas = need("pandas", "Reading a table")
    present = series.dropna()
    # A look at some cells of a column of words saves reading all.
    some = present.iloc[:: 1 + len(present) // 2000].drop_duplicates()
    if not any(_NUMBER.fullmatch(cell) or _CLOCK.fullmatch(cell) for cell in some):
        failed = series.notna() & ~series.str.lower().isin(MISSING_NUMBER)
        return Numbers(np.full(len(series), np.nan), failed.to_numpy(bool))
    if decimal != ",":
        plain = pandas.to_numeric(series, errors="coerce").to_numpy("float64", na_value=np.nan)
        plain = np.where(np.isinf(plain), np.nan, plain)
        rest = series[series.notna().to_numpy(bool) & np.isnan(plain)]
        if rest.str.lower().isin(MISSING_NUMBER).all():
            return Numbers(plain, np.zeros(len(plain), bool))
    codes, cells = pandas.factorize(series)
    written = [str(cell) for cell in cells]
    clocks = sum(_CLOCK.fullmatch(cell) is not None for cell in some)
    clock = 2 * clocks > len(some)
    values, failed_cells, unit, mark = (
        _read_clock(written) if clock else _read_cells(written, decimal)
    )
    values = np.append(values, np.nan)[codes]
    failed = np.append(failed_cells, False)[codes]
    return Numbers(values, failed, unit, mark)


def _read_cells(cells: list[str], decimal: str | None) -> tuple[np.ndarray, np.ndarray, str, str]:
    matches = [_NUMBER.fullmatch(cell) for cell in cells]
    digits = ["" if m is None else m["digits"].strip() for m in matches]
    mark = _decimal_mark(digits) or decimal or "."
    units: dict[str, int] = {}
    for match in matches:
        if match is not None and (found := _unit(match)):
            units[found] = units.get(found, 0) + 1
    unit = max(units, key=lambda name: units[name]) if units else ""
    values, failed = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
    for place, (cell, match, text) in enumerate(zip(cells, matches, digits, strict=True)):
        number = None if match is None else _plain_digits(text, mark)
        if number is None or match is None or _unit(match) not in ("", unit):
            failed[place] = cell.casefold() not in MISSING_NUMBER
            continue
        value = float(number + (match["power"] or ""))
        negative = (match["sign"] in _MINUS or _ends_in_minus(match)) != bool(match["minus"])
        values[place] = -value if negative else value
    return values, failed, unit, mark


def _read_clock(cells: list[str]) -> tuple[np.ndarray, np.ndarray, str, str]:
    """Read hours and minutes as hours."""
    values, failed = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
    for place, cell in enumerate(cells):
        match = _CLOCK.fullmatch(cell)
        hours = 0 if match is None else int(match["hours"])
        half = "" if match is None else (match["half"] or "").lower()
        if match is None or (half and not 1 <= hours <= 12):
            failed[place] = cell.casefold() not in MISSING_NUMBER
            continue
        if half:
            hours = hours % 12 + 12 * (half == "p")
        value = hours + int(match["minutes"]) / 60 + float(match["seconds"] or 0) / 3600
        values[place] = -value if match["sign"] in _MINUS else value
    return values, failed, CLOCK, "."


def _unit(match: re.Match[str]) -> str:
    behind = (match["unit"] or "").strip().casefold()
    return match["before"].strip() if behind in _MINUS else behind or match["before"].strip()


def _ends_in_minus(match: re.Match[str]) -> bool:
    """Distinguish the sign of accounts, 12.50-, from the dash for no pence, 12.-."""
    return (match["unit"] or "").strip() in _MINUS and match["digits"].rstrip()[-1] not in ",."


def _decimal_mark(cells: list[str]) -> str | None:
    """Find what separates decimals, where some cell leaves no doubt."""
    votes = {",": 0, ".": 0}
    for cell in cells:
        comma, point = cell.rfind(","), cell.rfind(".")
        if comma >= 0 and point >= 0:
            votes["," if comma > point else "."] += 1
        for mark, other in ((",", "."), (".", ",")):
            count = cell.count(mark)
            if count > 1 and not cell.count(other):
                votes[other] += 1
            elif count == 1 and not cell.count(other):
                whole, _, part = cell.partition(mark)
                if len(part) != 3 or whole in ("", "0") or len(whole) > 3:
                    votes[mark] += 1
    if votes[","] == votes["."]:
        # Only groups of three behind single commas: thousands.
        return None
    return max(votes, key=lambda mark: votes[mark])


def _plain_digits(text: str, mark: str) -> str | None:
    """Write digits as Python does; None if the groups are no groups of thousands."""
    whole, _, part = text.partition(mark)
    if part and not part.isdigit():
        return None
    whole = re.sub("[\u00a0\u2009\u202f]", " ", whole).replace("’", "'")
    if not whole.isdigit() and whole:
        groups = next((s for s, form in _GROUPS.items() if form.fullmatch(whole)), None)
        if groups is None:
            return None
        whole = whole.replace(groups, "")
    return f"{whole or '0'}.{part or '0'}"


def is_code(series: pandas.Series) -> bool:
    """Say whether digits are codes (0451) or too long for a number, not amounts."""
    return bool(series.dropna().str.contains(CODE).any())


def is_long(values: np.ndarray) -> bool:
    """Say whether whole numbers have more digits than a float keeps apart."""
    present = values[np.isfinite(values)]
    long = np.abs(present) >= 2**53
    return bool(long.any()) and bool(np.all(present == np.round(present))) and long.mean() > 0.5


def date_format(series: pandas.Series) -> str | None:
    """Find how dates are written; None if the text is something else.

    Arguments:
        series: tidy text.

    >>> import pandas
    >>> date_format(pandas.Series(["3.12.2024", "24.12.2024"]))
    '%d.%m.%Y'
    >>> date_format(pandas.Series(["2024-W07", "2024-W52"])), date_format(pandas.Series(["2010Q1"]))
    ('YYYY-Www', 'YYYY-Qq')
    """
    cells = series.dropna().drop_duplicates()
    cells = cells.sample(min(500, len(cells)), random_state=0)
    if not len(cells) or cells.str.fullmatch(_DATE_LIKE).mean() < ENOUGH:
        return None
    best, most = None, ENOUGH
    for form in (*_DATE_FORMATS, *_PERIODS):
        found = _dates(cells, form).notna().mean()
        if found >= most and (best is None or found > most):
            best, most = form, float(found)
    return best


def read_dates(series: pandas.Series, form: str) -> pandas.Series:
    """Read dates in the format that :func:`date_format` found, NaT where there is none.

    The years 0 and 9999 stand for no date, as databases write it.
    """
    found = _dates(series, form).dt.tz_localize(None)
    return found.where((found.dt.year > 0) & (found.dt.year < 9999))


def _dates(series: pandas.Series, form: str) -> pandas.Series:
    """Read dates in UTC, NaT where there is none; weeks and quarters as their first day."""
    pandas = need("pandas", "Reading a table")
    if form in _PERIODS:
        form, series = _first_days(series, form)
    return pandas.to_datetime(series, format=form, errors="coerce", utc=True)


def _first_days(series: pandas.Series, form: str) -> tuple[str, pandas.Series]:
    """Write weeks and quarters as days, and give the format that reads those."""

    def day(cell: Any) -> str | None:
        found = _PERIODS[form].fullmatch(cell) if isinstance(cell, str) else None
        if found is None:
            return None
        if form == WEEK:
            return f"{found['year']}-{int(found['week'])}-{found['day'] or 1}"
        month = 3 * int(found["quarter"] or found["first"]) - 2
        return f"{found['year'] or found['of']}-{month}-1"

    return "%G-%V-%u" if form == WEEK else "%Y-%m-%d", series.map(day).astype("str")
