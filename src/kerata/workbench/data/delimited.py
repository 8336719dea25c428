"""Delimited text of any encoding, delimiter and dialect, read in pieces by Arrow."""

from __future__ import annotations

import bisect
import io
import re
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.core.target_names import Wanted
from kerata.workbench.core.wording import counted
from kerata.workbench.data.encodings import Patched, guess_encoding, told_encoding
from kerata.workbench.data.layout import (
    BLANKS,
    DELIMITERS,
    Comments,
    Layout,
    fields_of,
    find_layout,
)
from kerata.workbench.data.opening import open_packed, unpacking
from kerata.workbench.data.sampler import MOST_BYTES, Sampler
from kerata.workbench.data.spilled import collector

_SAMPLE = 1 << 20
_PIECE = 1 << 24
# Seconds; it takes a few thousandths.
_PATIENCE = 2.0
# More broken lines than this share, and the file is taken for something else.
_BROKEN = 0.02


def read_delimited(
    path: Path, target: Wanted | None = None, most_bytes: int | None = MOST_BYTES
) -> tuple[Any, list[str], str | None]:
    """Read a delimited file as text.

    Arguments:
        path: of the file, packed or not.
        target: a column that must be there, if known: it tells the line of names.
        most_bytes: of a larger table a random share of the rows is read; None reads all
            rows, kept on disk.

    Returns:
        An Arrow table of text columns, names as in the file; notes; and what separates
        decimals where the cells leave it open.

    Raises:
        ValueError: no rows, or no table at all.
    """
    arrow = need("pyarrow", f"Reading {path.name}")
    head, encoding, layout = _looked_at(path, target)
    try:
        sampler, short, patched = _attempt(arrow, path, encoding, layout, most_bytes)
    except ValueError as error:
        if layout.quote.encode() not in head:
            raise
        # A quote that opens and never closes: perhaps the file doesn't use them.
        layout = replace(layout, quote="")
        try:
            sampler, short, patched = _attempt(arrow, path, encoding, layout, most_bytes)
        except ValueError:
            raise error from None
        layout.remarks.append("Quotes are taken as text, since they don't come in pairs.")
    rows = sampler.seen
    if not rows:
        raise ValueError(
            f"{path} has a line of names ({', '.join(layout.names[:6])}) but no rows below it."
        )
    table = sampler.table().rename_columns(layout.names)
    notes = [_sentence(layout, encoding, patched.count), *layout.remarks, *short.notes(rows)]
    notes += patched.note()
    # Where a comma separates decimals, a semicolon separates fields.
    decimal = "," if layout.delimiter == ";" else None
    return table, notes + sampler.note(table.num_rows), decimal


def layout_of(path: Path, target: Wanted | None = None) -> Layout:
    """Find out how a file is laid out, from its beginning.

    Arguments:
        path: of the file, packed or not.
        target: a column that must be there, if known: it tells the line of names.

    Raises:
        ValueError: it is empty, damaged, or no table at all.
    """
    return _looked_at(path, target)[2]


