"""What each column of a table is: a number, a category, a date, text, or nothing to learn from."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.base.json_text import MOST_BYTES, read_json_text
from kerata.base.messages import did_you_mean
from kerata.utils.plain_files import read_plain
from kerata.workbench.core.boolean_words import boolean_pair
from kerata.workbench.core.cell_values import (
    date_format,
    is_code,
    read_dates,
    read_numbers,
)
from kerata.workbench.core.column import Column
from kerata.workbench.core.extras import need
from kerata.workbench.core.rounding import rounded
from kerata.workbench.core.target_names import Target, each_target
from kerata.workbench.core.task import spell
from kerata.workbench.core.wording import counted
from kerata.workbench.data.column_cells import (
    BOOLEAN,
    as_text,
    column_values,
    dates_of,
    finite,
    numbers_of,
)
from kerata.workbench.data.leaks import find_leak, rows_to_look_at
from kerata.workbench.data.sentinels import find_sentinels

if TYPE_CHECKING:
    import pandas

USABLE = ("number", "category", "date", "text")
KINDS = (*USABLE, "identifier", "constant", "nearly empty", "leak", "target")

_NEARLY_EMPTY = 0.95
_FEWEST_ROWS = 20
_DENSE = 1.5
_ID_NAME = re.compile(
    r"(?i)(?:^|.*[_\-. ])(?:id|uuid|guid|index|idx|key|rownum|rowid)$|.*[a-z]I[Dd]$|unnamed.*"
)
# Digits that name a place or thing: two of them can't be added.
_CODE_NAME = re.compile(r"(?i)(?:.*[_\-. ])?(?:zip|zip_?code|postcode|postal_?code|plz)$")


def infer_columns(
    frame: pandas.DataFrame, target: Target, overrides: dict[str, str] | None = None
) -> list[Column]:
    """Say what each column of a table is.

    Arguments:
        frame: the table, numbers as numbers and all else as text.
        target: name of the column to be predicted, or of several; none of them is used.
        overrides: kind by column: ``'number'``, ``'category'``, ``'date'``, ``'text'``, or
            ``'drop'`` to leave it out.

    Returns:
        One :class:`Column` for each of the table's, in their order.

    Raises:
        ValueError: a column or kind that is not there, a column to be a number (or date)
            that holds text, which names row and column.

    >>> import pandas
    >>> frame = pandas.DataFrame({"size": [1.5, 2.5, 4.0], "kind": ["a", "b", "a"], "y": [0, 1, 0]})
    >>> [(column.name, column.kind) for column in infer_columns(frame, "y")]
    [('size', 'number'), ('kind', 'category'), ('y', 'target')]
    """
    names = [str(name) for name in frame.columns]
    overrides = dict(overrides or {})
    targets = each_target(target)
    check_overrides(frame, {**dict.fromkeys(targets, "drop"), **overrides})
    some = {name: frame.iloc[rows_to_look_at(frame[name])] for name in targets}
    columns = []
    for name in names:
        look = _ColumnReader(frame[name], name)
        if name in targets:
            columns.append(look.column("target", False, "what is to be predicted"))
        elif overrides.get(name) == "drop":
            kind = look.infer().kind
            columns.append(look.column(kind, False, "left out as you asked"))
        elif name in overrides:
            columns.append(look.forced(overrides[name]))
        else:
            column = look.infer()
            leak = _leak(column, some) if column.used else ""
            columns.append(look.column("leak", False, leak) if leak else column)
    return columns


def _leak(column: Column, rows: dict[str, pandas.DataFrame]) -> str:
    """Say how a column gives one of the targets away; '' if it doesn't."""
    for target, some in rows.items():
        leak = find_leak(column_values(some, column), some[target])
        if leak:
            return leak if len(rows) == 1 else f"{leak} ({target!r})"
    return ""


def check_overrides(frame: pandas.DataFrame, overrides: dict[str, str]) -> None:
    """Refuse kinds of columns that make no sense.

    Arguments:
        frame: the table.
        overrides: as for :func:`infer_columns`.

    Raises:
        ValueError: a column or kind that is not there.
    """
    names = [str(name) for name in frame.columns]
    for name, kind in overrides.items():
        if name not in names:
            raise ValueError(f"There is no column {name!r}. {did_you_mean(name, names)}")
        check_kind(name, kind)


def check_kind(name: str, kind: str) -> None:
    """Refuse what is no kind of a column.

    Raises:
        ValueError: with a suggestion.
    """
    known = [*USABLE, "drop"]
    if kind not in known:
        raise ValueError(f"Column {name!r} can't be {kind!r}. {did_you_mean(kind, known)}")


