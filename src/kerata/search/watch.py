"""Watching a search while it runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from kerata.search.results import Results
from kerata.search.table import value_text

if TYPE_CHECKING:
    from rich.console import RenderableType

# Candidates shown.
ROWS = 12


class Watch:
    """Shows a search while it runs: a table in a terminal, else a line now and then.

    Arguments:
        total: how many trainings there are.
        make: gives the results so far, if there are any to show.
        verbose: 0 shows nothing.
    """

    def __init__(
        self, total: int, make: Callable[[], Results] | None = None, verbose: int = 1
    ) -> None:
        self.total, self.make, self.verbose = total, make, verbose
        self.finished = 0
        self._begun = time.perf_counter()
        self._drawn = 0.0
        self._live: Any = None

    def __enter__(self) -> Self:
        if self.verbose and sys.stdout.isatty():
            from rich.live import Live

            self._live = Live(self._bar(), refresh_per_second=8)
            self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._live is not None:
            self._live.update(self._picture())
            self._live.stop()
        elif self.verbose:
            print(self._line(), flush=True)

    def count(self, finished: int = 1) -> None:
        """Note that trainings are done."""
        self.finished += finished
        now = time.perf_counter()
        # Ranking all candidates takes longer than training a small one.
        if self._live is not None and now - self._drawn > 0.3:
            self._drawn = now
            self._live.update(self._picture())
        elif self._live is None and self.verbose and now - self._drawn > 10:
            if self._drawn:
                print(self._line(), flush=True)
            self._drawn = now

    def _picture(self) -> RenderableType:
        from rich.console import Group

        if self.make is None:
            return self._bar()
        return Group(self.make().table(ROWS), self._bar())

    def _bar(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        line = Table.grid(padding=(0, 2, 0, 0))
        bar = ProgressBar(total=self.total, completed=self.finished, width=30)
        line.add_row(bar, self._sentence())
        return line

    def _sentence(self) -> str:
        spent = time.perf_counter() - self._begun
        message = f"{self.finished} of {self.total} trainings, {spent:.0f} s spent"
        if 0 < self.finished < self.total:
            message += f", about {spent / self.finished * (self.total - self.finished):.0f} s left"
        return message

    def _line(self) -> str:
        results = None if self.make is None else self.make()
        order = [] if results is None else results.ranking()
        if results is None or not order:
            return self._sentence()
        best = results.candidate(order[0])
        values = ", ".join(f"{k}={value_text(v)}" for k, v in best.params.items())
        score = f"{results.metric} {best.score:.4f}"
        return f"{self._sentence()}; best {score}{f' with {values}' if values else ''}"
