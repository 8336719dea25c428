"""Tables in files that know their columns: Parquet, Feather, Excel, JSON Lines, SQLite."""

from __future__ import annotations

import contextlib
import io
import json
import math
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from kerata.base.messages import did_you_mean
from kerata.utils.files import failed_outside
from kerata.workbench.core.extras import need
from kerata.workbench.data.encodings import Patched, guess_encoding, told_encoding
from kerata.workbench.data.frames import table_of_rows
from kerata.workbench.data.opening import open_packed, unpacking
from kerata.workbench.data.sampler import MOST_BYTES, Sampler

_ROWS = 50_000
# A workbook's entries unpacked: in any case, and for each byte of the file.
_WORKBOOK_ALLOWED, _WORKBOOK_EXPANSION = 1 << 26, 100
# Bytes of one cell of a database.
_LARGEST_CELL = 1 << 26
# Rows of a view: in any case, and for each byte of the file; a view may have no end.
_ROWS_ALLOWED, _ROWS_PER_BYTE = 1_000_000, 100
# Seconds for which a database may search without giving a row, and its steps between two looks.
_PATIENCE, _STEPS = 60.0, 100_000


def read_parquet(path: Path, most_bytes: int = MOST_BYTES) -> tuple[Any, list[str]]:
    """Read a Parquet file in pieces.

    Raises:
        ValueError: it is damaged.
    """
    parquet = need("pyarrow.parquet", f"Reading {path.name}")
    sampler = Sampler(most_bytes)
    with _reading(path, "Parquet"), parquet.ParquetFile(path) as file:
        empty = file.schema_arrow.empty_table()
        for batch in file.iter_batches(_ROWS):
            batch.validate(full=True)
            sampler.add(batch)
    return _sampled(path, sampler, empty.column_names)


def read_feather(path: Path, most_bytes: int = MOST_BYTES) -> tuple[Any, list[str]]:
    """Read a Feather or Arrow file in pieces.

    Raises:
        ValueError: it is damaged.
    """
    arrow = need("pyarrow", f"Reading {path.name}")
    sampler = Sampler(most_bytes)
    with _reading(path, "Feather"), arrow.memory_map(str(path)) as file:
        reader = arrow.ipc.open_file(file)
        names = reader.schema.names
        for number in range(reader.num_record_batches):
            piece = reader.get_batch(number)
            # Offsets of a damaged file lead to foreign memory.
            piece.validate(full=True)
            sampler.add(piece)
    return _sampled(path, sampler, names)


