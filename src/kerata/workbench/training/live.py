"""Watching a training run in the terminal."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from kerata import callbacks
from kerata.training.interrupt import seen_presses
from kerata.workbench.training.pace import Pace

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

# Seconds between two lines about a long epoch, where there is no terminal.
LINE_SECONDS = 15.0
# Epochs that the sparkline shows.
SPARKS = 40
_BARS = "▁▂▃▄▅▆▇█"


class LiveView(callbacks.Callback):
    """Shows epochs as they come: a table, a bar and the time left; without a terminal, lines.

    Until the first batch is done it says that the network is being compiled, then how many
    batches are done and their loss; after Ctrl-C, that training stops.

    Arguments:
        console: rich console to write to; by default standard output.
        monitor: value whose lowest (``mode='min'``) or highest epoch is marked as best.
        mode: ``'min'`` or ``'max'``.
        rows: how many of the last epochs the table shows.

    Use it with ``verbose=0``, and as a context manager so that the terminal is set
    right again even if training fails:

        with LiveView() as view:
            model.fit(x, y, epochs=20, verbose=0, callbacks=[view])
    """

    chunks_suffice = True
    _history: list[_Row]
    _running: _Row | None
    _best: _Row | None
    _best_value: float
    _told: float
    _pace: Pace
    _validating: bool
    _stopped: bool
    _ended: bool

    def __init__(
        self,
        console: Console | None = None,
        monitor: str = "val_loss",
        mode: str = "min",
        rows: int = 10,
    ) -> None:
        super().__init__()
        from kerata.utils.terminal import Terminal

        self.console = Terminal() if console is None else console
        self.monitor = monitor
        self.sign = 1 if mode == "min" else -1
        self.rows = rows
        self.epochs: int | None = None
        self._live: Any = None
        self._opened = contextlib.ExitStack()
        self._pressed: Any = lambda: False
        self._start_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Open the view."""
        self._close()
        self._start_over()
        self.epochs = self.params.get("epochs")
        if self.console.is_terminal:
            from rich.live import Live

            self._pressed = self._opened.enter_context(seen_presses())
            self._live = Live(
                get_renderable=self._render, console=self.console, refresh_per_second=8
            )
            self._live.start()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note which epoch runs."""
        self._running = _Row(epoch + 1, {}, 0.0)
        self._validating = False

    def progress(
        self, done_steps: int, total_steps: int | None, logs: Mapping[str, Any] | None = None
    ) -> None:
        """Show how many batches are done, and what they gave."""
        if self._running is None or self._validating:
            return
        self._running.values = _numbers(logs)
        self._pace.batches(done_steps, total_steps)
        now = time.perf_counter()
        if self._live is None and now - self._told > LINE_SECONDS:
            self._told = now
            self._print(_plain_line(self._running, self.epochs, self._batches()))

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Note that the epoch is being validated."""
        self._validating = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Add an epoch."""
        values = _numbers(logs)
        row = _Row(epoch + 1, values, self._pace.epoch())
        self._running, self._validating = None, False
        self._history.append(row)
        watched = self.sign * values.get(self.monitor, math.nan)
        improved = watched < self._best_value
        if improved:
            self._best, self._best_value = row, watched
        if self._live is None:
            self._told = time.perf_counter()
            seconds = f"{row.seconds:.2f} s"
            self._print(_plain_line(row, self.epochs, seconds, "best so far" * improved))

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Leave the last picture standing."""
        self._close()

    def on_train_stopped(self, error: BaseException) -> None:
        """Leave the last picture standing, and say that training was stopped."""
        self._stopped = True
        self._close()

    def _start_over(self) -> None:
        self._history = []
        self._running = self._best = None
        self._best_value = math.inf
        self._validating = self._stopped = self._ended = False
        self._pace = Pace()
        self._told = time.perf_counter()

    def _close(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            self._pace.end()
            self._ended = True
            live.stop()
        self._opened.close()
        self._pressed = lambda: False

    def _print(self, line: str) -> None:
        self.console.print(line, highlight=False, soft_wrap=True)

    def _render(self) -> RenderableType:
        from rich.console import Group
        from rich.spinner import Spinner

        stopping = self._stopping()
        if not self._history and not self._pace.done:
            self._spinner = getattr(self, "_spinner", None) or Spinner("dots")
            what = stopping or "compiling the network for this machine"
            self._spinner.update(text=f"{what}, {clock(self._pace.spent())}")
            return self._spinner
        return Group(self._table(), *self._sparkline(), self._bar(stopping))

    def _stopping(self) -> str:
        if self._stopped:
            return "stopped"
        return "stopping after this step" if not self._ended and self._pressed() else ""

    def _table(self) -> Table:
        from rich.table import Table

        shown = self._history[-self.rows :]
        pinned = [] if self._best is None or self._best in shown else [self._best]
        # The best one takes a place, and so does the epoch that runs.
        running = [] if self._running is None or self._ended else [self._running]
        most = self.rows - len(pinned) - len(running)
        rows = pinned + (shown[-most:] if most > 0 else [])
        known = shown[-1].values if shown else running[0].values if running else {}
        names = [name for name in known if name != "learning_rate"]
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in ("epoch", *names, "time", ""):
            table.add_column(
                title.replace("_", " ").replace("val ", "validation "), justify="right"
            )
        for row in rows:
            best = row is self._best
            cells = [_number(name, row.values.get(name)) for name in names]
            style = "bold green" if best else None
            note = "best so far" if best else ""
            table.add_row(str(row.epoch), *cells, f"{row.seconds:.2f} s", note, style=style)
        for row in running:
            cells = [_number(name, row.values.get(name)) for name in names]
            seconds = f"{self._pace.in_epoch():.0f} s"
            table.add_row(str(row.epoch), *cells, seconds, self._batches(), style="dim")
        # The view keeps its height from the start, so that nothing jumps.
        for _ in range(min(self.rows, self.epochs or self.rows) - table.row_count):
            table.add_row("")
        return table

    def _batches(self) -> str:
        if self._validating:
            return "validating"
        done, total = self._pace.done, self._pace.total
        return f"{done:,} of {total:,} batches" if total else f"{done:,} batches"

    def _sparkline(self) -> list[RenderableType]:
        """Give a line with the course of what is watched."""
        watched = [row.values.get(self.monitor, math.nan) for row in self._history]
        drawn = sparkline(watched[-SPARKS:])
        if not drawn or not self.console.encoding.lower().startswith("utf"):
            return []
        name = self.monitor.replace("_", " ").replace("val ", "validation ")
        first = max(1, len(watched) - SPARKS + 1)
        since = f" since epoch {self._history[first - 1].epoch}" if first > 1 else ""
        return [f"[dim]{name}{since}[/dim] {drawn}"]

    def _bar(self, stopping: str) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        done = self._history[-1].epoch if self._history else 0
        epoch = self._running.epoch if self._running is not None and not self._ended else done
        line = Table.grid(padding=(0, 2, 0, 0))
        message = f"epoch {epoch} of {self.epochs}" if self.epochs else f"epoch {epoch}"
        share = 0.0 if self._ended else self._pace.share()
        bar = ProgressBar(total=self.epochs, completed=done + share, width=30)
        spent = f"{clock(self._pace.spent())} spent"
        left = self._pace.left((self.epochs or 0) - done)
        if stopping:
            spent += f", {stopping}"
        elif not self._ended and self.epochs and left is not None:
            spent += f", up to about {clock(left)} left"
        line.add_row(bar, message, spent)
        return line


class _Row:
    """One epoch: its number from 1, its values and its seconds."""

    def __init__(self, epoch: int, values: dict[str, float], seconds: float) -> None:
        self.epoch = epoch
        self.values = values
        self.seconds = seconds


def sparkline(values: list[float]) -> str:
    """Draw numbers as bars of a letter's height; '' for fewer than two.

    >>> sparkline([3.0, 2.0, 1.0])
    '█▅▁'
    """
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    steps = len(_BARS) - 1
    return "".join(
        _BARS[round(steps * (value - low) / (high - low or 1))] if math.isfinite(value) else " "
        for value in values
    )


def clock(seconds: float) -> str:
    """Write a duration.

    >>> clock(75), clock(3700)
    ('1:15', '1:01:40')
    """
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    return {name: float(value) for name, value in (logs or {}).items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name.removeprefix("val_") in ("accuracy", "acc"):
        return f"{100 * value:.1f}%"
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"


def _plain_line(row: _Row, epochs: int | None, *marks: str) -> str:
    number = f"{row.epoch:{len(str(epochs or 0))}}/{epochs}" if epochs else str(row.epoch)
    values = [
        f"{name} {_number(name, value)}"
        for name, value in row.values.items()
        if name != "learning_rate"
    ]
    return "  ".join([f"epoch {number}", *values, *filter(None, marks)])
