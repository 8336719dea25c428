"""How many steps one call makes: about half a second of them, or what callbacks want to see."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from kerata.training.compiled_steps import CompiledSteps

# Long epochs and evaluations are cut into calls of about so long, for progress and Ctrl-C.
CALL_SECONDS = 0.5


def step_ranges(
    programs: CompiledSteps, start: int, steps: int, kind: str
) -> Iterator[tuple[int, int]]:
    """Yield the first step and the end of calls that last about ``CALL_SECONDS`` each.

    The first one is a single step, since nothing is known then of how long one takes.

    Arguments:
        kind: ``'train'`` or ``'test'``, which have paces of their own.
    """
    first = start
    while start < steps:
        pace = programs.paces.get(kind)
        size = 1 if pace is None else max(1, int(CALL_SECONDS / pace))
        # Processes must run the same programs, however fast each of them is.
        size = programs.placement.agree(size)
        # A last call of a few steps is not worth a call of its own.
        stop = steps if start + 1.2 * size >= steps else start + size
        begin = time.perf_counter()
        yield start, stop
        # The first call of all also compiles, so it tells nothing about speed.
        if pace is not None or start > first:
            programs.paces[kind] = (time.perf_counter() - begin) / (stop - start)
        start = stop


class BatchHooks:
    """Calls a callback's hooks for batches: one pair for each execution of several steps.

    Arguments:
        begin, end: the hooks; of ``steps_per_execution=3`` they get 0 and 2, 3 and 5, ...
        size: steps of an execution.
        wanted: whether there is anybody to call.
    """

    def __init__(
        self,
        begin: Callable[[int], Any],
        end: Callable[[int, dict[str, Any]], Any],
        size: int,
        wanted: bool,
    ) -> None:
        self.begin, self.end, self.size, self.wanted = begin, end, size, wanted
        self._running: int | None = None

    def bounds(self, offset: int, start: int, steps: int) -> Iterator[tuple[int, int]]:
        """Yield bounds that end where executions do; ``offset`` leads to the epoch's steps."""
        while start < steps:
            stop = min(steps, start + self.size - (offset + start) % self.size)
            yield start, stop
            start = stop

    def before(self, step: int) -> None:
        """Say that a step of the epoch comes next."""
        if self.wanted and self._running is None:
            self._running = step
            self.begin(step)

    def after(self, steps: int, logs: dict[str, Any], last: bool = False) -> None:
        """Say that so many steps of the epoch are done, and whether that is all of them."""
        if self._running is not None and (last or steps % self.size == 0):
            number, self._running = self._running, None
            self.end(number + self.size - 1, logs)
