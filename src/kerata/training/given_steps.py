"""Epochs of a given number of steps over rows that could give more or fewer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kerata.base.messages import warn
from kerata.base.randomness import SeedGenerator, draw_seed, seeded
from kerata.training.chunk import Chunk, whole_pass
from kerata.training.data_adapter import ArrayData, on_device, take
from kerata.training.out_of_core import OutOfCoreData


class GivenSteps:
    """Rows for training in epochs of so many steps, each going on where the last one ended.

    A pass through the rows that ends inside an epoch ends the epoch too, with a warning; the
    next epoch begins another pass, in a new order.

    Arguments:
        data: the rows, in memory or stored.
        steps: steps of an epoch.
        batch_size: rows of a step.
        shuffle: as for ``order_of_rows``.
    """

    def __init__(
        self, data: ArrayData | OutOfCoreData, steps: int, batch_size: int, shuffle: Any
    ) -> None:
        self.data, self.steps, self.batch_size, self.shuffle = data, steps, batch_size, shuffle
        self._whole = -(-data.count // batch_size)
        # Passes have seeds of their own, so that a training that is taken up again finds the
        # order in the middle of which it stopped.
        self._seeds = SeedGenerator(draw_seed(None))
        self._pass, self._place = 0, 0  # which one, and how many of its steps are done
        self._opened = contextlib.ExitStack()
        self._chunks: Iterator[Chunk] | None = None
        self._chunk: Chunk | None = None
        self._before = 0  # steps of the pass before the chunk

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.data.count

    def peek(self) -> ArrayData:
        """Give some rows."""
        return self.data if isinstance(self.data, ArrayData) else self.data.peek()

    @contextlib.contextmanager
    def epoch(
        self, check: Callable[[], None] = lambda: None, ahead: bool = True
    ) -> Iterator[Iterator[Chunk]]:
        """Yield an iterator over the chunks of an epoch, each valid until the next."""
        yield self._epoch(check, ahead)

    def skip(self, epochs: int) -> None:
        """Pass over epochs that an earlier run has done."""
        for _ in range(epochs):
            self._begin()
            self._place = min(self._place + self.steps, self._whole)

    def close(self) -> None:
        """End the thread that reads ahead."""
        self._opened.close()
        self._chunks = self._chunk = None

    def _begin(self) -> None:
        if self._place == self._whole:
            self.close()
            self._pass, self._place = self._pass + 1, 0

    def _epoch(self, check: Callable[[], None], ahead: bool) -> Iterator[Chunk]:
        self._begin()
        left = self.steps
        while left and self._place < self._whole:
            chunk = self._piece_here(check, ahead)
            first = self._place - self._before
            stop = min(chunk.steps, first + left)
            left -= stop - first
            self._place += stop - first
            yield replace(chunk, first=first, steps=stop)
        if left:
            warn_of_end(self.steps - left, self.steps)

    def _piece_here(self, check: Callable[[], None], ahead: bool) -> Chunk:
        if self._chunks is None:
            self._chunks = self._open(check, ahead)
            self._chunk, self._before = next(self._chunks), 0
        assert self._chunk is not None
        while self._before + self._chunk.steps <= self._place:
            self._before += self._chunk.steps
            self._chunk = next(self._chunks)
        return self._chunk

    def _open(self, check: Callable[[], None], ahead: bool) -> Iterator[Chunk]:
        self._seeds.go_to(self._seeds.seed, self._pass)
        with seeded(self._seeds.next_seed()):
            if isinstance(self.data, ArrayData):
                return iter([whole_pass(on_device(self.data), self.batch_size, self.shuffle)])
            return self._opened.enter_context(self.data.epoch(check, ahead))


def first_steps(
    data: ArrayData | OutOfCoreData, steps: int, batch_size: int
) -> ArrayData | OutOfCoreData:
    """Give the rows of the first so many steps, as an evaluation or a prediction wants them."""
    rows = steps * batch_size
    whole = -(-data.count // batch_size)
    if steps > whole:
        warn_of_end(whole, steps)
    if rows >= data.count:
        return data
    return take(data, 0, rows) if isinstance(data, ArrayData) else data.first_rows(rows)


def warn_of_end(done: int, steps: int) -> None:
    """Tell that the data ended before the steps that were asked for."""
    warn(
        f"The data ended after {done} batches, but {steps} steps were asked for; the epoch "
        "ends early.",
        stacklevel=2,
    )