def read_excel(path: Path, sheet: str | None = None) -> tuple[Any, list[str]]:
    """Read one sheet of a workbook; the first filled row names the columns.

    Arguments:
        path: an ``.xlsx`` file.
        sheet: its name; the first by default.

    Raises:
        ValueError: it is damaged, in the old format, has no such sheet or no rows.
    """
    if path.suffix.lower() == ".xls":
        raise ValueError(f"{path} is in Excel's format of before 2007: save it as .xlsx.")
    openpyxl = need("openpyxl", f"Reading {path.name}")
    # Given open, since the name may end in anything.
    with _reading(path, "an Excel workbook"), open(path, "rb") as file:
        _check_expansion(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = [page.title for page in book.worksheets]
        found = sheet is None or sheet in sheets
        chosen, rows = sheet, []
        for name in [name for name in sheets if sheet in (None, name)]:
            rows = [list(row) for row in book[name].iter_rows(values_only=True)]
            chosen = name
            if any(cell not in (None, "") for row in rows for cell in row):
                break
        book.close()
    if not found:
        raise ValueError(f"{path} has no sheet {sheet!r}. {did_you_mean(sheet, sheets)}")
    rows = [row for row in rows if any(cell not in (None, "") for cell in row)]
    notes = [f"Sheet {chosen!r} of {path.name}."] if sheet or len(sheets) > 1 else []
    if sheet is None and len(sheets) > 1:
        others = ", ".join(repr(name) for name in sheets[:6] if name != chosen)
        notes.append(f"Other sheets were not read: {others}; name one with table=.")
    width = max((sum(cell is not None for cell in row) for row in rows[:50]), default=0)
    # A title above the table fills a cell or two.
    while len(rows) > 1 and sum(cell is not None for cell in rows[0]) < min(2, width):
        notes.append(f"{str(next(c for c in rows[0] if c is not None))!r} above it was left out.")
        rows = rows[1:]
    if not rows:
        raise ValueError(f"{path} is empty: sheet {chosen!r} has no cells.")
    return _with_names(path, rows, notes)


def _check_expansion(file: IO[bytes]) -> None:
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    if total > _WORKBOOK_ALLOWED + _WORKBOOK_EXPANSION * size:
        raise ValueError(f"it claims {total:,} bytes unpacked, far more than its {size:,}")
    file.seek(0)


def read_sqlite(
    path: Path, table: str | None = None, most_bytes: int = MOST_BYTES
) -> tuple[Any, list[str]]:
    """Read a table or a query of an SQLite database, which is opened for reading only.

    Arguments:
        path: the database.
        table: name of a table or view, or a query that begins with SELECT or WITH; may be
            left out if there is one table only.
        most_bytes: of a larger result a random share of the rows is read.

    Raises:
        ValueError: it is damaged, has no such table, or the query is wrong.
    """
    uri = path.resolve().as_uri() + "?mode=ro"
    # Whoever writes a query knows what it costs; a view may be a stranger's.
    own = table is not None and _is_query(table)
    most_rows = math.inf if own else _ROWS_ALLOWED + _ROWS_PER_BYTE * path.stat().st_size
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
        waits = _guard(database, math.inf if own else _PATIENCE)
        try:
            query = _query(path, database, table)
            cursor = database.execute(query)
            names = [description[0] for description in cursor.description or ()]
            sampler = Sampler(most_bytes)
            while rows := list(islice(_waited(cursor, waits), _ROWS)):
                sampler.add(_numbered(rows, len(names)))
                if sampler.seen > most_rows:
                    raise ValueError(
                        f"{path} gives more than {most_rows:,} rows, far more than its file holds: "
                        "name a query with a LIMIT."
                    )
        except (sqlite3.DatabaseError, OverflowError) as error:
            message = f"the query {table!r}" if own else "it"
            reason = str(error)
            if reason == "interrupted":
                reason = f"it gave no row for {_PATIENCE:.0f} seconds, so write the query yourself"
            raise ValueError(f"{path}: {message} can't be read: {reason}.") from error
    if not sampler.seen:
        raise ValueError(f"{path}: {table or 'its table'} has no rows.")
    result = sampler.table().rename_columns(names)
    return result, sampler.note(result.num_rows)


def _guard(database: sqlite3.Connection, patience: float) -> list[float]:
    """Bound what a database of unknown origin can cost; give when it last gave a row."""
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_CELL)
    # Functions that do more than compute are not for views.
    database.execute("PRAGMA trusted_schema = OFF")
    waits = [time.monotonic()]
    database.set_progress_handler(lambda: time.monotonic() - waits[0] > patience, _STEPS)
    return waits


def _waited(rows: Iterator[Any], waits: list[float]) -> Iterator[Any]:
    kept = 0
    for row in rows:
        waits[0] = time.monotonic()
        yield row
        # A piece of rows with long cells is a short one.
        kept += sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))
        if kept > _LARGEST_CELL:
            return


def read_json(path: Path, most_bytes: int = MOST_BYTES) -> tuple[Any, list[str]]:
    """Read JSON Lines, or one JSON array of objects; objects inside become ``a.b`` columns.

    Raises:
        ValueError: a line is no JSON object; its number is named.
    """
    sampler = Sampler(most_bytes)
    with unpacking(path), open_packed(path) as file:
        encoding = guess_encoding(file.read(1 << 16), whole=False)
    patched = Patched(encoding)
    with unpacking(path), open_packed(path) as raw:
        text = io.TextIOWrapper(raw, encoding=patched.encoding, errors=patched.name)
        rows = _json_rows(path, text)
        while piece := list(islice(rows, _ROWS)):
            sampler.add(table_of_rows(piece))
    if not sampler.seen:
        raise ValueError(f"{path} has no rows.")
    table = sampler.table()
    message = told_encoding(encoding)
    notes = [] if message == "UTF-8" else [f"Text in {message}."]
    return table, notes + patched.note() + sampler.note(table.num_rows)


