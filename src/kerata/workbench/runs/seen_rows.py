"""Fingerprints of the rows that a network was trained on, so that it can tell them again later.

``rows.bin`` holds a mark, three numbers and one of 64 bits for each row. Of more rows than
``MOST`` every second, fourth, ... is kept, chosen by the fingerprint itself, so that the same
rows of another file are asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.utils.files import write_beside
from kerata.workbench.core.column import Column
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import counted
from kerata.workbench.data.column_cells import column_values
from kerata.workbench.features.rows import kind_of, target_values

if TYPE_CHECKING:
    from kerata.workbench.core.result import Trained

ROWS = "rows.bin"
# Eight bytes each: a file of eight megabytes.
MOST = 2**20
_MARK = b"KERATA01"
_HEAD = 4 * 8
# One fingerprint of so many is kept, at most.
_SPARSEST = 2**32
_MISSING = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class SeenRows:
    """Fingerprints of training and validation rows.

    Arguments:
        train, validation: uint64, those that were kept.
        every: one of so many fingerprints was kept, a power of 2.
    """

    train: np.ndarray
    validation: np.ndarray
    every: int = 1

    def find(self, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Say which rows are known.

        Arguments:
            marks: their fingerprints.

        Returns:
            Booleans ``(rows,)``: whether a row can be told at all, is a training row, or a
            validation row that is no training row.
        """
        asked = marks % np.uint64(self.every) == 0
        train = asked & np.isin(marks, self.train)
        return asked, train, asked & ~train & np.isin(marks, self.validation)


def marks_of(
    data: Any, columns: Sequence[Column] | None, task: Task, encoded: np.ndarray
) -> np.ndarray:
    """Give the fingerprint of each row: of all that the network reads of it, and of its target.

    Arguments:
        data: rows as they were read.
        columns: of a table; those that are used count, in any order.
        task: what is predicted.
        encoded: targets of the rows.

    Returns:
        uint64 ``(rows,)``. Cells count as they are read: 1 and 1.0 are the same number.
    """
    kind = kind_of(data)
    if kind == "table":
        used = sorted((c for c in columns or () if c.used), key=lambda column: column.name)
        parts = [_of_column(column_values(data.frame, column)) for column in used]
    elif kind == "texts":
        parts = [_of_cells(data.texts)]
    else:
        parts = [_of_bytes([np.ascontiguousarray(image).tobytes() for image in data.images])]
    whole = np.zeros(len(encoded), np.uint64)
    for part in [*parts, *_of_targets(task, encoded)]:
        # Positions count, so that two cells that change places make another row.
        whole = _mixed(whole * np.uint64(0xD1342543DE82EF95) + part)
    return whole


def write_seen(trained: Trained, folder: Path) -> Path:
    """Write the fingerprints of a network's training and validation rows.

    Arguments:
        trained: what ``fit_source`` gave.
        folder: of the run.

    Raises:
        OSError: the folder can't be written, the disk is full.
    """
    found = []
    for data in (trained.train, trained.validation):
        encoded = trained.task.encode(target_values(data, trained.task.target_columns) or [])
        found.append(np.unique(marks_of(data, trained.columns, trained.task, encoded)))
    every = 1
    while sum(map(len, found)) > MOST:
        every *= 2
        found = [marks[marks % np.uint64(every) == 0] for marks in found]
    head = np.array([every, *map(len, found)], "<u8")
    place = folder / ROWS
    content = _MARK + head.tobytes() + b"".join(marks.astype("<u8").tobytes() for marks in found)
    write_beside(place, lambda file: file.write(content))
    return place


