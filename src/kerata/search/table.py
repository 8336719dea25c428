"""The table of a search's candidates."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.utils.html import note, plain_table

if TYPE_CHECKING:
    from rich.table import Table


# Rows of a notebook's table.
MOST_ROWS = 100


@dataclass(frozen=True)
class Row:
    """A candidate as a table shows it.

    Arguments:
        values: its searched values by name.
        score, spread: mean and standard deviation over the splits; NaN without a score.
        note: a word in the last column.
        best: whether it is the best.
    """

    values: Mapping[str, Any]
    score: float
    spread: float
    note: str
    best: bool = False


def candidates_table(rows: Sequence[Row], names: Iterable[str], metric: str) -> Table:
    """Make a table of candidates.

    Arguments:
        rows: in the order in which they are shown.
        names: of the searched values, a column each.
        metric: by which they were ranked.
    """
    from rich.table import Table
    from rich.text import Text

    names = list(names)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in (*names, metric.removeprefix("val_"), "±", ""):
        table.add_column(name, justify="left" if name == "" else "right")
    for row in rows:
        # As it is: an error may hold what looks like markup.
        table.add_row(*map(Text, _cells(row, names)), style="bold green" if row.best else None)
    return table


def candidates_html(rows: Sequence[Row], names: Sequence[str], metric: str) -> str:
    """Give the same table for a notebook, with a limit to its rows.

    Arguments:
        rows, names, metric: as for :func:`candidates_table`.
    """
    titles = [*names, metric.removeprefix("val_"), "±", ""]
    cells = [_cells(row, names) for row in rows[:MOST_ROWS]]
    best = [place for place, row in enumerate(rows) if row.best]
    more = len(rows) - MOST_ROWS
    return plain_table(titles, cells, right=range(len(titles) - 1), bold=best) + (
        note(f"... and {more:,} more {'candidate' if more == 1 else 'candidates'}.")
        if more > 0
        else ""
    )


def _cells(row: Row, names: Sequence[str]) -> list[str]:
    scored = np.isfinite(row.score)
    return [
        *(value_text(row.values.get(name, "")) for name in names),
        f"{row.score:.4f}" if scored else "",
        f"{row.spread:.4f}" if scored else "",
        "best" if row.best else row.note,
    ]


def table_text(table: Table, sentence: str) -> str:
    """Write a table and what it means as plain text."""
    from kerata.utils.terminal import Terminal

    out = io.StringIO()
    console = Terminal(file=out, width=160, highlight=False, markup=False)
    console.print(table)
    console.print(sentence)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def value_text(value: Any) -> str:
    """Write a searched value briefly.

    >>> value_text(0.00012345), value_text([64, 64]), value_text(len)
    ('0.0001234', '[64, 64]', 'len')
    """
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(getattr(value, "__name__", value))
