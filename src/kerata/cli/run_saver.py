"""Saves what a command trained in spite of Ctrl-C, a full disk or a closed terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata import callbacks
from kerata.training.interrupt import deferred_interrupt, on_press
from kerata.utils.files import check_writable
from kerata.workbench import runs
from kerata.workbench.training.told import Told

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.cli.request import Request
    from kerata.workbench.core.result import Trained
    from kerata.workbench.runs import Run

# Told to end, and the terminal was closed. Systems other than Unix lack the second.
_ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
# The shell's codes for programs that a signal ended count from here.
_BY_SIGNAL = 128
# Told before the last training of a search and before a diagnosis: too long for who must end.
_NOT_BEGUN = ("found", "diagnosis")


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


@contextlib.contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make sure that a folder can be written; one made for nothing is taken away again.

    Raises:
        OSError: it can't be made or written.
    """
    new = not folder.exists()
    check_writable(folder)
    try:
        yield
    except BaseException:
        if new:
            # Only an empty one goes.
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


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
        ended_by: number of the signal that told this process to end; 0 before it.
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
        self.ended_by = 0
        self._phase = ""
        self._presses = 0

    def on_event(self, name: str, value: Any) -> None:
        """Save what is trained, pass on the rest."""
        self._phase = name
        if name == "trained":
            with deferred_interrupt():
                self._keep(value)
        elif name in _NOT_BEGUN and self.ended_by:
            self.end_if_told()
        elif self.pass_on is not None:
            self.pass_on(name, value)

    def end_if_told(self) -> None:
        """Begin nothing further where a signal told this process to end.

        Raises:
            KeyboardInterrupt: one did.
        """
        if self.ended_by:
            raise KeyboardInterrupt

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
        elsewhere: Path | None = None
        try:
            elsewhere = Path(tempfile.mkdtemp(prefix="kerata-"))
            self.run = runs.keep(trained, self.name, elsewhere)
        except OSError as error:
            if elsewhere is not None:
                shutil.rmtree(elsewhere, ignore_errors=True)
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
            # A closed terminal may tell it twice: the kernel does, and the shell.
            if not self.ended_by:
                self.ended_by = number
                signal.raise_signal(signal.SIGINT)

        main = threading.current_thread() is threading.main_thread()
        # What is ignored stays so: nohup asks for that.
        ends = [n for n in _ENDS if main and signal.getsignal(n) is not signal.SIG_IGN]
        before = {number: signal.signal(number, end) for number in ends}
        try:
            with on_press(self._pressed):
                yield
        except KeyboardInterrupt:
            if self.run is not None:
                self._line(f"Interrupted; the run is saved: {self.run.path}")
            if self.ended_by:
                raise SystemExit(_BY_SIGNAL + self.ended_by) from None
            raise
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def telling(self, command: str) -> Iterator[Told]:
        """Tell the board how training goes, and where a board runs, say its address.

        Arguments:
            command: that was asked for.
        """
        about = self.request.about(command)
        with Told(self.request.folder, self.name, about, self.on_event) as told:
            address = None if self.request.quiet else told.address
            if address is not None:
                self._line(f"On the board: {address}")
            yield told

    def _pressed(self) -> None:
        self._presses += 1
        if self.ended_by and self._phase in ("search", "trial"):
            self._line("Stopping; the same command goes on with the study.")
        elif self._phase in ("folds", "fold"):
            self._line("Stopping after this fold; the network that is kept is still trained.")
        elif self._phase not in ("network", "member"):
            self._line("Stopping.")
        elif not self.watch.number:
            self._line("Stopping; no epoch is finished, so there is nothing to judge.")
        elif self.ended_by:
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
            with contextlib.suppress(OSError):
                os.write(2, f"{text}\n".encode())
