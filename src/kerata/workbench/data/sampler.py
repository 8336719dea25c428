"""Rows that arrive in pieces: all of them while they are few, a random sample after."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.workbench.core.extras import need

# Of cells in memory; while its columns are converted, a table takes up to five times as much.
MOST_BYTES = 1 << 29
_LARGER = "The table is larger than"


def is_sample(notes: list[str]) -> bool:
    """Say whether what was noted while reading tells that rows were drawn at random.

    >>> is_sample(["Text in UTF-8."])
    False
    """
    return any(note.startswith(_LARGER) for note in notes)


class Sampler:
    """Collects pieces of a table; each time they outgrow the bound, half of the rows go.

    Each row has the same chance to stay, wherever in the file it stands.

    Arguments:
        most_bytes: of cells that are kept.
        seed: decides which rows stay.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, seed: int = 0) -> None:
        """Begin with nothing."""
        self.most_bytes = most_bytes
        self.share = 1.0
        self.seen = 0
        self._kept: list[Any] = []
        self._bytes = 0
        self._random = np.random.default_rng(seed)

    def add(self, piece: Any) -> None:
        """Take a piece, an Arrow table or record batch; no two columns have one name."""
        self.seen += piece.num_rows
        if self.share < 1:
            piece = self._thin(piece, self.share)
        self._kept.append(piece)
        self._bytes += piece.nbytes
        while self._bytes > self.most_bytes and sum(p.num_rows for p in self._kept) > 1000:
            self._kept = [self._thin(kept, 0.5) for kept in self._kept]
            self.share /= 2
            self._bytes = sum(kept.nbytes for kept in self._kept)

    def table(self) -> Any:
        """Give what was kept as one Arrow table."""
        arrow = need("pyarrow", "Reading a table")
        tables = [
            arrow.Table.from_batches([piece]) if isinstance(piece, arrow.RecordBatch) else piece
            for piece in self._kept
        ]
        return arrow.concat_tables(tables, promote_options="permissive")

    def note(self, rows: int) -> list[str]:
        """Say which share was read, if it is not all."""
        if self.share == 1:
            return []
        return [
            f"{_LARGER} {self.most_bytes / 2**30:.2g} GB: {rows:,} rows, drawn "
            f"at random from all {self.seen:,}, were kept."
        ]

    def _thin(self, piece: Any, share: float) -> Any:
        arrow = need("pyarrow", "Reading a table")
        kept = np.flatnonzero(self._random.random(piece.num_rows) < share)
        return piece.take(arrow.array(kept))
