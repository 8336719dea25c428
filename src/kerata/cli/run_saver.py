"""Saves what a command trained in spite of Ctrl-C, a full disk or a signal to end."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata import callbacks
from kerata.training.interrupt import deferred_interrupt, on_press
from kerata.workbench import runs

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.cli.request import Request
    from kerata.workbench.core.result import Trained
    from kerata.workbench.runs import Run

# The shell's exit code of a program that SIGTERM ended.
TERMINATED = 128 + 15


class BestEpoch(callbacks.Callback):
    """Notes which epoch of a training is the best so far, from 1; 0 before the first."""

    def __init__(self) -> None:
        super().__init__()
        self.number, self.loss = 0, float("inf")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Compare an epoch."""
        loss = float((logs or {}).get("val_loss", "nan"))
        if not self.number or loss < self.loss:
            self.number, self.loss = epoch + 1, loss


class RunSaver:
    """Saves a run at the moment when its network is trained.

    Arguments:
        console: to say what happened.
        request: what was asked for.
        name: of the run.
        pass_on: called with every other event of ``fit_source``.

    Attributes:
        run: as it was saved; None before that, and where nothing can be written.
        problem: why it could not be saved.
        watch: callback for the network's training.
    """

    def __init__(
        self,
        console: Console,
        request: Request,
        name: str,
        pass_on: Callable[[str, Any], None] | None,
    ) -> None:
        self.console, self.request, self.name = console, request, name
        self.pass_on = pass_on
        self.run: Run | None = None
        self.problem: OSError | None = None
        self.watch = BestEpoch()
        self.terminated = False
        self._phase = ""
        self._presses = 0

    def on_event(self, name: str, value: Any) -> None:
        """Save what is trained, pass on the rest."""
        self._phase = name
        if name == "trained":
            with deferred_interrupt():
                self._keep(value)
        elif name == "diagnosis" and self.terminated:
            raise KeyboardInterrupt
        elif self.pass_on is not None:
            self.pass_on(name, value)

    def _keep(self, trained: Trained) -> None:
        # As it was said, since a run's own name for its data may stand for a path.
        trained.config |= {"source": self.request.source, "table": self.request.table}
        folder = self.request.folder
        try:
            self.run = runs.keep(trained, self.name, folder, overwrite=self.request.overwrite)
        except OSError as error:
            self._line(f"{str(folder)!r} could not be written ({error.strerror or error}).")
            self._keep_elsewhere(trained)
        if self.run is not None and self.run.name != self.name:
            self._line(f"Another run took the name {self.name!r}; this one is {self.run.name!r}.")

    def _keep_elsewhere(self, trained: Trained) -> None:
        try:
            elsewhere = Path(tempfile.mkdtemp(prefix="kerata-"))
            self.run = runs.keep(trained, self.name, elsewhere)
        except OSError as error:
            self.problem = error
            self._line(
                "Nor could the folder for temporary files, so the network is judged, but not saved."
            )
        else:
            self._line(f"The run is in {str(elsewhere)!r}: move it where you want it.")

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Say at once what Ctrl-C does; let a signal to end do the same, without a diagnosis."""

        def end(number: int, frame: Any) -> None:
            self.terminated = True
            signal.raise_signal(signal.SIGINT)

        main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGTERM, end) if main else None
        try:
            with on_press(self._pressed):
                yield
        except KeyboardInterrupt:
            if self.run is not None:
                self._line(f"Interrupted; the run is saved: {self.run.path}")
            if self.terminated:
                raise SystemExit(TERMINATED) from None
            raise
        finally:
            if main:
                signal.signal(signal.SIGTERM, before)

    def _pressed(self) -> None:
        self._presses += 1
        if self._phase not in ("network", "member"):
            self._line("Stopping.")
        elif not self.watch.number:
            self._line("Stopping; no epoch is finished, so there is nothing to judge.")
        elif self.terminated:
            self._line(f"Stopping; judging epoch {self.watch.number}, without a diagnosis.")
        elif self._presses == 1:
            self._line(
                f"Stopping; judging epoch {self.watch.number}; Ctrl-C again skips the diagnosis."
            )
        else:
            self._line("The diagnosis will be skipped.")

    def _line(self, text: str) -> None:
        try:
            self.console.print(text, highlight=False, markup=False, soft_wrap=True)
        except RuntimeError:
            # A signal came while standard output was being written to.
            os.write(2, f"{text}\n".encode())
