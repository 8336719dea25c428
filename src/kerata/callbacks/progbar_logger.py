"""The progress bar of ``fit``, ``evaluate`` and ``predict``."""

from __future__ import annotations

from typing import Any

from kerata.base.console import show
from kerata.callbacks.callback import Callback, Logs
from kerata.utils.progbar import Progbar

# Seconds between two drawings: fast enough for the eye, too seldom to slow training down.
_INTERVAL = 0.1


class ProgbarLogger(Callback):
    """Draws progress in Keras's look; ``fit`` adds one unless ``verbose=0``.

    The integer ``verbose`` of ``fit`` decides: 1 is a bar that is redrawn in place (one finished
    line an epoch where standard output is not a terminal), 2 one line an epoch, 0 nothing.

    >>> bar = ProgbarLogger()
    >>> bar.set_params({"verbose": 2, "epochs": 3, "steps": 5})
    >>> bar.on_epoch_begin(0)
    Epoch 1/3
    >>> bar.on_epoch_end(0, {"loss": 0.25})  # doctest: +ELLIPSIS
    5/5 - 0s - ...s/step - loss: 0.2500
    """

    chunks_suffice = True
    first_process_only = True

    def __init__(self) -> None:
        self.verbose = 1
        self.epochs = 1
        self.target: int | None = None
        self.seen = 0
        self._bar: Progbar | None = None
        self._in_fit = False
        self._validating = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Take over how much to print and how many epochs and steps there are."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs: Logs = None) -> None:
        """Leave evaluations unshown from here on: they are validations."""
        self._in_fit = True

    def on_train_end(self, logs: Logs = None) -> None:
        """End a line that an interruption left unfinished."""
        self._in_fit = self._validating = False
        if self._bar is not None and self._bar.open:
            show()
        self._bar = None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Print the epoch's number and start a bar."""
        if self.verbose and self.epochs > 1:
            show(f"Epoch {epoch + 1}/{self.epochs}")
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Finish the epoch's bar."""
        self._finish(logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Start a bar, unless this is a validation."""
        self._validating = self._in_fit
        if not self._validating:
            self._begin()

    def on_test_end(self, logs: Logs = None) -> None:
        """Finish the bar, unless this is a validation."""
        if not self._validating:
            self._finish(logs)
        self._validating = False

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Start a bar."""
        self._begin()

    def on_predict_end(self, logs: Logs = None) -> None:
        """Finish the bar."""
        self._finish(None)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Show progress."""
        self.progress(batch + 1, None, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Show progress, unless this is a validation."""
        self.progress(batch + 1, None, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Show progress."""
        self.progress(batch + 1, None, None)

    def progress(self, done_steps: int, total_steps: int | None, logs: Logs = None) -> None:
        """Show progress, unless it is that of a validation."""
        if self._validating or self._bar is None:
            return
        self.seen = done_steps
        if total_steps is not None:
            self.target = self._bar.target = total_steps
        if self.verbose == 1:
            self._bar.update(done_steps, (logs or {}).items(), finalize=False)

    def _begin(self) -> None:
        self.seen = 0
        # No name is averaged: what the engine reports are averages already.
        self._bar = Progbar(
            self.target, verbose=self.verbose, interval=_INTERVAL, stateless_metrics=()
        )

    def _finish(self, logs: Logs) -> None:
        if self._bar is None:
            return
        if self.target is None:
            self.target = self._bar.target = self.seen
        self._bar.update(self.target, (logs or {}).items(), finalize=True)
        self._bar = None