def _json_rows(path: Path, file: Any) -> Iterator[dict[str, Any]]:
    first = file.read(1)
    while first.isspace():
        first = file.read(1)
    if first == "[":
        yield from _json_array(path, first + file.read())
        return
    only: dict[str, Any] | None = None
    for number, line in enumerate(file, 1):
        line = first + line
        first = ""
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                if number == 1 and line.strip() == "{":
                    yield from _json_array(path, line + file.read())
                    return
                raise ValueError(f"{path}, line {number} is no JSON: {error}.") from None
            if only is not None:
                yield _flat(path, only, "line 1")
                only = None
            if number == 1 and isinstance(row, dict):
                only = row
            else:
                yield _flat(path, row, f"line {number}")
    if only is not None:
        # One object in one line may be a whole table.
        for number, row in enumerate(_rows_of(only), 1):
            yield _flat(path, row, f"element {number}")


def _json_array(path: Path, text: str) -> Iterator[dict[str, Any]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON: {error}.") from None
    if isinstance(data, dict):
        data = _rows_of(data)
    for number, row in enumerate(data, 1):
        yield _flat(path, row, f"element {number}")


def _rows_of(data: dict[str, Any]) -> list[Any]:
    """Find the rows in an object that holds a table, as pandas and others write it."""
    values = list(data.values())
    if isinstance(data.get("columns"), list) and isinstance(data.get("data"), list):
        return [dict(zip(data["columns"], row, strict=False)) for row in data["data"]]
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) == 1 and all(isinstance(row, dict) for row in lists[0]):
        return lists[0]
    if len(lists) == len(values) > 1 and len({len(value) for value in lists}) == 1:
        return [dict(zip(data, row, strict=True)) for row in zip(*lists, strict=True)]
    if values and all(isinstance(value, dict) for value in values):
        if all(list(value) == list(values[0]) and _numbered_keys(value) for value in values):
            return [{name: value[key] for name, value in data.items()} for key in values[0]]
        if _numbered_keys(data):
            return values
    return [data]


def _numbered_keys(data: dict[str, Any]) -> bool:
    return bool(data) and all(key.isdecimal() for key in data)


def _flat(path: Path, row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ValueError(
            f"{path}, {where} is {str(row)[:40]!r}, where an object such as "
            '{"age": 31, "city": "Bern"} is expected.'
        )
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            inner = _flat(path, value, where)
            flat |= {f"{name}.{key}": item for key, item in inner.items()}
        else:
            flat[name] = value
    return flat


def _is_query(table: str) -> bool:
    return table.lstrip().split(None, 1)[0].lower() in ("select", "with") and " " in table.strip()


def _query(path: Path, database: sqlite3.Connection, table: str | None) -> str:
    if table is not None and _is_query(table):
        return table
    known = [
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    if not known:
        raise ValueError(f"{path} is a database without tables.")
    if table is None and len(known) > 1:
        raise ValueError(
            f"{path} has {len(known)} tables: {', '.join(known[:12])}. Name one, or a query."
        )
    if table is not None and table not in known:
        raise ValueError(f"{path} has no table {table!r}. {did_you_mean(table, known)}")
    quoted = (table or known[0]).replace('"', '""')
    return f'SELECT * FROM "{quoted}"'


def _with_names(path: Path, rows: list[list[Any]], notes: list[str]) -> tuple[Any, list[str]]:
    names = ["" if cell is None else str(cell) for cell in rows[0]]
    if len(rows) == 1:
        raise ValueError(
            f"{path} has a line of names ({', '.join(names[:6])}) but no rows below it."
        )
    return _numbered(rows[1:], len(names)).rename_columns(names), notes


def _numbered(rows: Any, width: int) -> Any:
    """Make a table with numbers for names, since true ones may come twice."""
    return table_of_rows(
        {str(place): row[place] if place < len(row) else None for place in range(width)}
        for row in rows
    )


def _sampled(path: Path, sampler: Sampler, names: list[str]) -> tuple[Any, list[str]]:
    if not sampler.seen:
        raise ValueError(f"{path} has columns ({', '.join(names[:6])}) but no rows.")
    table = sampler.table()
    return table, sampler.note(table.num_rows)


@contextlib.contextmanager
def _reading(path: Path, what: str) -> Iterator[None]:
    """Turn what a damaged file raises into one sentence that names it."""
    try:
        yield
    except ImportError:
        raise
    except Exception as error:
        if failed_outside(error):
            raise
        message = " ".join(str(error).split())[:200]
        raise ValueError(f"{path} is damaged, cut short or not {what} ({message}).") from error
