"""A file of finished trainings, so that a search that was killed goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from kerata.base.configurable import Configurable
from kerata.search.engine import Course, Record, Split
from kerata.search.networks import Build, Data

_FORMAT = 1
# Bytes of each array that are looked at to recognise the data.
_LOOKED_AT = 2**24


class Journal:
    """Records of finished trainings, a line of JSON each, behind a line that says of what.

    Arguments:
        path: the file; made if it is not there.
        identity: what the records depend on besides the course; see ``identity_of``.

    Raises:
        ValueError: the file belongs to another search, or is no journal.

    A line is written with one call and forced to the disk, so whatever kills the process,
    at most the last line is torn; reading leaves it out.
    """

    def __init__(self, path: str | os.PathLike[str], identity: dict[str, str]) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._entries: dict[str, dict[str, Any]] = {}
        text = self.path.read_bytes() if self.path.exists() else b""
        lines = text.split(b"\n")
        # What stands behind the last line's end was torn.
        whole = [line for line in lines[:-1] if line]
        if whole:
            self._read(whole, identity)
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if lines[-1]:
            os.truncate(self.path, len(text) - len(lines[-1]))
        if not whole:
            self._write({"kerata search": _FORMAT, **identity})

    def _read(self, lines: list[bytes], identity: dict[str, str]) -> None:
        try:
            head, *entries = [json.loads(line) for line in lines]
        except ValueError:
            head, entries = {}, []
        if not isinstance(head, dict) or head.get("kerata search") != _FORMAT:
            raise ValueError(f"{self.path} is not the journal of a search; name another file.")
        changed = [name for name, value in identity.items() if head.get(name) != value]
        if changed:
            raise ValueError(
                f"{self.path} is the journal of another search: {' and '.join(changed)} "
                f"{'differs' if len(changed) == 1 else 'differ'}. Delete it to begin anew, or "
                "name another file."
            )
        self._entries = {e["key"]: e for e in entries}

    def _write(self, entry: dict[str, Any]) -> None:
        os.write(self._file, (json.dumps(entry) + "\n").encode())
        os.fsync(self._file)

    def add(self, record: Record, course: Course) -> None:
        """Write a finished training."""
        self._write(
            {
                "key": _key(course, record.split),
                "reports": {str(e): report for e, report in record.reports.items()},
                "error": record.error,
                "failed_epoch": record.failed_epoch,
                "seconds": record.seconds,
                "parameters": course.parameters,
            }
        )

    def finished(self, courses: Sequence[Course], splits: int) -> list[Record]:
        """Give the records of trainings that are finished for all epochs that are asked for."""
        found = []
        for i, course in enumerate(courses):
            for split in range(splits):
                entry = self._entries.get(_key(course, split))
                if entry is None:
                    continue
                reports = {int(e): report for e, report in entry["reports"].items()}
                record = Record(
                    i, split, reports, entry["error"], entry["failed_epoch"], entry["seconds"]
                )
                if all(self._answers(record, epoch) for epoch in course.epochs):
                    course.parameters = entry["parameters"]
                    found.append(record)
        return found

    @staticmethod
    def _answers(record: Record, epoch: int) -> bool:
        failed = record.error is not None and epoch >= record.failed_epoch
        return failed or any(k.startswith("val_") for k in record.reports.get(epoch, {}))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def identity_of(build: Build, rows: Data, splits: Sequence[Split]) -> dict[str, str]:
    """Give what makes results comparable: the builder's code, the data, the splits."""
    digest = hashlib.blake2b(digest_size=12)
    for split in splits:
        digest.update(str(split.seed).encode() + split.train.tobytes() + split.test.tobytes())
    return {
        "the builder": _of_function(build),
        "the data": _of_data(rows),
        "the splits or the seed": digest.hexdigest(),
    }


def _of_data(rows: Data) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for leaf in jax.tree.leaves((rows.arrays, rows.judged_weight)):
        array = np.asarray(leaf)
        digest.update(f"{array.shape}{array.dtype}".encode())
        every = max(1, array.nbytes // _LOOKED_AT)
        digest.update(np.ascontiguousarray(array[::every]).tobytes())
    return digest.hexdigest()


def _of_function(build: Any) -> str:
    code = getattr(build, "__code__", None)
    name = f"{getattr(build, '__module__', '')}.{getattr(build, '__qualname__', type(build))}"
    # A function defined in a program run as a script is in another module when imported.
    text = name.rpartition(".")[2] if code is None else _of_code(code)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _of_code(code: types.CodeType) -> str:
    constants = [_of_code(c) if isinstance(c, types.CodeType) else repr(c) for c in code.co_consts]
    return f"{code.co_code.hex()}{code.co_names}{code.co_varnames}{constants}"


def _key(course: Course, split: int) -> str:
    params = {name: _described(value) for name, value in course.params.items()}
    fit = {"batch_size": course.batch_size, "shuffle": course.shuffle, "split": split}
    return json.dumps([params, fit], sort_keys=True)


def _described(value: Any) -> Any:
    """Write a parameter's value as JSON can: functions by name, our objects by their config."""
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, (list, tuple)):
        return [_described(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _described(v) for k, v in value.items()}
    if isinstance(value, Configurable):
        config = {k: v for k, v in value.get_config().items() if k != "name"}
        return [type(value).__name__, _described(config)]
    return getattr(value, "__qualname__", repr(value))
