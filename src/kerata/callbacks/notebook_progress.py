"""The progress of ``fit``, ``evaluate`` and ``predict`` in a notebook's cell."""

from __future__ import annotations

import math
import time

from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.logs import plain_logs
from kerata.utils.html import curves, esc
from kerata.utils.live_output import LiveOutput

# Values that the line shows.
_SHOWN = 6


class NotebookProgress(Callback):
    """Draws curves while training runs, and leaves one line; ``fit`` adds one in a notebook.

    It takes the place of :class:`ProgbarLogger` with ``verbose=1`` where IPython has a front end
    that shows HTML. One output of the cell is replaced at most four times a second.

    Raises:
        ImportError: IPython is not installed.
    """

    chunks_suffice = True
    first_process_only = True

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self._output: LiveOutput | None = None
        self._in_fit = self._validating = False
        self._doing = ""
        self._epoch, self._first = 0, 1
        self._steps: tuple[int, int | None] = (0, None)
        self._logs: dict[str, float] = {}
        self._began = self._warm = 0.0
        self._ended: float | None = None

    # Training ----------------------------------------------------------------------------

    def on_train_begin(self, logs: Logs = None) -> None:
        """Show that training begins."""
        self.history, self._in_fit = {}, True
        self._open("compiling")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note which epoch runs."""
        self._epoch, self._steps = epoch + 1, (0, self.params.get("steps"))
        self._logs = {}

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Add an epoch to the curves."""
        if not self.history:
            self._first, self._warm = epoch + 1, time.perf_counter()
        for name, value in _numbers(logs).items():
            self.history.setdefault(name, []).append(value)
        self._doing = ""
        if self._output is not None:
            self._output.maybe()

    def on_train_end(self, logs: Logs = None) -> None:
        """Leave one line, with the curves behind it."""
        self._in_fit = False
        self._close("")

    def on_train_stopped(self, error: BaseException) -> None:
        """Say that training did not come to its end, and why."""
        self._in_fit = self._validating = False
        by_hand = isinstance(error, KeyboardInterrupt)
        self._close("interrupted" if by_hand else f"ended by {type(error).__name__}")

    # Evaluation and prediction -----------------------------------------------------------

    def on_test_begin(self, logs: Logs = None) -> None:
        """Show that an evaluation or a validation begins."""
        self._validating = self._in_fit
        if self._validating:
            self._doing = "validating"
        else:
            self._open("evaluating")

    def on_test_end(self, logs: Logs = None) -> None:
        """Leave one line, unless this was a validation."""
        if not self._validating:
            self._logs = _numbers(logs)
            self._close("")
        self._validating = False

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Show that a prediction begins."""
        self._open("predicting")

    def on_predict_end(self, logs: Logs = None) -> None:
        """Leave one line."""
        self._close("")

    def progress(self, done_steps: int, total_steps: int | None, logs: Logs = None) -> None:
        """Show how far the epoch, evaluation or prediction is."""
        if not self._validating:
            self._steps = (done_steps, total_steps)
            self._logs = _numbers(logs) if logs and "outputs" not in logs else {}
            if self._in_fit:
                self._doing = ""
        if self._output is not None:
            self._output.maybe()

    # The picture -------------------------------------------------------------------------

    def _open(self, doing: str) -> None:
        self._began, self._ended, self._doing = time.perf_counter(), None, doing
        self._epoch, self._steps, self._logs = 0, (0, self.params.get("steps")), {}
        self._output = LiveOutput(self._draw)
        self._output.now()

    def _close(self, doing: str) -> None:
        if self._output is not None:
            self._ended, self._doing = time.perf_counter(), doing
            self._output.now()
        self._output = None

    def _draw(self) -> tuple[str, str]:
        line = self._line()
        text = f'<span style="font-variant-numeric:tabular-nums">{esc(line)}</span>'
        if not self.history:
            return f"<div>{text}</div>", line
        drawing = curves(self.history, self._first)
        # A finished training is one line; a click shows its curves.
        kind = "details open" if self._ended is None else "details"
        return f"<{kind}><summary>{text}</summary>{drawing}</details>", line

    def _line(self) -> str:
        seconds = (self._ended or time.perf_counter()) - self._began
        done, total = self._steps
        epochs = self.params.get("epochs") or 1
        finished = max(map(len, self.history.values()), default=0)
        parts = []
        if self._epoch and self._ended is None:
            parts.append(f"Epoch {self._epoch}/{epochs}")
            if done and self._logs and not self._validating:
                parts.append(f"{done} of {total} batches" if total else f"{done} batches")
        elif self._epoch:
            parts.append(f"{finished} epoch{'' if finished == 1 else 's'}")
        elif done:
            parts.append(f"{done} step{'' if done == 1 else 's'}")
        if self._doing:
            parts.append(self._doing)
        time_text = _clock(seconds)
        if self._epoch and self._ended is None and finished > 1:
            # The first epoch compiles, so it says nothing about the others.
            each = (time.perf_counter() - self._warm) / (finished - 1)
            left = each * (epochs - self._first + 1 - finished)
            time_text += f", about {_clock(max(left, 0.0))} left"
        parts.append(time_text)
        parts += self._values()
        return " · ".join(parts)

    def _values(self) -> list[str]:
        values = dict(self._logs) if self._logs and self._ended is None else {}
        if not values:
            values = {name: numbers[-1] for name, numbers in self.history.items()} or self._logs
        said = [f"{name} {_number(value)}" for name, value in list(values.items())[:_SHOWN]]
        watched = self.history.get("val_loss", [])
        finite = [value for value in watched if math.isfinite(value)]
        # Where only some epochs are validated, which ones is not known here.
        if finite and 1 < len(watched) == len(self.history["loss"]):
            low = min(finite)
            said.append(
                f"lowest val_loss {_number(low)} in epoch {self._first + watched.index(low)}"
            )
        return said


def _numbers(logs: Logs) -> dict[str, float]:
    found = {}
    for name, value in plain_logs(logs).items():
        if isinstance(value, float):
            found[name] = value
    return found


def _number(value: float) -> str:
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.4g}"


def _clock(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
