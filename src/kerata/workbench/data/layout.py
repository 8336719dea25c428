"""How a delimited file is laid out: delimiter, quotes, comments, lines to skip, header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from kerata.workbench.core.cell_values import MISSING, MISSING_NUMBER
from kerata.workbench.core.target_names import Wanted, names_all

DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas", "^": "carets"}
BLANKS = " "
_ROWS = 200
# Characters; the csv module's own bound is 131,072.
_LONGEST_FIELD = 1 << 30
_NUMBER = re.compile(r"[+-]?(\d[\d.,' ]*|[.,]\d+)([eE][+-]?\d+)?\s*%?")


@dataclass(frozen=True)
class Layout:
    """What was found.

    Arguments:
        delimiter: between fields; ``' '`` stands for any run of blanks.
        quote: around fields that hold delimiters; empty without.
        escape: whether a backslash stands before quotes inside.
        comment: begins lines to leave out; empty without.
        skip: lines before the first row of data, comments not counted.
        header: whether the columns' names come from the file.
        names: of the columns.
        loose_quotes: whether blanks stand between delimiter and quote.
        remarks: what was skipped, in words.
    """

    delimiter: str
    quote: str
    escape: bool
    comment: str
    skip: int
    header: bool
    names: list[str]
    loose_quotes: bool
    remarks: list[str]


def find_layout(
    sample: str, target: Wanted | None = None, delimiter: str | None = None, *, whole: bool = True
) -> Layout:
    """Find out how a file is laid out from its first lines.

    Arguments:
        sample: whole lines.
        target: columns that must be there, which make the line that has them the header.
        delimiter: if known, as a tab is by the name ``.tsv``.
        whole: whether that is the whole file.

    >>> layout = find_layout("# made by hand\\nname;price\\npear;1,50\\nfig;2,25\\n")
    >>> layout.delimiter, layout.comment, layout.names
    (';', '#', ['name', 'price'])
    """
    remarks: list[str] = []
    skip = 0
    lines = io.StringIO(sample, newline="").readlines()
    if lines and (said := re.fullmatch(r"sep=(.)\s*", lines[0])):
        delimiter, lines, skip = said[1], lines[1:], 1
    comment, lines = _without_comments(lines, delimiter)
    if comment:
        remarks.append(f"Lines that begin with {comment} are comments and were left out.")
    text = "".join(lines)
    quote = _quote(text, delimiter)
    delimiter = delimiter or _delimiter(text, quote)
    escape = f"\\{quote}" in text
    loose = bool(re.search(rf"(?:{re.escape(delimiter)}) +{quote}(?!{quote})", text))
    if _unpaired(text, delimiter, quote, escape, whole):
        remarks.append("Quotes are taken as text, since they don't come in pairs.")
        quote = ""
    rows, ends = _rows(text, delimiter, quote, escape, loose)
    width = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 1
    first = _first_row(rows, width, target)
    if first:
        remarks.append(f"Lines above the table that were left out: {first}.")
    header = _has_header(rows[first:], target)
    names = [name.strip().strip("\ufeff") for name in rows[first]] if rows else []
    if not header:
        names = [f"column_{number}" for number in range(1, len(names) + 1)]
        remarks.append("There is no line of names: columns are called column_1, column_2, ...")
    if len(names) < width and all(len(row) == width for row in rows[first + 1 :]):
        names = _names_for(rows[first + 1 :], names, width)
    if header and _is_units(rows[first + 1 : first + 2], rows[first + 2 :]):
        first += 1
        remarks.append(f"The line below the names was left out: {', '.join(rows[first])[:60]}.")
    skip += ends[first] if header else ends[first - 1] if first else 0
    return Layout(delimiter, quote, escape, comment, skip, header, names, loose, remarks)


def fields_of(
    text: str,
    delimiter: str,
    quote: str,
    escape: bool,
    *,
    loose: bool = False,
    strict: bool = False,
) -> Any:
    """Give Python's reader of delimited lines, for fields of any length.

    >>> list(fields_of("a;'b;c'\\n", ";", "'", False))
    [['a', 'b;c']]
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar="\\" if escape else None,
        skipinitialspace=loose,
        strict=strict,
    )


