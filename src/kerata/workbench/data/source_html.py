"""How a notebook shows what was read."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kerata.utils.html import heading, note, plain_table
from kerata.workbench.core.wording import counted
from kerata.workbench.data.schema import infer_columns

# Rows that are looked at, columns, classes and notes that are listed.
ROWS, COLUMNS, CLASSES, NOTES = 100_000, 100, 30, 20


def source_html(source: Any) -> str:
    """Give what was read as HTML: its size, its columns or classes, the notes.

    Arguments:
        source: what ``read_source`` gave.
    """
    several = {"table": "row", "texts": "text", "images": "image"}[source.kind]
    size = counted(len(source.train), several)
    if source.test is not None:
        size += f" and {len(source.test):,} for the test"
    parts = [heading(f"{source.name}: {size}")]
    if source.kind == "table":
        parts += _columns(source.train.frame, source.target)
    elif source.train.labels is not None:
        counts = Counter(source.train.labels).most_common()
        rows = [[name, f"{count:,}"] for name, count in counts[:CLASSES]]
        parts.append(plain_table(["class", f"{several}s"], rows, right=(1,)))
        if len(counts) > CLASSES:
            parts.append(note(f"... and {len(counts) - CLASSES:,} more classes."))
    parts += [note(text) for text in source.notes[:NOTES]]
    return "".join(parts)


def _columns(frame: Any, target: Any) -> list[str]:
    columns = infer_columns(frame.head(ROWS), () if target is None else target)
    rows = [
        [
            column.name,
            column.kind if column.used or column.kind == "target" else f"{column.kind}, unused",
            column.why,
            f"{column.missing:,}",
            f"{column.distinct:,}",
            ", ".join(column.examples),
        ]
        for column in columns[:COLUMNS]
    ]
    names = ["column", "is", "because", "missing", "different", "for example"]
    targets = [place for place, column in enumerate(columns) if column.kind == "target"]
    parts = [plain_table(names, rows, right=(3, 4), bold=targets)]
    if len(columns) > COLUMNS:
        parts.append(note(f"... and {len(columns) - COLUMNS:,} more columns."))
    if len(frame) > ROWS:
        parts.append(note(f"Columns were judged by the first {ROWS:,} rows."))
    return parts
