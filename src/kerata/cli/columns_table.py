"""What is made of each column, in as few lines and as narrow as the terminal wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kerata.base.messages import printable

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.workbench.core.column import Column

# Fewer alike columns are no reason to leave out their names.
ALIKE = 6
# With more lines, columns whose names have nothing in common share one as well.
MOST_LINES = 40
# Widest that a name gets where lines can be as long as they like.
LONGEST_NAME = 40
# Narrower, examples say nothing.
LEAST_EXAMPLES = 16
TITLES = ("column", "is", "missing", "because", "for example")
_NUMBERED = re.compile(r"(.*?)\d+(\D*)", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One line of the table: a column, or several that are alike."""

    name: str
    kind: str
    missing: str
    why: str
    examples: str
    style: str


def print_columns(console: Console, columns: list[Column]) -> None:
    """Print what is made of each column: the target and unusual ones first.

    Into a file or a pipe each line is as long as it must be; on a terminal reasons go over
    several lines, and examples are left out where there is no room for them.
    """
    from rich.table import Table
    from rich.text import Text

    lines = lines_of(columns)
    room = console.width if console.is_terminal else 0
    longest = min(LONGEST_NAME, max(12, room // 4)) if room else LONGEST_NAME
    cells = [
        [shortened(line.name, longest), line.kind, line.missing, line.why, line.examples]
        for line in lines
    ]
    if not any(line.missing for line in lines):
        cells = [[*row[:2], *row[3:]] for row in cells]
    titles = list(TITLES if len(cells[0]) == len(TITLES) else (*TITLES[:2], *TITLES[3:]))
    widths = [max(len(row[place]) for row in [titles, *cells]) for place in range(len(titles))]
    if room:
        # Examples take what the reasons leave.
        left = room - sum(widths[:-1]) - 2 * (len(widths) - 1)
        if left < min(LEAST_EXAMPLES, widths[-1]):
            titles, cells, widths = titles[:-1], [row[:-1] for row in cells], widths[:-1]
        else:
            widths[-1] = min(widths[-1], left)
    total = sum(widths) + 2 * (len(widths) - 1)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title, width in zip(titles, widths, strict=True):
        free = title == "because"
        table.add_column(
            title,
            justify="right" if title == "missing" else "left",
            no_wrap=not free,
            overflow="fold" if free else "ellipsis",
            max_width=None if free else width,
        )
    for row, line in zip(cells, lines, strict=True):
        table.add_row(*(Text(cell, style=line.style) for cell in row))
    console.print(table, width=min(room, total) if room else total, crop=False)


def lines_of(columns: list[Column]) -> list[Line]:
    """Give a line for each column, or for several that are alike; unusual ones first."""
    ordered = sorted(columns, key=_rank)
    groups = _grouped(ordered, _numbered_alike)
    if len(groups) > MOST_LINES:
        groups = _grouped(ordered, _said_alike)
    if len(groups) > MOST_LINES:
        groups = _grouped(ordered, _alike)
    return [_line(group) for group in groups]


def shortened(name: str, most: int) -> str:
    """Leave out the middle of a long name, so that names that differ at one end still do.

    >>> shortened("very_long_column_name", 14)
    'very_lo...name'
    """
    name = printable(name).replace("\n", " ").replace("\t", " ")
    if len(name) <= most:
        return name
    kept = most - 3
    tail = kept * 2 // 5
    return f"{name[: kept - tail].rstrip()}...{name[len(name) - tail :].lstrip()}"


def _rank(column: Column) -> int:
    """Order columns: the target, leaks, what is not used, what was read in a special way."""
    if column.kind == "target":
        return 0
    if column.kind == "leak":
        return 1
    if not column.used:
        return 2
    special = (
        column.noise
        or column.sentinels
        or column.kind in ("date", "text")
        or column.why == "as you asked"
    )
    return 3 if special else 4


def _grouped(columns: list[Column], key: Any) -> list[list[Column]]:
    groups: list[list[Column]] = []
    for _, found in groupby(columns, key):
        some = list(found)
        groups += [some] if len(some) >= ALIKE else [[column] for column in some]
    return groups


def _alike(column: Column) -> tuple[Any, ...]:
    if _rank(column) in (0, 1, 3):
        return (column.name,)
    return column.kind, column.used


def _said_alike(column: Column) -> tuple[Any, ...]:
    return *_alike(column), column.why


def _numbered_alike(column: Column) -> tuple[Any, ...]:
    name = _NUMBERED.fullmatch(column.name)
    return *_alike(column), name.groups() if name else column.name


def _line(columns: list[Column]) -> Line:
    first, last = columns[0], columns[-1]
    used = first.used or first.kind == "target"
    style = "bold" if first.kind == "target" else "" if used else "dim"
    kind = first.kind if used else f"{first.kind} (unused)"
    lost = sum(column.missing for column in columns)
    missing = f"{lost:,}" if lost else ""
    if len(columns) == 1:
        return Line(first.name, kind, missing, first.why, ", ".join(first.examples), style)
    name = f"{shortened(first.name, 16)} ... {shortened(last.name, 16)}"
    why = f"{len(columns):,} {_several(first.kind)}"
    reasons = list(dict.fromkeys(column.why for column in columns))
    if not used or len(reasons) == 1:
        why += f": {reasons[0]}" + (", ..." if len(reasons) > 1 else "")
    return Line(name, kind, missing, why, "", style)


def _several(kind: str) -> str:
    plural = {"category": "categories", "nearly empty": "nearly empty ones"}
    return plural.get(kind, f"{kind}s")
