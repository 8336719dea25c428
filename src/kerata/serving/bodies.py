"""Rows in the body of a request: JSON, CSV, a text, pictures."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from kerata.serving.errors import BadRequest

# Bytes of a body and rows of a request.
MOST_BYTES = 32 << 20
MOST_ROWS = 20_000
# Pixels of a picture: 24 million are what cameras take, a hundred take seconds to read.
MOST_PIXELS = 50_000_000
# Characters of a text or a cell.
LONGEST = 200_000
_SEPARATORS = ",;\t|"
# Longest field of a CSV file; Python's own limit is smaller than texts may be.
_FIELD = 1 << 20


async def body_of(request: Any) -> bytes:
    """Read a body that may not be too large.

    Raises:
        BadRequest: it is (413).
    """
    too_large = BadRequest(
        413,
        f"The body is too large: {MOST_BYTES >> 20} MB are the most; send fewer rows at a time.",
    )
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > MOST_BYTES:
        raise too_large
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BYTES:
            raise too_large
    return bytes(found)


async def rows_of(request: Any) -> list[Any]:
    """Read the rows of a request, by its content type.

    JSON is one row, a list of rows, or ``{"rows": [...]}``; CSV has the columns' names in its
    first line; a text is one row; pictures come as the body or as files of a form.

    Raises:
        BadRequest: what can't be read (400), is too large (413) or of another type (415).
    """
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        rows: list[Any] = await _files(request)
    else:
        body = await body_of(request)
        if kind in ("application/json", "application/x-www-form-urlencoded", ""):
            # The latter is what curl -d says of whatever it sends.
            rows = json_rows(body)
        elif kind in ("text/csv", "application/csv"):
            rows = csv_rows(body)
        elif kind == "text/plain":
            rows = [_decoded(body)]
        elif kind.startswith("image/") or kind == "application/octet-stream":
            rows = [body]
        else:
            raise BadRequest(
                415,
                f"A body of the type {kind!r} can't be read: send application/json, text/csv, "
                "text/plain, image/... or multipart/form-data.",
            )
    if len(rows) > MOST_ROWS:
        raise BadRequest(413, f"The request has {len(rows):,} rows; {MOST_ROWS:,} are the most.")
    return rows


def json_rows(body: bytes) -> list[Any]:
    """Read rows from JSON.

    >>> json_rows(b'{"a": 1}'), json_rows(b'[{"a": 1}, {"a": 2}]'), json_rows(b'{"rows": []}')
    ([{'a': 1}], [{'a': 1}, {'a': 2}], [])

    Raises:
        BadRequest: no JSON.
    """
    try:
        found = json.loads(body, parse_constant=_no_number)
    except RecursionError:
        raise BadRequest(400, "The body is nested too deeply.") from None
    except ValueError as error:
        raise BadRequest(400, f"The body is no JSON: {error}.") from None
    if isinstance(found, dict) and found.keys() == {"rows"} and isinstance(found["rows"], list):
        found = found["rows"]
    return found if isinstance(found, list) else [found]


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON; a missing value is null")


def csv_rows(body: bytes) -> list[dict[str, str]]:
    """Read rows from CSV, by the names in its first line; empty cells are missing.

    Raises:
        BadRequest: lines that don't have as many cells as the first, names twice, no text.
    """
    text = _decoded(body)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    csv.field_size_limit(_FIELD)
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if line
        ]
    except csv.Error as error:
        raise BadRequest(400, f"The body is no CSV: {error}.") from None
    if not lines:
        raise BadRequest(400, "The body is empty: its first line holds the columns' names.")
    names, *rows = lines
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise BadRequest(400, f"The first line has the column {twice[0]!r} twice.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise BadRequest(
                400, f"Row {number} has {len(row)} cells, where the first line has {len(names)}."
            )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(400, f"The body is no text in UTF-8 (byte {error.start}).") from None


async def _files(request: Any) -> list[bytes]:
    """Give the contents of a form's files."""
    # Starlette bounds what a form may hold only by parts; the body is bounded here.
    said = request.headers.get("content-length", "")
    if not said.isdigit() or int(said) > MOST_BYTES:
        raise BadRequest(413, f"A form says its length, at most {MOST_BYTES >> 20} MB.")
    try:
        async with request.form(max_files=1000, max_fields=10) as form:
            return [await part.read() for _, part in form.multi_items() if hasattr(part, "read")]
    except BadRequest:
        raise
    except Exception as error:
        # Starlette and its parser of forms raise several kinds.
        raise BadRequest(
            400, f"The form can't be read: {getattr(error, 'detail', error)}."
        ) from None
