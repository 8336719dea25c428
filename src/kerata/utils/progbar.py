"""The progress bar."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from kerata.base.console import show
from kerata.base.messages import printable

_BOLD, _GREEN, _GREY, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """A line with steps done, a bar, times and values, redrawn in place.

    Where standard output is no terminal or notebook, only the finished line is printed.

    Arguments:
        target: number of steps, None if unknown.
        width: length of the bar in characters.
        verbose: 0 prints nothing, 1 a bar, 2 one finished line without a bar.
        interval: least seconds between two drawings.
        stateful_metrics: names whose values are shown as they are; all others are
            averaged over the steps.
        stateless_metrics: the other way round: names that are averaged.
        unit_name: what one step is called.

    Raises:
        ValueError: both ``stateful_metrics`` and ``stateless_metrics``.

    >>> bar = Progbar(2, verbose=2)
    >>> bar.update(1, [("loss", 0.75)])
    >>> bar.update(2, [("loss", 0.5)])  # doctest: +ELLIPSIS
    2/2 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar takes stateful_metrics (all others are averaged) or stateless_metrics "
                "(only these are averaged), not both."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self._as_is = None if stateful_metrics is None else set(stateful_metrics)
        self._averaged = None if stateless_metrics is None else set(stateless_metrics)
        self._sums: dict[str, tuple[float, float]] = {}
        self._seen = 0
        self._start = time.perf_counter()
        self._after_first_step: float | None = None
        self._last_drawn = -np.inf
        self._drawn_width = 0

    @property
    def open(self) -> bool:
        """Whether an unfinished line stands on the screen."""
        return self._drawn_width > 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Show that some steps are done.

        Arguments:
            current: steps done so far.
            values: pairs of name and value for the last step.
            finalize: whether this is the finished line; by default once ``current``
                reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._note(name, value, max(current - self._seen, 1), finalize)
        self._seen = current
        now = time.perf_counter()
        if current == 1:
            self._after_first_step = now
        if self.verbose == 1:
            self._draw(current, now, finalize)
        elif self.verbose == 2 and finalize and self.target:
            times = f"{now - self._start:.0f}s - {self._step_time(current, now)}"
            show(f"{self._count(current)} - {times}{self._values()}")

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that ``n`` more steps are done."""
        self.update(self._seen + n, values)

    def _note(self, name: str, value: Any, steps: int, finalize: bool) -> None:
        averaged = (
            name in self._averaged
            if self._averaged is not None
            else name not in (self._as_is or ())
        )
        value = float(np.mean(value))
        total, weight = self._sums.get(name, (0.0, 0.0))
        # The finished line's values are those of the whole run already.
        fresh = finalize or not averaged
        self._sums[name] = (value, 1.0) if fresh else (total + value * steps, weight + steps)

    def _draw(self, current: int, now: float, finalize: bool) -> None:
        live = _is_live()
        if not finalize and (not live or now - self._last_drawn < self.interval):
            return
        self._last_drawn = now
        count, left = self._count(current), ""
        if self.target and not finalize:
            left = _clock(self._seconds_per_step(current, now) * (self.target - current))
        else:
            left = f"{now - self._start:.0f}s"
        done, rest = self._bar(current)
        tail = f" {self._step_time(current, now)}{self._values()}"
        # A line that wraps can't be redrawn; a notebook doesn't wrap.
        wraps = live and not finalize and sys.stdout.isatty()
        room = shutil.get_terminal_size().columns - 1 if wraps else sys.maxsize
        head_width = len(f"{count} {done}{rest} {left}")
        tail = tail[: max(room - head_width, 0)]
        width = head_width + len(tail)
        if live:
            line = (
                f"\r{_BOLD}{count}{_PLAIN} {_GREEN}{done}{_GREY}{rest}{_PLAIN} "
                f"{_BOLD}{left}{_PLAIN}{tail}{' ' * (self._drawn_width - width)}"
            )
        else:
            line = f"{count} {done}{rest} {left}{tail}"
        show(line, end="\n" if finalize else "")
        self._drawn_width = 0 if finalize else width

    def _count(self, current: int) -> str:
        if not self.target:
            return f"{current:7d}/Unknown"
        return f"{current:{len(str(self.target))}d}/{self.target}"

    def _bar(self, current: int) -> tuple[str, str]:
        if not self.target:
            return "", ""
        done = min(self.width * current // self.target, self.width)
        sign, blank = _signs()
        return sign * done, blank * (self.width - done)

    def _values(self) -> str:
        texts = []
        for given, (total, weight) in self._sums.items():
            name = printable(given)
            mean = total / max(weight, 1)
            texts.append(f" - {name}: {mean:.4f}" if abs(mean) > 1e-3 else f" - {name}: {mean:.4e}")
        return "".join(texts)

    def _step_time(self, current: int, now: float) -> str:
        seconds = self._seconds_per_step(current, now)
        if seconds >= 1 or seconds == 0:
            return f"{seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f"{seconds * 1e3:.0f}ms/{self.unit_name}"
        return f"{seconds * 1e6:.0f}us/{self.unit_name}"

    def _seconds_per_step(self, current: int, now: float) -> float:
        if self._after_first_step is not None and current > 1:
            # The first step compiles, so it says nothing about the others.
            return (now - self._after_first_step) / (current - 1)
        return (now - self._start) / current if current else 0.0


def _is_live() -> bool:
    """Say whether a line on standard output can be redrawn."""
    if "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ:
        return True
    return sys.stdout is not None and sys.stdout.isatty()


def _signs() -> tuple[str, str]:
    """Give the bar's two signs, in plain ASCII where standard output takes nothing else."""
    try:
        "━".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return "=", "."
    return "━", "━"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"{minutes}:{seconds:02d}" if minutes else f"{seconds}s"