def load_overrides(path: str | Path) -> dict[str, str]:
    """Read a JSON file of columns as ``overrides`` for :func:`infer_columns`.

    Arguments:
        path: ``{"age": "number", "id": "drop"}``, or for
            each name a dictionary with its kind.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is no such file.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    try:
        text = read_plain(path, most=MOST_BYTES).decode("utf-8-sig")
        data = read_json_text(text, "its text")
    except ValueError as error:
        raise ValueError(f"{path} is no JSON file: {error}.") from None
    if not isinstance(data, dict):
        raise ValueError(f'{path} must hold an object such as {{"age": "number"}}.')
    overrides = {}
    for name, message in data.items():
        kind = message.get("kind") if isinstance(message, dict) else message
        if not isinstance(kind, str):
            raise ValueError(f"{path} tells no kind for column {name!r}.")
        if kind == "target":
            continue
        left_out = isinstance(message, dict) and message.get("used") is False
        overrides[name] = kind if kind in USABLE and not left_out else "drop"
    return overrides


class _ColumnReader:
    """One column, looked at once."""

    def __init__(self, series: pandas.Series, name: str) -> None:
        """Count what is there."""
        pandas = need("pandas", "Reading a table")
        self.name = name
        self.numeric = pandas.api.types.is_numeric_dtype(series) and series.dtype != bool
        self.series = finite(series) if self.numeric else as_text(series)
        self.present = self.series.dropna()
        self.missing = len(self.series) - len(self.present)
        self.counts = self.present.value_counts()
        self.distinct = len(self.counts)

    def column(self, kind: str, used: bool, why: str, **details: Any) -> Column:
        write = rounded if self.numeric else spell
        examples = [write(value)[:40] for value in self.counts.index[:3]]
        return Column(self.name, kind, used, why, self.missing, self.distinct, examples, **details)

    def forced(self, kind: str) -> Column:
        why = "as you asked"
        if kind == "number":
            read = None if self.numeric else read_numbers(self.series)
            comma = "," if read is not None and read.decimal == "," else ""
            form = BOOLEAN if set(self._words()) == {"0", "1"} else comma
            column = self.column(kind, True, why, form=form, unit=read.unit if read else "")
            numbers_of(self.series, column)
            return column
        if kind == "date":
            form = "%Y%m%d" if self.numeric else date_format(self.series) or "ISO8601"
            column = self.column(kind, True, why, form=form)
            dates_of(self.series, column)
            return column
        if kind == "category" and (pair := boolean_pair(word.lower() for word in self._words())):
            return self.column(kind, True, why, form="/".join(pair))
        return self.column(kind, True, why)

    def _words(self) -> list[str]:
        return [spell(value) for value in self.counts.index[:40]]

    def infer(self) -> Column:
        total = len(self.series)
        if not len(self.present):
            return self.column("nearly empty", False, "no value at all")
        if self.missing > _NEARLY_EMPTY * total:
            share = 100 * self.missing / total
            return self.column("nearly empty", False, f"{share:.3g} % of the rows have no value")
        if self.distinct == 1:
            return self._single()
        return self._number() if self.numeric else self._text()

    def _single(self) -> Column:
        value = spell(self.counts.index[0])[:40]
        rare = min(self.missing, len(self.present))
        if self.numeric or rare < max(5, 0.01 * len(self.series)):
            return self.column("constant", False, f"{value!r} in every row")
        return self.column("category", True, f"{value!r} or nothing")

    def _number(self) -> Column:
        values = self.present.to_numpy("float64")
        whole = bool(np.all(values == np.round(values)))
        every = self.distinct == len(self.series) >= _FEWEST_ROWS
        if whole and every:
            span = values.max() - values.min() + 1
            if span == len(values):
                return self.column("identifier", False, "numbers the rows")
            if _ID_NAME.fullmatch(self.name):
                return self.column("identifier", False, "another number in each row")
            if _are_days(values):
                return self.column("date", True, "days as YYYYMMDD", form="%Y%m%d")
            # Measurements that lie so close would come twice.
            if span <= _DENSE * len(values):
                return self.column("identifier", False, "numbers the rows, with gaps")
        if whole and self.distinct > 10 and _are_days(values):
            return self.column("date", True, "days as YYYYMMDD", form="%Y%m%d")
        if whole and _CODE_NAME.fullmatch(self.name):
            return self.column("category", True, "codes of places")
        if whole and _ID_NAME.fullmatch(self.name) and 2 * self.distinct > len(self.present) > 40:
            return self.column("identifier", False, "named like an identifier, few repeated")
        kinds = "whole numbers" if whole else "numbers"
        truth = BOOLEAN if set(self.counts.index) == {0, 1} else ""
        column = self.column("number", True, f"{kinds} {_span(values)}", form=truth)
        return self._coded(column, values, kinds)

    def _coded(self, column: Column, values: np.ndarray, what: str) -> Column:
        """Take numbers that stand for missing values as such, and say so."""
        codes = find_sentinels(values)
        if not codes:
            return column
        rest = values[~np.isin(values, codes)]
        told = " and ".join(f"{rounded(code)} ({np.sum(values == code):,} rows)" for code in codes)
        verb = "counts" if len(codes) == 1 else "count"
        kept = [code for code in self.counts.index if code not in codes] if self.numeric else []
        return dataclasses.replace(
            column,
            why=f"{what} {_span(rest)}; {told} {verb} as missing, unless you say "
            f"--column {self.name}=number",
            missing=column.missing + len(values) - len(rest),
            distinct=len(np.unique(rest)),
            examples=[rounded(value) for value in kept[:3]] or column.examples,
            sentinels=codes,
        )

    def _text(self) -> Column:
        read = read_numbers(self.series)
        codes = read.enough and is_code(self.present)
        if read.enough and not codes:
            return self._dirty_number(read)
        if not codes:
            form = date_format(self.present)
            if form is not None:
                return self._date(form)
        cells = self.present if len(self.present) <= 20_000 else self.present.sample(20_000)
        words = float(cells.str.count(r"\s+").mean()) + 1
        length = float(cells.str.len().mean())
        share = self.distinct / len(self.present)
        enough = len(self.present) >= _FEWEST_ROWS
        if share > 0.2 and (words >= 5 or (words >= 3 and share > 0.5)):
            return self.column("text", True, f"{words:.0f} words in a cell on average")
        if length > 60 and share > 0.2:
            return self.column("text", True, f"{length:.0f} characters in a cell on average")
        if enough and (share > 0.95 or (share > 0.5 and _ID_NAME.fullmatch(self.name))):
            return self.column("identifier", False, "another value in nearly each row")
        folded = self.counts.groupby(self.counts.index.str.lower(), sort=False).sum()
        pair = boolean_pair(folded.sort_values(ascending=False, kind="stable").index)
        if pair is not None:
            why = f"{pair[0]} and {pair[1]}"
            if len(folded) > 2:
                why += f" in {len(folded):,} spellings"
            column = self.column("category", True, why, form="/".join(pair))
            return dataclasses.replace(column, distinct=2)
        why = f"{len(folded):,} values"
        if len(folded) < self.distinct:
            why += f" in {self.distinct:,} spellings"
        if len(folded) == 1:
            return self.column("constant", False, f"{self.counts.index[0]!r} in every row")
        return self.column("category", True, why + (" (codes)" if codes else ""))

    def _dirty_number(self, read: Any) -> Column:
        noise = sorted(set(self.series[read.failed].tolist()))
        values = read.values[np.isfinite(read.values)]
        why = f"numbers {_span(values)}"
        if read.unit:
            why += f" in {read.unit}"
        if noise:
            shown = ", ".join(repr(cell[:20]) for cell in noise[:3])
            cells = int(read.failed.sum())
            why += (
                f"; {counted(cells, 'cell')} such as {shown} count{'s' * (cells == 1)} as missing"
            )
        comma = "," if read.decimal == "," else ""
        form = comma if read.unit or set(values) != {0, 1} else BOOLEAN
        column = self.column("number", True, why, form=form, unit=read.unit, noise=noise)
        lost = len(self.series) - len(values)
        column = dataclasses.replace(column, missing=lost, distinct=len(np.unique(values)))
        return column if noise else self._coded(column, values, "numbers")

    def _date(self, form: str) -> Column:
        read = read_dates(self.series, form)
        noise = sorted(set(self.series[read.isna() & self.series.notna()].tolist()))
        why = f"dates from {read.min():%Y-%m-%d} to {read.max():%Y-%m-%d}"
        if form.startswith(("%m/%d", "%m-%d")):
            swapped = form.replace("%m", "?").replace("%d", "%m").replace("?", "%d")
            if read_dates(self.present, swapped).notna().all():
                why += ", the month read first, though the day would fit too"
        if noise:
            many = counted(len(noise), "spelling")
            why += f"; {many} such as {noise[0][:20]!r} count{'s' * (len(noise) == 1)} as missing"
        missing = int(read.isna().sum())
        column = self.column("date", True, why, form=form, noise=noise)
        return dataclasses.replace(column, missing=missing)


def _span(values: np.ndarray) -> str:
    return f"from {rounded(values.min())} to {rounded(values.max())}"


def _are_days(values: np.ndarray) -> bool:
    """Tell whether whole numbers are days such as 20240229."""
    if values.min() < 19000101 or values.max() > 21001231:
        return False
    pandas = need("pandas", "Reading a table")
    some = pandas.Series(values[:1000].astype("int64").astype(str))
    return bool(pandas.to_datetime(some, format="%Y%m%d", errors="coerce").notna().all())
