"""How fast a training goes, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable

# Epochs whose times tell how long the next ones take.
_LAST = 5


class Pace:
    """Clocks of a training: since its beginning, since its epoch's, and of the last epochs.

    The first batch of all compiles the network, so it says nothing about the others.

    Arguments:
        now: gives the time in seconds.

    Attributes:
        done, total: batches of the running epoch; a total of None is unknown.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._began = self._epoch_began = now()
        self._ended: float | None = None
        # When batches were first heard of, and how many there were then.
        self._warm: tuple[float, int] | None = None
        self._times: list[float] = []
        self.done = 0
        self.total: int | None = None

    def batches(self, done: int, total: int | None) -> None:
        """Note how many batches of the epoch are done."""
        self.done, self.total = done, total
        if self._warm is None:
            self._warm = self._now(), done

    def epoch(self) -> float:
        """End an epoch and give its seconds."""
        now = self._now()
        seconds, self._epoch_began = now - self._epoch_began, now
        self._times.append(seconds)
        self.done = 0
        return seconds

    def end(self) -> None:
        """Stop the clocks."""
        self._ended = self._now()

    def spent(self) -> float:
        """Give the seconds since the beginning."""
        return (self._ended or self._now()) - self._began

    def in_epoch(self) -> float:
        """Give the seconds since the epoch began."""
        return (self._ended or self._now()) - self._epoch_began

    def share(self) -> float:
        """Give the share of the epoch's batches that are done."""
        return self.done / self.total if self.total else 0.0

    def left(self, epochs: int) -> float | None:
        """Give the seconds until the end, None while nothing is known.

        Arguments:
            epochs: how many are not finished, the running one among them.

        >>> times = iter([0, 10, 20, 20])
        >>> pace = Pace(lambda: next(times))
        >>> pace.batches(1, 100)
        >>> pace.batches(51, 100)
        >>> pace.left(2)
        29.8
        """
        each = self._each()
        if each is None:
            return None
        if len(self._times) > 1 or self._warm is None:
            return max(each - self.in_epoch(), 0.0) + each * (epochs - 1)
        return each * (epochs - self.share())

    def _each(self) -> float | None:
        """Give the seconds that an epoch takes."""
        if len(self._times) > 1:
            last = self._times[1:][-_LAST:]
            return sum(last) / len(last)
        if self._times:
            begun = self._began if self._warm is None else self._warm[0]
            return self._times[0] - (begun - self._began)
        if self._warm is None or not self.total or self.done <= self._warm[1]:
            return None
        begun, first = self._warm
        return (self._now() - begun) / (self.done - first) * self.total
