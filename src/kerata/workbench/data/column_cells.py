"""Cells of a column in the type of its kind: of training rows, and of new ones later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core.boolean_words import boolean_words
from kerata.workbench.core.cell_values import read_dates, read_numbers, tidy
from kerata.workbench.core.column import Column
from kerata.workbench.core.extras import need
from kerata.workbench.core.task import spell

if TYPE_CHECKING:
    import pandas

# The form of a column of ones and zeros, which may come as true and false later.
BOOLEAN = "1/0"
# With more cells that can't be read, it is not the column that was learned.
_BAD_CELLS = 0.5
# So few may be all that a small file has.
_FEW_BAD_CELLS = 2


def column_values(frame: pandas.DataFrame, column: Column) -> pandas.Series:
    """Give a column's values in the type of its kind, of training rows as of new ones.

    Arguments:
        frame: a table that has the column.
        column: what it is.

    Returns:
        ``'number'``: float64, NaN where missing; ``'date'``: datetime64, NaT where missing;
        otherwise text, None where missing: a category's spelling is folded ("Red", "red "
        and "RED" are the same), whole numbers are written without ``.0``.

    Raises:
        ValueError: text where a number or date is expected; row and column are named.
    """
    series = frame[column.name]
    if column.kind == "number":
        return numbers_of(series, column)
    if column.kind == "date":
        return dates_of(series, column)
    text = as_text(series)
    if column.kind != "category":
        return text
    text = text.str.lower()
    return _same_words(text, column.form) if column.form else text


def readable(
    frame: pandas.DataFrame, columns: list[Column], where: str
) -> tuple[pandas.DataFrame, list[str]]:
    """Take cells that can't be read in their column's kind as missing, and say which.

    A column most of whose cells can't be read is left as it is: it is another column, which
    :func:`column_values` refuses.

    Arguments:
        frame: rows that the columns were not learned from.
        columns: what :func:`infer_columns` gave.
        where: what the rows are, for the notes.

    Returns:
        The table, with bad cells missing, and a sentence for each column that has some.

    >>> import pandas
    >>> from kerata.workbench.data.schema import infer_columns
    >>> size = infer_columns(pandas.DataFrame({"size": [1.5, 2.5, 4.0], "y": [0, 1, 0]}), "y")
    >>> frame, notes = readable(pandas.DataFrame({"size": ["2", "big", "3"]}), size, "new.csv")
    >>> frame["size"].isna().tolist(), notes[0]
    ([False, True, False], "Column 'size': 1 cell of new.csv ('big') is no number: missing.")
    """
    bad = BadCells(where)
    frame = bad.without(frame, columns)
    return frame, bad.notes()


class BadCells:
    """Cells that can't be read in their column's kind, over one table or pieces of it.

    Arguments:
        where: what the rows are, for the notes.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self._found: dict[str, tuple[Column, int, list[str]]] = {}

    def without(self, frame: pandas.DataFrame, columns: list[Column]) -> pandas.DataFrame:
        """Give rows with bad cells missing, and count those; see :func:`readable`."""
        changed: dict[str, Any] = {}
        for column in columns:
            typed = column.used and column.kind in ("number", "date")
            if not typed or column.name not in frame:
                continue
            series = frame[column.name]
            bad = _unreadable(series, column)
            most = max(_BAD_CELLS * series.notna().sum(), _FEW_BAD_CELLS)
            if not bad.any() or bad.sum() > most:
                continue
            changed[column.name] = series.astype("object").mask(bad, None)
            _, count, shown = self._found.get(column.name, (column, 0, []))
            shown = list(dict.fromkeys([*shown, *(str(cell)[:20] for cell in series[bad])]))
            self._found[column.name] = column, count + int(bad.sum()), shown[:4]
        return frame.assign(**changed) if changed else frame

    def notes(self) -> list[str]:
        """Give a sentence for each column that has some."""
        notes = []
        for column, count, shown in self._found.values():
            some = ", ".join(repr(cell) for cell in shown[:3]) + (", ..." if shown[3:] else "")
            said = (
                f"1 cell of {self.where} ({some}) is no {column.kind}"
                if count == 1
                else f"{count:,} cells of {self.where} ({some}) are no {column.kind}s"
            )
            notes.append(f"Column {column.name!r}: {said}: missing.")
        return notes


