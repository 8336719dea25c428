"""Keeping what a command trained, whatever comes between: Ctrl-C, a full disk, a signal to end."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.training.interrupt import deferred_interrupt, on_press
from kerata.workbench import runs

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.cli.request import Request
    from kerata.workbench.core.result import Trained
    from kerata.workbench.runs import Run

# The shell's code for a program that was told to end.
TERMINATED = 128 + 15


class Safekeeping:
    """Saves a run at the moment when its network is trained.

    Arguments:
        console: to say what happened.
        request: what was asked for.
        name: of the run.
        pass_on: told what ``fit_source`` tells, besides.
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
        self.terminated = False

    def tell(self, name: str, value: Any) -> None:
        """Save what is trained, pass on the rest."""
        if name == "trained":
            with deferred_interrupt():
                self.run = self._keep(value)
        elif name == "diagnosis" and self.terminated:
            raise KeyboardInterrupt
        elif self.pass_on is not None:
            self.pass_on(name, value)

    def _keep(self, trained: Trained) -> Run:
        # As it was said, since a run's own name for its data may stand for a path.
        trained.config |= {"source": self.request.source, "table": self.request.table}
        folder = self.request.folder
        try:
            run = runs.keep(trained, self.name, folder, overwrite=self.request.overwrite)
        except OSError as error:
            elsewhere = Path(tempfile.mkdtemp(prefix="kerata-"))
            run = runs.keep(trained, self.name, elsewhere)
            self._line(
                f"{str(folder)!r} could not be written ({error.strerror or error}), so the "
                f"run is in {str(elsewhere)!r}: move it where you want it."
            )
        if run.name != self.name:
            self._line(f"Another run took the name {self.name!r}; this one is {run.name!r}.")
        return run

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Say at once what Ctrl-C does; let a signal to end do the same, without a diagnosis."""

        def pressed() -> None:
            if self.run is None:
                self._line(
                    "Stopping: the best epoch so far is kept and judged; Ctrl-C again ends at once."
                )
            else:
                self._line("Stopping; the run is saved.")

        def end(number: int, frame: Any) -> None:
            self.terminated = True
            signal.raise_signal(signal.SIGINT)

        main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGTERM, end) if main else None
        try:
            with on_press(pressed):
                yield
        except KeyboardInterrupt:
            if self.run is not None:
                self._line(f"Interrupted; the run is saved, not judged: {self.run.path}")
            if self.terminated:
                raise SystemExit(TERMINATED) from None
            raise
        finally:
            if main:
                signal.signal(signal.SIGTERM, before)

    def _line(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)
