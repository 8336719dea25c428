"""Watching a training run in the terminal."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from kerata import callbacks

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table


class LiveView(callbacks.Callback):
    """Shows epochs as they come: a table, a bar and the time left; without a terminal, lines.

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
        self._history: list[_Row] = []
        self._best = 0
        self._best_value = math.inf
        self._ended: float | None = None
        self._began = self._epoch_began = time.perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Open the view."""
        self._close()
        self._start_over()
        self.epochs = self.params.get("epochs")
        self._began = self._epoch_began = time.perf_counter()
        if self.console.is_terminal:
            from rich.live import Live

            self._live = Live(
                get_renderable=self._render, console=self.console, refresh_per_second=8
            )
            self._live.start()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Add an epoch."""
        now = time.perf_counter()
        values = {name: float(value) for name, value in (logs or {}).items() if _is_number(value)}
        row = _Row(epoch + 1, values, now - self._epoch_began)
        self._epoch_began = now
        self._history.append(row)
        watched = self.sign * values.get(self.monitor, math.nan)
        improved = watched < self._best_value
        if improved:
            self._best, self._best_value = row.epoch, watched
        if self._live is None:
            self.console.print(
                _plain_line(row, self.epochs, improved), highlight=False, soft_wrap=True
            )

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Leave the last picture standing."""
        self._close()

    def _start_over(self) -> None:
        self._history = []
        self._best, self._best_value = 0, math.inf
        self._began = self._epoch_began = time.perf_counter()
        self._ended = None

    def _close(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            self._ended = time.perf_counter()
            live.stop()

    def _render(self) -> RenderableType:
        from rich.console import Group
        from rich.spinner import Spinner

        if not self._history:
            self._spinner = getattr(self, "_spinner", None) or Spinner(
                "dots", "compiling the network for this machine ..."
            )
            return self._spinner
        return Group(self._table(), self._bar())

    def _table(self) -> Table:
        from rich.table import Table

        shown = self._history[-self.rows :]
        names = [name for name in shown[-1].values if name != "learning_rate"]
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in ("epoch", *names, "time", ""):
            table.add_column(
                title.replace("_", " ").replace("val ", "validation "), justify="right"
            )
        for row in shown:
            best = row.epoch == self._best
            cells = [_number(name, row.values.get(name)) for name in names]
            table.add_row(
                str(row.epoch),
                *cells,
                f"{row.seconds:.2f} s",
                "best so far" if best else "",
                style="bold green" if best else None,
            )
        # The view keeps its height from the start, so that nothing jumps.
        for _ in range(min(self.rows, self.epochs or self.rows) - len(shown)):
            table.add_row("")
        return table

    def _bar(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        done, now = self._history[-1].epoch, self._ended or time.perf_counter()
        line = Table.grid(padding=(0, 2, 0, 0))
        message = f"epoch {done} of {self.epochs}" if self.epochs else f"epoch {done}"
        bar = ProgressBar(total=self.epochs, completed=done, width=30)
        spent = f"{_clock(now - self._began)} spent"
        if self._ended is None and self.epochs:
            left = self._seconds_an_epoch() * (self.epochs - done)
            spent += f", at most {_clock(left)} left"
        line.add_row(bar, message, spent)
        return line

    def _seconds_an_epoch(self) -> float:
        # The first epoch compiles, so it says nothing about the others.
        times = [row.seconds for row in self._history[1:][-5:]] or [self._history[0].seconds]
        return sum(times) / len(times)


class _Row:
    """One epoch: its number from 1, its values and its seconds."""

    def __init__(self, epoch: int, values: dict[str, float], seconds: float) -> None:
        self.epoch = epoch
        self.values = values
        self.seconds = seconds


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


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _plain_line(row: _Row, epochs: int | None, improved: bool) -> str:
    number = f"{row.epoch:{len(str(epochs or 0))}}/{epochs}" if epochs else str(row.epoch)
    values = [
        f"{name} {_number(name, value)}"
        for name, value in row.values.items()
        if name != "learning_rate"
    ]
    marks = ["best so far"] if improved else []
    return "  ".join([f"epoch {number}", *values, f"{row.seconds:.2f} s", *marks])
