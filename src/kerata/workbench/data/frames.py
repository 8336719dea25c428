"""Any table as a clean pandas one: numbers as numbers, all else as text, missing as NaN."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core.cell_values import CODE, MISSING, Numbers, is_code, is_long, read_numbers
from kerata.workbench.core.extras import need
from kerata.workbench.core.target_names import Target, Wanted, each_target, named_targets
from kerata.workbench.core.task import spell

if TYPE_CHECKING:
    import pandas

_SPELLINGS = sorted({form(m) for m in MISSING for form in (str, str.upper, str.title)})
_MIDNIGHT = r" 00:00:00(\.0+)?$"
_LARGE = 100 << 20
_TOTALS = frozenset(
    (
        *("total", "totals", "grand total", "sum", "average", "mean", "summe", "gesamt"),
        *("gesamtsumme", "insgesamt", "mittelwert", "somme", "suma", "totale", "totaal", "итого"),
    )
)
_GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2}(\.\d{3})?\s*")


def frame_of(table: Any, notes: list[str], decimal: str | None = None) -> pandas.DataFrame:
    """Make a pandas table of an Arrow table.

    Text is freed of outer spaces; spellings of nothing ("n/a", "?") become missing; columns
    that hold nothing but numbers, with units, separators of thousands or decimal commas,
    become numbers; dates stay text.

    Arguments:
        table: of Arrow.
        notes: sentences on what was found are added here.
        decimal: what separates decimals where all cells leave it open.
    """
    pandas = need("pandas", "Reading a table")
    table = _unnested(table)
    columns: list[Any] = []
    missing: Counter[str] = Counter()
    grouped: dict[int, Any] = {}
    for number in range(table.num_columns):
        columns.append(_column(table.column(number), missing))
        if _in_thousands(table.column(number), columns[number]):
            grouped[number] = _text_series(table.column(number))
    if missing:
        shown = ", ".join(f"{name!r} ({count:,})" for name, count in missing.most_common(5))
        notes.append(f"Cells taken as missing: {shown}.")
    names = [str(name).strip() for name in table.column_names]
    reads = _dirty_numbers(columns, decimal, grouped)
    for number, read in reads.items():
        columns[number] = read.values
    notes += _number_notes(names, reads)
    large = table.nbytes > _LARGE
    names = _unique(names, columns, notes)
    data = {
        name: _shrunk(column) if large else column
        for name, column in zip(names, columns, strict=True)
        if name
    }
    return _without_total(pandas.DataFrame(data), notes)


def _without_total(frame: pandas.DataFrame, notes: list[str]) -> pandas.DataFrame:
    """Leave out a last row that sums up the others: "Total" and otherwise numbers or nothing."""
    if len(frame) < 3:
        return frame
    last = frame.iloc[-1]
    words = {name: cell for name, cell in last.items() if isinstance(cell, str)}
    if len(words) != 1:
        return frame
    [(name, word)] = words.items()
    total = word.strip(" :.").casefold() in _TOTALS
    if not total or (frame[name].iloc[:-1] == word).any():
        return frame
    notes.append(f"The last row sums up the others ({word!r} in column {name!r}): left out.")
    return frame.iloc[:-1]


def table_of_rows(rows: Iterable[dict[str, Any]]) -> Any:
    """Make an Arrow table of dictionaries; columns that mix kinds become text."""
    arrow = need("pyarrow", "Reading a table")
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    return arrow.table({name: column_of([row.get(name) for row in rows]) for name in names})


def column_of(cells: list[Any]) -> Any:
    """Make an Arrow column of Python's values: numbers if all are, else text."""
    arrow = need("pyarrow", "Reading a table")
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int, float}:
        big = any(isinstance(cell, int) and abs(cell) > 2**62 for cell in cells)
        if kinds and not big:
            return arrow.array(cells, arrow.int64() if kinds == {int} else arrow.float64())
    return arrow.array([_text(cell) for cell in cells], arrow.string())