class Comments:
    """Tells lines of comment from lines inside of quotes that begin alike.

    >>> comments = Comments("#")
    >>> [comments.has(line) for line in ("# one", '1,"a', "# two", 'b"', "# three")]
    [True, False, False, False, True]
    """

    def __init__(self, sign: str) -> None:
        """Begin outside of quotes."""
        self.sign = sign
        self.inside = False

    def has(self, line: str) -> bool:
        """Say whether the next line is a comment."""
        if line.startswith(self.sign) and not self.inside:
            return True
        self.inside ^= line.count('"') % 2 == 1
        return False


def _without_comments(lines: list[str], delimiter: str | None) -> tuple[str, list[str]]:
    for sign in ("#", "%", "//"):
        comments = Comments(sign)
        found = [comments.has(line) for line in lines]
        if not any(found) or all(found):
            continue
        rest = [line for line, comment in zip(lines, found, strict=True) if not comment]
        if found[0] and sum(found) == 1 and _is_header(lines[0][len(sign) :], rest, delimiter):
            # "# a b c" above "1 2 3", as NumPy and other programs write names.
            return "", [lines[0].removeprefix(sign).lstrip(), *rest]
        if found[0] or sum(found) > 1 or len(rest) < len(lines):
            return sign, rest
    return "", lines


def _is_header(line: str, rest: list[str], delimiter: str | None) -> bool:
    body = "".join(rest)
    mark = delimiter or _delimiter(body, '"')
    [names], _ = _rows(line.strip(), mark, '"', False, False)
    rows, _ = _rows(body, mark, '"', False, False)
    return len(names) > 1 and bool(rows) and len(names) == len(rows[0])


def _quote(text: str, delimiter: str | None) -> str:
    """Find the sign around fields: the single one only where each that opens a field closes one."""
    marks = re.escape(delimiter) if delimiter and delimiter != BLANKS else ",;\\t|"
    single = len(re.findall(rf"(?:^|[{marks}])\s*'[^'\n]*'(?=\s*(?:[{marks}]|$))", text, re.M))
    if single <= 3 or single <= text.count('"'):
        return '"'
    opens, closes = re.compile(rf"(?:^|[{marks}])\s*'"), re.compile(rf"'\s*(?=[{marks}]|$)")
    for line in text.splitlines():
        if "'" in line and len(opens.findall(line)) != len(closes.findall(line)):
            return '"'
    return "'"


def _delimiter(text: str, quote: str) -> str:
    best, most = "", (0.0, 0.0)
    for place, mark in enumerate(DELIMITERS):
        rows, _ = _rows(text, mark, quote, False, False)
        widths = Counter(len(row) for row in rows)
        if not widths or widths.most_common(1)[0][0] < 2:
            continue
        width, count = widths.most_common(1)[0]
        fits = count / len(rows)
        # Decimal commas come as regularly as delimiters, but not in the line of names.
        fits -= 0.2 * (len(rows[0]) != width and len(rows) < 20)
        if (round(fits, 2), -place / 100) > most:
            best, most = mark, (round(fits, 2), -place / 100)
    if most[0] >= 0.5:
        return best
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len({len(line) for line in lines}) == 1 and len(lines[0]) > 1:
        columns = zip(*lines[1:], strict=True)
        # One column of numbers at least: words alone would be text.
        if any(all(map(_NUMBER.fullmatch, column)) for column in columns):
            return BLANKS
    if not best or not most[0] or len(_rows(text, best, quote, False, False)[0][0]) == 1:
        # One column of text, which may hold commas.
        return next((mark for mark in "\t|^;" if mark not in text), ",")
    return best


