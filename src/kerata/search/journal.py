"""A file of finished trainings, so that a search that was killed goes on where it was."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax

from kerata.base.fingerprint import digest_of
from kerata.base.messages import warn
from kerata.base.signature import Signature
from kerata.search.networks import Build, Data
from kerata.search.runner import Record, SeededSplit, TrialConfig

_FORMAT = 2
_CHECK = "crc32"


class Journal:
    """Records of finished trainings, a line of JSON each, behind a line that says of what.

    Arguments:
        path: the file; made if it is not there.
        identity: what the records depend on besides the course; see ``identity_of``.

    Raises:
        ValueError: the file belongs to another search, or is no journal.

    A line is written with one call, carries a checksum and is forced to the disk: whatever
    kills the process, at most the last line is torn, and a damaged line costs that line alone,
    with a warning. A file that is no journal is never written to.
    """

    def __init__(self, path: str | os.PathLike[str], identity: dict[str, str]) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and not self.path.is_file():
            raise ValueError(f"{self.path} is no file, so no journal can be kept there.")
        self._entries: dict[str, dict[str, Any]] = {}
        # In each line's checksum, so that a line also tells which search it is of.
        self._mark = zlib.crc32(json.dumps(identity, sort_keys=True).encode())
        self._broken = False
        head = _line({"kerata search": _FORMAT, **identity})
        text = self.path.read_bytes() if self.path.exists() else b""
        # What stands behind the last line's end was torn; it may be the first line itself.
        end = text.rfind(b"\n") + 1
        if end:
            self._read(text[:end].splitlines(), identity)
        elif not head.startswith(text):
            raise ValueError(f"{self.path} is not the journal of a search; name another file.")
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if end < len(text):
            os.truncate(self.path, end)
        if not end:
            self._write(head)

    def _read(self, lines: list[bytes], identity: dict[str, str]) -> None:
        entries = [_entry(line, self._mark) for line in lines[1:]]
        head = _entry(lines[0])
        if head is None and any(entries):
            head = {"kerata search": _FORMAT, **identity}
        if head is None or "kerata search" not in head:
            raise ValueError(f"{self.path} is not the journal of a search; name another file.")
        if head["kerata search"] != _FORMAT:
            raise ValueError(
                f"{self.path} is the journal of a search by another version of Kerata; name "
                "another file."
            )
        changed = [name for name, value in identity.items() if head.get(name) != value]
        if changed:
            raise ValueError(
                f"{self.path} is the journal of another search: {' and '.join(changed)} "
                f"{'differs' if len(changed) == 1 else 'differ'}. Delete it to begin anew, or "
                "name another file."
            )
        bad = []
        for number, entry in enumerate(entries, start=2):
            if entry is None:
                bad.append(number)
            else:
                self._entries[entry["key"]] = entry
        if bad:
            few = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
            warn(
                f"{self.path}: {len(bad)} damaged {'line' if len(bad) == 1 else 'lines'} ({few}); "
                "what stood there is trained again.",
                stacklevel=4,
            )

    def _write(self, line: bytes) -> None:
        if self._broken:
            return
        size = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file)
        except OSError as problem:
            # A search is worth more than its journal.
            self._broken = True
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, size)
            warn(
                f"The search could not write {self.path} ({problem.strerror or problem}) and goes "
                "on without it; what was written before is still there.",
                stacklevel=4,
            )

    def add(self, record: Record, trial: TrialConfig) -> None:
        """Write a finished training, unless it could not be found again."""
        key = _key(trial, record.split)
        if key is None:
            return
        entry = {
            "key": key,
            "reports": {str(e): report for e, report in record.reports.items()},
            "error": record.error,
            "failed_epoch": record.failed_epoch,
            "seconds": record.seconds,
            "parameters": trial.parameters,
        }
        self._write(_line(entry, self._mark))

    def finished(self, trials: Sequence[TrialConfig], splits: int) -> list[Record]:
        """Give the records of trainings that are finished for all epochs that are asked for."""
        found = []
        for i, trial in enumerate(trials):
            for split in range(splits):
                entry = self._entries.get(_key(trial, split) or "")
                if entry is None:
                    continue
                reports = {int(e): report for e, report in entry["reports"].items()}
                record = Record(
                    i, split, reports, entry["error"], entry["failed_epoch"], entry["seconds"]
                )
                if all(self._answers(record, epoch) for epoch in trial.epochs):
                    trial.parameters = entry["parameters"]
                    found.append(record)
        return found

    @staticmethod
    def _answers(record: Record, epoch: int) -> bool:
        failed = record.error is not None and epoch >= record.failed_epoch
        return failed or any(k.startswith("val_") for k in record.reports.get(epoch, {}))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _line(entry: dict[str, Any], mark: int = 0) -> bytes:
    """Write an entry and its checksum as a line of JSON."""
    return (json.dumps({**entry, _CHECK: _checksum(entry, mark)}) + "\n").encode()


def _entry(line: bytes, mark: int = 0) -> dict[str, Any] | None:
    """Read a line; None if it is damaged."""
    try:
        entry = json.loads(line)
        check = entry.pop(_CHECK)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return entry if check == _checksum(entry, mark) else None


def _checksum(entry: dict[str, Any], mark: int) -> str:
    return f"{zlib.crc32(json.dumps(entry).encode(), mark):08x}"


def identity_of(build: Build, rows: Data, splits: Sequence[SeededSplit]) -> dict[str, str]:
    """Give what makes results comparable: the builder's code, the data, the splits."""
    digest = hashlib.blake2b(digest_size=12)
    for split in splits:
        digest.update(str(split.seed).encode() + split.train.tobytes() + split.test.tobytes())
    return {
        "the builder": _of_builder(build),
        "the data": _of_data(rows),
        "the splits or the seed": digest.hexdigest(),
    }


def _of_data(rows: Data) -> str:
    return digest_of(jax.tree.leaves((rows.arrays, rows.judged_weight)))


def _of_builder(build: Build) -> str:
    """Describe a builder by what it does: code, defaults, closure, what it reads.

    Raises:
        ValueError: it uses something that has no signature.
    """
    signature = Signature(build, lasting=True)
    if signature.unknown:
        name = getattr(build, "__qualname__", type(build).__qualname__)
        kind = type(signature.unknown[0]).__qualname__
        raise ValueError(
            f"journal= can't tell whether the builder {name!r} is the one that an earlier search "
            f"used, because it reads an object of type {kind!r}, which can't be described; make "
            "that object inside the builder, or leave out journal=."
        )
    return signature.digest


def _key(trial: TrialConfig, split: int) -> str | None:
    """Describe a training; None where a parameter has no signature."""
    try:
        params = {name: _described(value) for name, value in trial.params.items()}
    except _UnknownError:
        return None
    fit = {"batch_size": trial.batch_size, "shuffle": trial.shuffle, "split": split}
    return json.dumps([params, fit], sort_keys=True)


class _UnknownError(Exception):
    """A parameter that can't be described."""


def _described(value: Any) -> Any:
    """Write a parameter's value as JSON can: whatever isn't plain by its signature."""
    if type(value) in (str, int, float, bool, type(None)):
        return value
    if type(value) in (list, tuple):
        return [type(value).__name__, *map(_described, value)]
    signature = Signature(value, lasting=True)
    if signature.unknown:
        raise _UnknownError
    return [type(value).__name__, signature.digest]