def check_target(names: list[str], target: Wanted, where: str) -> Target:
    """Refuse a target that is not among the columns, or is there twice; give its name, or names.

    >>> check_target(["age", "price"], "prise", "houses.csv")
    Traceback (most recent call last):
    ValueError: houses.csv has no column 'prise'. Did you mean 'price'?
    """
    found = named_targets(target, names, where)
    for name in each_target(found):
        if names.count(name) > 1:
            raise ValueError(
                f"{where} has {names.count(name)} columns called {name!r}, the target: "
                "rename all but one."
            )
    return found


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, datetime.timedelta):
        hours, seconds = divmod(abs(cell).total_seconds(), 3600)
        sign = "-" if cell < datetime.timedelta(0) else ""
        return f"{sign}{hours:.0f}:{seconds // 60:02.0f}:{seconds % 60:02.0f}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, (list, tuple)):
        if any(isinstance(item, (list, dict)) for item in cell):
            return json.dumps(cell, ensure_ascii=False, default=str)
        return "|".join(spell(item) for item in cell)
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return spell(cell)


def _unnested(table: Any) -> Any:
    arrow = need("pyarrow", "Reading a table")
    while any(arrow.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table


def _column(column: Any, missing: Counter[str]) -> Any:
    """Give an array of numbers, or text with None."""
    arrow = need("pyarrow", "Reading a table")
    compute = need("pyarrow.compute", "Reading a table")
    types, kind = arrow.types, column.type
    if types.is_dictionary(kind):
        return _column(column.cast(kind.value_type), missing)
    if types.is_null(kind):
        return np.full(len(column), np.nan)
    if types.is_decimal(kind) or types.is_float16(kind):
        column, kind = column.cast(arrow.float64()), arrow.float64()
    if types.is_integer(kind) or types.is_floating(kind):
        return _amounts(column)
    text = types.is_string(kind) or types.is_large_string(kind)
    if types.is_date(kind) or (types.is_timestamp(kind) and kind.tz is None):
        column = compute.replace_substring_regex(column.cast(arrow.string()), _MIDNIGHT, "")
        text = True
    if not text and not types.is_string_view(kind):
        column = arrow.array([_text(cell) for cell in column.to_pylist()], arrow.string())
    column = compute.utf8_trim_whitespace(column.cast(arrow.large_string()))
    nothing = compute.is_in(column, value_set=arrow.array(_SPELLINGS, arrow.large_string()))
    if compute.any(nothing).as_py():
        for found in compute.value_counts(column.filter(nothing)).to_pylist():
            if found["values"]:
                missing[found["values"]] += found["counts"]
        column = compute.if_else(nothing, None, column)
    numbers = _plain_numbers(column, arrow, compute)
    return _text_series(column) if numbers is None else numbers


def _plain_numbers(column: Any, arrow: Any, compute: Any) -> np.ndarray | None:
    """Give numbers if all are written as programs write them, and no codes such as 0451."""
    if column.null_count == len(column):
        return np.full(len(column), np.nan)
    try:
        whole = column.cast(arrow.int64())
    except arrow.ArrowInvalid:
        try:
            numbers = _amounts(column.cast(arrow.float64()))
        except arrow.ArrowInvalid:
            return None
        # Digits that a float can't hold are an account number, not an amount.
        return None if is_long(numbers) else numbers
    code = compute.match_substring_regex(column, CODE)
    return None if compute.any(code).as_py() else _amounts(whole)


def _amounts(column: Any) -> np.ndarray:
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind in "iu":
        return values
    values = values.astype("float64")
    return np.where(np.isfinite(values), values, np.nan)


def _text_series(column: Any) -> Any:
    pandas = need("pandas", "Reading a table")
    return pandas.Series(column.to_pandas(), dtype="str")


def _in_thousands(column: Any, read: Any) -> bool:
    """Say whether all points could stand between thousands, 1.234, instead of decimals."""
    arrow = need("pyarrow", "Reading a table")
    if not isinstance(read, np.ndarray) or read.dtype.kind != "f":
        return False
    if not arrow.types.is_string(column.type):
        return False
    # Most columns show at once that they are not so.
    head = column.slice(0, 200).to_pylist()
    if not all(map(_may_be_grouped, head)):
        return False
    cells = column.to_pylist()
    return any("." in cell for cell in cells if cell) and all(map(_may_be_grouped, cells))


def _may_be_grouped(cell: str | None) -> bool:
    return cell is None or _GROUPED.fullmatch(cell) is not None or not any(map(str.isdigit, cell))


def _dirty_numbers(
    columns: list[Any], decimal: str | None, grouped: dict[int, Any]
) -> dict[int, Numbers]:
    """Read columns of text that are numbers throughout; one decimal comma speaks for all."""
    reads: dict[int, Numbers] = {}
    texts = {i: c for i, c in enumerate(columns) if not isinstance(c, np.ndarray)}
    for number, column in texts.items():
        read = read_numbers(column)
        if read.enough and not read.failed.any() and not is_code(column):
            reads[number] = read
    if any(read.decimal == "," for read in reads.values()):
        decimal = ","
    elif any(_has_decimals(column) for column in columns):
        decimal = None
    if decimal == ",":
        again = {number: texts[number] for number, read in reads.items() if read.decimal != ","}
        if any(read.decimal == "," for read in reads.values()):
            again |= grouped
        reads |= {number: read_numbers(column, ",") for number, column in again.items()}
    return reads


def _has_decimals(column: Any) -> bool:
    if not isinstance(column, np.ndarray) or column.dtype.kind != "f":
        return False
    return bool(np.any(column[np.isfinite(column)] % 1 != 0))


def _number_notes(names: list[str], reads: dict[int, Numbers]) -> list[str]:
    notes = []
    commas = [names[number] for number, read in reads.items() if read.decimal == ","]
    if commas:
        notes.append(f"Numbers with decimal commas: {_listing(commas)}.")
    units = [f"{names[number]} ({read.unit})" for number, read in reads.items() if read.unit]
    if units:
        notes.append(f"Numbers with a unit: {_listing(units)}.")
    return notes


def _listing(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _unique(names: list[str], columns: list[Any], notes: list[str]) -> list[str]:
    """Give each column a name of its own; an empty one for what is left out."""
    unique: list[str] = []
    taken: dict[str, int] = {}
    for number, name in enumerate(names):
        if not name:
            if _is_empty(columns[number]):
                unique.append("")
                continue
            name = f"column_{number + 1}"
        if name in taken:
            if _equal(columns[taken[name]], columns[number]):
                notes.append(f"Column {name!r} is there twice with the same values: read once.")
                unique.append("")
                continue
            copy = 2
            while f"{name}_{copy}" in names or f"{name}_{copy}" in taken:
                copy += 1
            notes.append(f"Column {name!r} is there twice: the later is called {name}_{copy}.")
            name = f"{name}_{copy}"
        taken[name] = number
        unique.append(name)
    return unique


def _is_empty(column: Any) -> bool:
    if isinstance(column, np.ndarray):
        return column.dtype.kind == "f" and bool(np.isnan(column).all())
    return bool(column.isna().all())


def _equal(first: Any, second: Any) -> bool:
    if isinstance(first, np.ndarray) != isinstance(second, np.ndarray):
        return False
    if isinstance(first, np.ndarray):
        return bool(np.array_equal(first, second, equal_nan=first.dtype.kind == "f"))
    return bool(first.equals(second))


def _shrunk(column: Any) -> Any:
    """Take half the memory where no digit is lost that a network would see."""
    if not isinstance(column, np.ndarray) or not len(column):
        return column
    bound = 2**31 - 1 if column.dtype.kind in "iu" else 2**24
    low, high = np.nanmin(column), np.nanmax(column)
    if not (-bound <= low and high <= bound):
        return column
    return column.astype("int32" if column.dtype.kind in "iu" else "float32")
