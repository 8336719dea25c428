"""Telling the board how training goes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.console import show
from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.callback_list import CallbackList
from kerata.callbacks.logs import plain_logs
from kerata.utils.board_places import board_address
from kerata.utils.live_file import LiveFile


class Board(Callback):
    """Lets ``kerata board`` show a training while it runs, and stop it.

    Epochs, and a few times a second the batches within one, go to a file in the folder ``.live``
    of the folder of runs. When ``fit`` has ended the file stays and shows as finished, until it
    is deleted on the board. The board's stop button ends training after the steps that run, as
    ``model.stop_training = True`` does. Training is not slowed down: a thread writes. Where a
    board of that folder runs, its address is printed, unless ``fit`` is silent (``verbose=0``).

    Arguments:
        folder: string or path, the folder of runs that the board shows.
        name: string, what the training is called; the program's name by default.
        file: a ``LiveFile`` that somebody else opened and will close.

    Raises:
        ValueError: an empty name.

    >>> import tempfile
    >>> import kerata as keras
    >>> x = keras.random.uniform((32, 3))
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> board = Board(tempfile.mkdtemp(), name="line")
    >>> history = model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[board])
    >>> [line.split('"')[3] for line in board.file.path.read_text().splitlines()]
    ['begin', 'fit', 'epoch', 'epoch', 'end']
    """

    first_process_only = True
    # Of several networks that are trained for one answer, each is told.
    every_network = True

    def __init__(
        self,
        folder: str | Path = "runs",
        name: str | None = None,
        file: LiveFile | None = None,
    ) -> None:
        super().__init__()
        if name is not None and not name.strip():
            raise ValueError("Board: name must not be empty; leave it out for the program's name.")
        self.folder = folder
        self.name = name or Path(sys.argv[0] or "training").stem or "training"
        self.file = file
        self._own = file is None
        self._epoch = 0
        self._testing = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the file, unless somebody else did."""
        if self._own:
            self.file = LiveFile(self.folder, self.name, {"by": "program"})
        self._testing = False
        about = {"network": getattr(self.model, "name", None)} if self._own else {}
        self._tell(
            "fit",
            epochs=self.params.get("epochs"),
            parameters=_parameters(self.model),
            rate=_rate(self.model),
            **about,
        )
        if self._own and self.params.get("verbose"):
            address = self.address
            if address is not None:
                show(f"On the board: {address}")

    @property
    def address(self) -> str | None:
        """Where a board shows this training, None where none runs."""
        return None if self.file is None else board_address(self.folder, self.file.path.stem)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note which one it is."""
        self._epoch = epoch

    def on_test_begin(self, logs: Logs = None) -> None:
        """Leave the progress of a validation out."""
        self._testing = True

    def on_test_end(self, logs: Logs = None) -> None:
        """Go on with that of training."""
        self._testing = False

    def progress(self, done_steps: int, total_steps: int | None, logs: Logs = None) -> None:
        """Tell how far the epoch is."""
        if not self._testing and done_steps != total_steps:
            self._tell(
                "batch",
                epoch=self._epoch + 1,
                step=done_steps,
                steps=total_steps,
                logs=_figures(logs),
            )
        self._obey()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Tell an epoch."""
        self._tell("epoch", n=epoch + 1, logs=_figures(logs))
        self._obey()

    def on_train_end(self, logs: Logs = None) -> None:
        """Say that it has ended, unless somebody else will."""
        if self._own and self.file is not None:
            self.file.end("stopped" if self.file.stop_asked else "finished")

    def _obey(self) -> None:
        if self._own and self.file is not None and self.file.stop_asked:
            self.model.stop_training = True

    def _tell(self, kind: str, **values: Any) -> None:
        if self.file is not None:
            self.file.tell(kind, **values)


def with_board(callbacks: Any, board: Any) -> Any:
    """Add a ``Board`` to the callbacks of ``fit``, if it is asked for and there is none.

    Arguments:
        callbacks: what ``fit`` was given.
        board: bool, or a path of a folder of runs.

    Raises:
        TypeError: neither of these.
    """
    if isinstance(board, (bool, np.bool_)) or board is None:
        if not board:
            return callbacks
        folder: Any = "runs"
    elif isinstance(board, (str, os.PathLike)):
        folder = os.fspath(board)
    else:
        raise TypeError(
            f"board must be True, False or a folder of runs, got {board!r} of type "
            f"{type(board).__name__}."
        )
    given = CallbackList(callbacks).callbacks
    return given if any(isinstance(c, Board) for c in given) else [*given, Board(folder)]


def _figures(logs: Logs) -> dict[str, float]:
    return {name: value for name, value in plain_logs(logs).items() if isinstance(value, float)}


def _parameters(model: Any) -> int | None:
    try:
        return int(model.count_params())
    except (AttributeError, ValueError):
        # Not built before its first batch.
        return None


def _rate(model: Any) -> float | None:
    try:
        return float(model.optimizer.learning_rate)
    except (AttributeError, TypeError, ValueError):
        return None