def _unpaired(text: str, delimiter: str, quote: str, escape: bool, whole: bool) -> bool:
    """Say whether quotes open fields but close elsewhere, lines further down."""
    if delimiter == BLANKS or quote not in text:
        return False
    rows, _ = _rows(text, delimiter, quote, escape, False)
    if not any("\n" in cell for row in rows for cell in row):
        return False
    strict = fields_of(text, delimiter, quote, escape, strict=True)
    try:
        for _ in zip(range(_ROWS), strict, strict=False):
            pass
    except csv.Error as error:
        # A sample may end inside of quotes.
        return whole or "end of data" not in str(error)
    return False


def _rows(
    text: str, delimiter: str, quote: str, escape: bool, loose: bool
) -> tuple[list[list[str]], list[int]]:
    """Give the first rows, and behind which line each ends."""
    if delimiter == BLANKS:
        lines = text.splitlines()[:_ROWS]
        kept = [(line.split(), number) for number, line in enumerate(lines, 1) if line.strip()]
        return [row for row, _ in kept], [number for _, number in kept]
    reader = fields_of(text, delimiter, quote, escape, loose=loose)
    rows: list[list[str]] = []
    ends: list[int] = []
    for row in reader:
        if row:
            rows.append(row)
            ends.append(reader.line_num)
        if len(rows) >= _ROWS:
            break
    return rows, ends


def _first_row(rows: list[list[str]], width: int, target: Wanted | None) -> int:
    """Find the line the table begins with, below a title or the like."""
    if target is not None:
        for number, row in enumerate(rows[:20]):
            if names_all(target, [cell.strip() for cell in row]):
                return number
    for number, row in enumerate(rows[:20]):
        filled = sum(bool(cell.strip()) for cell in row)
        if width == 1 or (len(row) >= width - 1 and filled > 1) or filled == width:
            return number
    return 0


def _has_header(rows: list[list[str]], target: Wanted | None) -> bool:
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    if target is not None and names_all(target, first):
        return True
    body = rows[1:]
    if not body:
        return not any(_NUMBER.fullmatch(cell) for cell in first)
    numeric = [bool(_NUMBER.fullmatch(cell)) for cell in first]
    if any(numeric):
        # Years as names stand above numbers that are no years.
        return all(
            not flag or (cell.isdigit() and len(cell) == 4 and not _years_below(body, place))
            for place, (cell, flag) in enumerate(zip(first, numeric, strict=True))
        )
    if any(cell.casefold() in MISSING and cell for cell in first):
        return False
    columns = [[row[i].strip() for row in body if len(row) > i] for i in range(len(first))]
    if any(_mostly_numbers(column) for column in columns):
        return True
    again = sum(cell in column for cell, column in zip(first, columns, strict=True) if cell)
    return 2 * again < len(first)


def _is_units(line: list[list[str]], body: list[list[str]]) -> bool:
    """Say whether a line holds words above all columns of numbers, as units stand there."""
    if not line or len(body) < 3:
        return False
    columns = [[row[i].strip() for row in body if len(row) > i] for i in range(len(line[0]))]
    above = [cell for cell, column in zip(line[0], columns, strict=True) if _mostly_numbers(column)]
    return len(above) > 1 and all(
        cell.strip().casefold() not in MISSING_NUMBER and not re.search(r"\d", cell)
        for cell in above
    )


def _years_below(body: list[list[str]], place: int) -> bool:
    cells = [row[place].strip() for row in body if len(row) > place]
    return sum(cell.isdigit() and len(cell) == 4 for cell in cells) > 0.5 * len(cells)


def _mostly_numbers(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.casefold() not in MISSING]
    return bool(filled) and sum(bool(_NUMBER.fullmatch(c)) for c in filled) > 0.8 * len(filled)


def _names_for(rows: list[list[str]], names: list[str], width: int) -> list[str]:
    """Name columns where rows have more fields than the line of names."""
    missing = width - len(names)
    if all(not any(row[-missing:]) for row in rows):
        # A delimiter at the end of each line.
        return names + [""] * missing
    # R leaves out the name above the numbers of the rows.
    return [""] * missing + names
