"""The logs of all epochs in a CSV file."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np

from kerata.base.arguments import path_text
from kerata.base.messages import warn
from kerata.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes one line an epoch to a CSV file; the file is complete after each epoch.

    Arguments:
        filename: path of the file, a string or a ``Path``.
        separator: string between the values; a comma by default.
        append: whether an existing file is continued instead of replaced (the default).

    Raises:
        OSError: at the start of training, if the file can't be opened. A line that can't be
            written later gives a warning, and training goes on.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> log = CSVLogger(path)
    >>> log.on_train_begin()
    >>> log.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    >>> path.read_text().split()
    ['epoch,loss,val_loss', '0,0.5,0.75']
    >>> log.on_train_end()
    """

    first_process_only = True

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        self.filename = path_text("CSVLogger", "filename", filename)
        self.sep = separator
        self.append = append
        self._file: IO[str] | None = None
        self._columns: list[str] = []
        self._gave_up = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the file."""
        self._close()
        self._gave_up = False
        self._columns = self._header_in_file() if self.append else []
        self._file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115 - stays open until training ends

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the epoch's line."""
        logs = logs or {}
        if self._gave_up:
            return
        if self._file is None:
            raise RuntimeError("CSVLogger: on_epoch_end() was called before on_train_begin().")
        writer = csv.writer(self._file, delimiter=self.sep)
        new = not self._columns
        if new:
            self._columns = ["epoch", *_with_validation(sorted(logs))]
        self._warn_of_new(logs)
        row = {"epoch": epoch} | {name: _cell(value) for name, value in logs.items()}
        try:
            if new:
                writer.writerow(self._columns)
            writer.writerow([row.get(name, "NA") for name in self._columns])
            self._file.flush()
        except OSError as problem:
            self._give_up(problem)

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _give_up(self, problem: OSError) -> None:
        """Go on without the file: a training is worth more than its log."""
        self._gave_up = True
        warn(
            f"CSVLogger could not write {self.filename} ({problem.strerror or problem}); training "
            "goes on without it.",
            stacklevel=4,
        )
        with contextlib.suppress(OSError):
            self._close()

    def _header_in_file(self) -> list[str]:
        if not Path(self.filename).exists():
            return []
        with open(self.filename, newline="", encoding="utf-8") as file:
            return next(csv.reader(file, delimiter=self.sep), [])

    def _warn_of_new(self, logs: Iterable[str]) -> None:
        left_out = [name for name in logs if name not in self._columns]
        if left_out:
            warn(
                f"CSVLogger: {self.filename} has no column for {', '.join(left_out)}; left out.",
                stacklevel=4,
            )


def _with_validation(names: list[str]) -> list[str]:
    # As in Keras 3: validation may come in a later epoch, so there are columns for it.
    if any(name.startswith("val_") for name in names):
        return names
    return names + [f"val_{name}" for name in names]


def _cell(value: Any) -> Any:
    several = np.ndim(value) > 0
    return f'"[{", ".join(map(str, value))}]"' if several else value