def _no_table(head: bytes) -> str:
    """Name what a file's beginning shows to be of another kind."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if start.startswith(b"<?xml"):
        return "XML"
    return "a PDF" if start.startswith(b"%pdf-") else ""


def _looked_at(path: Path, target: Wanted | None) -> tuple[bytes, str, Layout]:
    with unpacking(path), open_packed(path) as file:
        head = file.read(_SAMPLE)
        whole = len(head) < _SAMPLE
    if not head.strip():
        raise ValueError(f"{path} is empty.")
    if found := _no_table(head):
        raise ValueError(
            f"{path} holds {found}, not a table: look into it; what was meant to be downloaded may "
            "have been a page about it."
        )
    encoding = guess_encoding(head, whole=whole)
    layout = _layout(path, head, encoding, whole, target)
    _check_layout(path, head, layout)
    return head, encoding, layout


def _attempt(
    arrow: Any,
    path: Path,
    encoding: str,
    layout: Layout,
    most_bytes: int | None,
    *,
    threads: bool = True,
) -> tuple[Sampler, _Ragged, Patched]:
    """Read all; again on one thread, which knows its line, where short lines must be placed."""
    patched, sampler = Patched(encoding), collector(most_bytes)
    with unpacking(path), open_packed(path) as file:
        stream = partial(_Stream, file, patched, layout)
        ragged = _read(arrow, stream, layout, sampler, path, threads=threads)
    if ragged.line_ends and not layout.escape:
        with unpacking(path), open_packed(path) as file:
            _check_quotes(path, _Stream(file, patched, layout).lines(), layout)
    if threads and ragged.padded:
        return _attempt(arrow, path, encoding, layout, most_bytes, threads=False)
    return sampler, ragged, patched


def _layout(path: Path, head: bytes, encoding: str, whole: bool, target: Wanted | None) -> Layout:
    python = "utf-8" if encoding == "mixed" else encoding
    text = head.decode(python, "replace")
    if not whole:
        # The last line may be cut.
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    tabs = Path(path.name.removesuffix(".gz")).suffix.lower() in (".tsv", ".tab")
    whole = whole and len(text) < 1 << 18
    return find_layout(text[: 1 << 18], target, "\t" if tabs else None, whole=whole)


def _check_layout(path: Path, head: bytes, layout: Layout) -> None:
    control = sum(head[:4096].count(byte) for byte in b"\x01\x02\x03\x04\x05\x06\x0e\x0f\x10")
    if control > 0.01 * len(head[:4096]):
        raise ValueError(f"{path} is no text: it has control bytes, as programs and images have.")
    if not layout.names:
        raise ValueError(f"{path} has no rows.")


def _read(
    arrow: Any,
    open_stream: Callable[[], _Stream],
    layout: Layout,
    sampler: Sampler,
    path: Path,
    *,
    threads: bool,
) -> _Ragged:
    csv_module = need("pyarrow.csv", f"Reading {path.name}")
    ragged = _Ragged(layout)
    # Arrow names no columns twice; the true names come back below.
    numbered = [str(number) for number in range(len(layout.names))]
    options = {
        "read_options": csv_module.ReadOptions(
            block_size=_PIECE, column_names=numbered, use_threads=threads
        ),
        "parse_options": csv_module.ParseOptions(
            delimiter="\t" if layout.delimiter == BLANKS else layout.delimiter,
            quote_char=layout.quote or False,
            escape_char="\\" if layout.escape else False,
            newlines_in_values=True,
            ignore_empty_lines=True,
            invalid_row_handler=ragged.handle,
        ),
        "convert_options": csv_module.ConvertOptions(
            column_types=dict.fromkeys(numbered, arrow.string()), strings_can_be_null=False
        ),
    }
    stream = open_stream()
    lent = weakref.ref(stream)
    try:
        given = arrow.PythonFile(stream, mode="r")
        del stream
        with csv_module.open_csv(given, **options) as reader:
            for batch in reader:
                ragged.line_ends = ragged.line_ends or (layout.quote and _has_line_ends(batch))
                sampler.add(batch if threads else ragged.woven(arrow, batch))
        if not threads:
            sampler.add(ragged.woven(arrow, None))
    except arrow.ArrowInvalid as error:
        message = " ".join(str(error).split())[:200]
        if "Empty CSV" not in message:
            raise ValueError(f"{path} can't be read as a table: {message}.") from error
    finally:
        reader = given = None
        _wait_for_return(lent)
    ragged.check(path, sampler.seen)
    return ragged


def _has_line_ends(batch: Any) -> bool:
    compute = need("pyarrow.compute", "Reading a table")
    return any(compute.any(compute.match_substring(c, "\n")).as_py() for c in batch.columns)


def _check_quotes(path: Path, lines: Iterator[str], layout: Layout) -> None:
    """Refuse a quote that opens a field and is closed by one that opens another, lines below."""
    quote, mark = layout.quote, re.escape(layout.delimiter)
    whole = re.compile(
        rf"(?:^|{mark}) *{quote}(?:[^{quote}]|{quote}{quote})*{quote}(?=\s*$|{mark})"
    )
    opening = re.compile(rf"(?:^|{mark}) *{quote}")
    closing = re.compile(rf"(?<!{quote})(?:{quote}{quote})*{quote}(?!{quote})")
    inside = False
    for number, line in enumerate(lines, 1):
        count = line.count(quote)
        if count % 2 == 0:
            continue
        if not inside:
            rest = line if count == 1 else whole.sub("", line)
            inside = opening.search(rest) is not None
            continue
        found = closing.search(line)
        rest = line[found.end() :] if found else ""
        if rest.strip() and not rest.lstrip(" ").startswith(layout.delimiter):
            raise ValueError(
                f"{path} has a quote {quote} that opens a field and does not close it, in or "
                f"above line {number} of its rows ({line.strip()[:40]!r})."
            )
        inside = False


def _wait_for_return(lent: weakref.ref[_Stream]) -> None:
    """Wait until Arrow's reading thread has let go of our stream.

    A program that ends while the thread still holds it is ended by the C++ library (exit code
    134), since the thread then asks for an interpreter that is gone.
    """
    deadline = time.monotonic() + _PATIENCE
    while lent() is not None and time.monotonic() < deadline:
        time.sleep(0.001)


class _Ragged:
    """Lines with more or fewer fields than the table has columns."""

    def __init__(self, layout: Layout) -> None:
        """Begin with none."""
        self.layout = layout
        self.padded: list[list[str]] = []
        self.skipped: list[str] = []
        # Numbers of all lines that don't fit, and of those that were filled up.
        self._numbers: list[int] = []
        self._short: list[int] = []
        self._done = self._put = 0
        # Whether some field goes over several lines.
        self.line_ends: Any = False

    def handle(self, row: Any) -> str:
        """Keep a short line to fill it up; leave out a long one."""
        mark = "\t" if self.layout.delimiter == BLANKS else self.layout.delimiter
        cells: list[str] = next(
            fields_of(row.text, mark, self.layout.quote, self.layout.escape), []
        )
        width = len(self.layout.names)
        number = row.number or 0
        self._numbers.append(number)
        short = len(cells) < width and (len(cells) > 1 or width <= 2)
        if short or (len(cells) > width and not any(cell.strip() for cell in cells[width:])):
            self.padded.append((cells + [""] * width)[:width])
            self._short.append(number)
        else:
            self.skipped.append(row.text[:60])
        return "skip"

    def check(self, path: Path, rows: int) -> None:
        """Refuse a file of which many lines don't fit."""
        none = not rows and not self.padded
        if len(self.skipped) > (0 if none else max(3, _BROKEN * rows)):
            raise ValueError(
                f"{path} has {len(self.skipped):,} lines that don't fit its "
                f"{len(self.layout.names)} columns, such as {self.skipped[0]!r}: is it a table?"
            )

    def woven(self, arrow: Any, batch: Any) -> Any:
        """Put the lines that were filled up where they stood; None gives those at the end."""
        rows = 0 if batch is None else batch.num_rows
        places = []
        for number in self._short[self._put :]:
            place = number - 1 - bisect.bisect_left(self._numbers, number) - self._done
            if batch is not None and place >= rows:
                break
            places.append(place)
        if batch is not None and not places:
            self._done += rows
            return batch
        lines = self.padded[self._put : self._put + len(places)]
        self._put, self._done = self._put + len(places), self._done + rows
        names = [str(number) for number in range(len(self.layout.names))]
        filled = arrow.table(
            {
                name: arrow.array([line[column] for line in lines], arrow.string())
                for column, name in enumerate(names)
            }
        )
        if batch is None:
            return filled
        order = np.insert(np.arange(rows), places, rows + np.arange(len(places)))
        whole = arrow.concat_tables([arrow.Table.from_batches([batch]), filled])
        return whole.take(arrow.array(order)).combine_chunks().to_batches()[0]

    def notes(self, rows: int) -> list[str]:
        """Say what was done."""
        notes = []
        if self.padded:
            notes.append(
                f"{counted(len(self.padded), 'line')} with fewer fields than the others (or empty "
                f"ones behind) {_were(self.padded)} filled up with missing values."
            )
        if self.skipped:
            notes.append(
                f"{counted(len(self.skipped), 'line')} "
                f"{'does' if len(self.skipped) == 1 else 'do'}n't fit the columns and "
                f"{_were(self.skipped)} left out, such as {self.skipped[0]!r}."
            )
        return notes