def read_seen(folder: Path) -> SeenRows | None:
    """Read the fingerprints of a run; None if it has none, as older runs.

    Arguments:
        folder: of the run.

    Raises:
        ValueError: the file is damaged.
    """
    place = folder / ROWS
    if not place.is_file():
        return None
    size = place.stat().st_size
    # A stranger's file: nothing in it is believed before its size fits.
    if not _HEAD <= size <= _HEAD + 8 * MOST or size % 8:
        raise ValueError(f"{place} is damaged: it has {counted(size, 'byte')}.")
    content = place.read_bytes()
    every, *counts = (int(value) for value in np.frombuffer(content, "<u8", 3, len(_MARK)))
    sound = 1 <= every <= _SPARSEST and every & (every - 1) == 0
    if content[: len(_MARK)] != _MARK or not sound or sum(counts) * 8 != len(content) - _HEAD:
        raise ValueError(f"{place} is damaged: it does not begin as such a file does.")
    marks = np.frombuffer(content, "<u8", offset=_HEAD).astype(np.uint64)
    return SeenRows(marks[: counts[0]], marks[counts[0] :], every)


def seen_sentence(seen: SeenRows, marks: np.ndarray) -> str:
    """Say how many rows a network was trained on; '' if none.

    >>> seen = SeenRows(np.arange(1, 6, dtype=np.uint64), np.array([9], np.uint64))
    >>> seen_sentence(seen, np.array([1, 2, 3, 7], np.uint64))[:51]
    '3 of the 4 rows equal rows that the network was tra'
    """
    asked, train, validation = seen.find(marks)
    if not (train | validation).any():
        return ""
    total, about = len(marks), ""
    known, stopped = int(train.sum()), int(validation.sum())
    if seen.every > 1:
        # Of a sample, the share is what counts.
        about = "about "
        known, stopped = (round(total * n / int(asked.sum())) for n in (known, stopped))
    said = []
    if known:
        whole = f"{about}{known:,} of the" if about or known < total else "All"
        equal = "equals a row" if known == 1 else "equal rows"
        said.append(f"{whole} {counted(total, 'row')} {equal} that the network was trained on")
    if stopped:
        of = "" if said else f" of the {counted(total, 'row')}"
        equal = "equals a row" if stopped == 1 else "equal rows"
        said.append(f"{about}{stopped:,}{of} {equal} by which its training was stopped")
    message = ", and ".join(said)
    message = f"{message[0].upper()}{message[1:]}"
    return f"{message}: how they are answered says nothing about new rows."


def _of_targets(task: Task, encoded: np.ndarray) -> list[np.ndarray]:
    if task.kind == "labels":
        return [_of_bytes([row.tobytes() for row in np.ascontiguousarray(encoded, np.uint8)])]
    if task.parts:
        return [_of_numbers(column) for column in np.asarray(encoded, float).T]
    return [_of_numbers(np.asarray(encoded, float))]


def _of_column(values: Any) -> np.ndarray:
    if values.dtype.kind == "f":
        return _of_numbers(values.to_numpy("float64"))
    if values.dtype.kind == "M":
        return _of_numbers(values.to_numpy().astype("datetime64[ms]").astype("float64"))
    return _of_cells([cell if isinstance(cell, str) else None for cell in values.tolist()])


def _of_numbers(values: np.ndarray) -> np.ndarray:
    # Minus zero and zero are the same number, and all that is missing is alike.
    bits = (values + 0.0).astype("<f8").view("<u8").astype(np.uint64)
    return np.where(np.isnan(values), _MISSING, _mixed(bits))


def _of_cells(cells: Sequence[str | None]) -> np.ndarray:
    known = {
        cell: _MISSING if cell is None else _of_bytes([cell.encode("utf-8", "replace")])[0]
        for cell in set(cells)
    }
    return np.array([known[cell] for cell in cells], np.uint64)


def _of_bytes(rows: Sequence[bytes]) -> np.ndarray:
    joined = b"".join(blake2b(row, digest_size=8).digest() for row in rows)
    return np.frombuffer(joined, "<u8").astype(np.uint64)


def _mixed(values: np.ndarray) -> np.ndarray:
    """Spread each number over all 64 bits.

    Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators.
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), np.uint64)
