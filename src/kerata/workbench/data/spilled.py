"""Rows that arrive in pieces and are spilled to disk once they are many."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from kerata.workbench.core.extras import need
from kerata.workbench.data.sampler import Sampler

# Bytes of cells that stay in memory.
IN_MEMORY = 1 << 27


class Spilled(Sampler):
    """Collects all pieces of a table; many go to a temporary file, which is mapped, not read.

    Arguments:
        in_memory: bytes of cells from which the file is used; 128 MB by default.
    """

    def __init__(self, in_memory: int | None = None) -> None:
        """Begin with nothing."""
        super().__init__(IN_MEMORY if in_memory is None else in_memory)
        self._folder: Any = None
        self._writer: Any = None

    def add(self, piece: Any) -> None:
        """Take a piece; all have the same columns."""
        arrow = need("pyarrow", "Reading a table")
        self.seen += piece.num_rows
        self._kept.append(piece)
        self._bytes += piece.nbytes
        if self._bytes <= self.most_bytes:
            return
        if self._writer is None:
            # It goes when this object does.
            self._folder = tempfile.TemporaryDirectory(prefix="kerata-")
            self._writer = arrow.ipc.new_file(str(self._path), piece.schema)
        for kept in self._kept:
            self._writer.write(kept)
        self._kept, self._bytes = [], 0

    @property
    def _path(self) -> Path:
        return Path(self._folder.name) / "rows.arrow"

    def table(self) -> Any:
        """Give all rows as one Arrow table."""
        if self._writer is None:
            return super().table()
        arrow = need("pyarrow", "Reading a table")
        for kept in self._kept:
            self._writer.write(kept)
        self._writer.close()
        with arrow.memory_map(str(self._path)) as mapped:
            # The mapping outlives the file's name.
            return arrow.ipc.open_file(mapped).read_all()


def collector(most_bytes: int | None) -> Sampler:
    """Give what collects a table: a random share of the rows, or for None all of them."""
    return Spilled() if most_bytes is None else Sampler(most_bytes)
