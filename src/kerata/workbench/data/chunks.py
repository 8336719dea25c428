"""New rows to be predicted, a piece at a time, each of them in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kerata.workbench.core.target_names import Wanted
from kerata.workbench.data.containers import Part, Table
from kerata.workbench.data.frames import frame_of
from kerata.workbench.data.opening import file_kind
from kerata.workbench.data.source import raw_table, read_source

ROWS = 20_000
TABLES = ("delimited", "parquet", "feather", "excel", "sqlite", "json")


def read_pieces(
    source: str | Path,
    *,
    target: Wanted | None = None,
    table: str | None = None,
    rows: int = ROWS,
    photos: bool | None = None,
) -> Iterator[tuple[Part, list[str]]]:
    """Read a source without leaving out any row, however many there are.

    Arguments:
        source: as in ``read_source``; of a data set with an official test set, that.
        target: column that training predicted; it may be missing.
        table: a table or query of a database, or a sheet of a workbook.
        rows: of a table in a piece.
        photos: whether images are read as photos, as in ``read_source``.

    Yields:
        Pieces, with notes on what was found while reading; a table's index is the number of
        the row in the file, from 0.

    Raises:
        FileNotFoundError: neither a file nor a folder nor a known name.
        ValueError: it is empty or damaged.
    """
    path = Path(source).expanduser()
    kind = file_kind(path) if path.is_file() else ""
    if kind not in TABLES:
        read = read_source(source, labelled=False, photos=photos)
        yield read.train if read.test is None else read.test, read.notes
        return
    raw, notes, decimal = raw_table(path, kind, target, table, None)
    for start in range(0, raw.num_rows, rows):
        found = list(notes) if start == 0 else []
        frame = frame_of(raw.slice(start, rows), found, decimal)
        # Rows of all pieces are numbered on, so that messages name those of the file.
        frame.index += start
        yield Table(frame), found