def _unreadable(series: pandas.Series, column: Column) -> np.ndarray:
    """Find cells that hold something which their column's kind can't be read from."""
    pandas = need("pandas", "Reading a table")
    if pandas.api.types.is_numeric_dtype(series):
        return np.zeros(len(series), bool)
    text = as_text(series)
    text = text.mask(text.isin(column.noise))
    if column.kind == "date":
        return (read_dates(text, column.form).isna() & text.notna()).to_numpy(bool)
    if column.form == BOOLEAN:
        text = _same_words(text.str.lower(), BOOLEAN)
    return read_numbers(text, "," if column.form == "," else None).failed


def as_text(series: pandas.Series) -> pandas.Series:
    """Give tidy text of whatever a column holds."""
    pandas = need("pandas", "Reading a table")
    if isinstance(series.dtype, pandas.StringDtype):
        return tidy(series)
    if pandas.api.types.is_numeric_dtype(series) and series.dtype != bool:
        series = series.astype("object").map(spell, na_action="ignore")
    return tidy(series.astype("object").map(str, na_action="ignore").astype("str"))


def finite(series: pandas.Series) -> pandas.Series:
    """Give numbers with NaN for what is missing or infinite."""
    pandas = need("pandas", "Reading a table")
    if series.dtype.kind in "iu" and isinstance(series.dtype, np.dtype):
        return series
    values = series.to_numpy("float64", na_value=np.nan)
    return pandas.Series(np.where(np.isfinite(values), values, np.nan), index=series.index)


def numbers_of(series: pandas.Series, column: Column) -> pandas.Series:
    """Read cells as float64 numbers, NaN where missing; see :func:`column_values`."""
    pandas = need("pandas", "Reading a table")
    if pandas.api.types.is_numeric_dtype(series):
        return _without_sentinels(finite(series).astype("float64"), column)
    text = as_text(series)
    text = text.mask(text.isin(column.noise))
    if column.form == BOOLEAN:
        text = _same_words(text.str.lower(), BOOLEAN)
    read = read_numbers(text, "," if column.form == "," else None)
    _refuse(text, read.failed, column, "number")
    if read.unit not in ("", column.unit):
        # A kilogram taken for a gram would be a wrong answer without a word.
        known = f"in {column.unit!r}" if column.unit else "as plain numbers"
        row = int(np.flatnonzero(np.isfinite(read.values))[0])
        raise ValueError(
            f"Column {column.name!r} is in {read.unit!r} (row {_number(text, row)} holds "
            f"{str(text.iloc[row])[:60]!r}), but training read it {known}: convert it first."
        )
    return _without_sentinels(pandas.Series(read.values, index=series.index), column)


def _without_sentinels(values: pandas.Series, column: Column) -> pandas.Series:
    """Take numbers that stand for missing values as such."""
    return values.mask(values.isin(column.sentinels)) if column.sentinels else values


def _same_words(text: pandas.Series, form: str) -> pandas.Series:
    """Write true and false as the column does that is known, "yes/no"."""
    true, false = form.split("/")
    return text.replace(boolean_words((true, false)))


def dates_of(series: pandas.Series, column: Column) -> pandas.Series:
    """Read cells as datetime64, NaT where missing; see :func:`column_values`."""
    text = as_text(series)
    text = text.mask(text.isin(column.noise))
    found = read_dates(text, column.form)
    _refuse(text, (found.isna() & text.notna()).to_numpy(bool), column, "date")
    return found


def _number(text: pandas.Series, place: int) -> int:
    """Give a row's number in its file, from 1: a piece's index counts from the file's first row."""
    label = text.index[place]
    return int(label if isinstance(label, (int, np.integer)) else place) + 1


def _refuse(text: pandas.Series, failed: np.ndarray, column: Column, what: str) -> None:
    if failed.any():
        row = int(np.flatnonzero(failed)[0])
        more = int(failed.sum()) - 1
        others = f" (and {more:,} more rows like it)" if more else ""
        written = f" written as {column.form}" if what == "date" and "%" in column.form else ""
        raise ValueError(
            f"Row {_number(text, row)} of column {column.name!r} holds "
            f"{str(text.iloc[row])[:60]!r}{others}, where a {what}{written} is expected: "
            "correct it, or make the column a category."
        )