def _were(lines: Any) -> str:
    return "was" if len(lines) == 1 else "were"


class _Stream(io.RawIOBase):
    """A file's rows as UTF-8, from below its header on, without comments."""

    def __init__(self, file: Any, patched: Patched, layout: Layout) -> None:
        """Skip what stands above the rows."""
        self._text = io.TextIOWrapper(
            file, encoding=patched.encoding, errors=patched.name, newline=""
        )
        self._layout = layout
        self._comments = Comments(layout.comment) if layout.comment else None
        for _ in range(layout.skip):
            while self._comments and self._comments.has(self._text.readline()):
                pass
            if not self._comments:
                self._text.readline()

    def lines(self) -> Iterator[str]:
        """Give the lines instead."""
        return iter(self._text)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Give some bytes; none at the end."""
        layout = self._layout
        if not (self._comments or layout.loose_quotes or layout.delimiter == BLANKS):
            return self._text.read(size).replace("\x00", "").encode()
        while lines := self._text.readlines(size):
            found = "".join(map(self._plain, lines))
            if found:
                return found.encode()
        return b""

    def _plain(self, line: str) -> str:
        layout = self._layout
        if self._comments and self._comments.has(line):
            return ""
        if layout.delimiter == BLANKS:
            return "\t".join(line.split()) + "\n"
        if layout.loose_quotes:
            mark = re.escape(layout.delimiter)
            return re.sub(rf"({mark}) +{layout.quote}", rf"\1{layout.quote}", line)
        return line


def _sentence(layout: Layout, encoding: str, patched: int) -> str:
    names = {**DELIMITERS, BLANKS: "blanks"}
    message = told_encoding(encoding)
    if patched and encoding == "utf-8":
        message = "UTF-8 or Windows-1252"
    mark = names.get(layout.delimiter, repr(layout.delimiter))
    one = len(layout.names) == 1
    return f"Text in {message}" + (", one column." if one else f", fields separated by {mark}.")
