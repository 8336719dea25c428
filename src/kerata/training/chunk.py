"""Chunks of an epoch: batches that lie side by side and are trained on in one call."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import jax
import numpy as np

from kerata.base.placement import current_placement
from kerata.base.randomness import global_generator
from kerata.base.rows import for_batches
from kerata.training.data_adapter import ArrayData, aligned_empty
from kerata.training.shuffling import order_of_rows

# Upper limits of batches and bytes in a chunk: enough that the cost of a call does not
# count, few enough that the first step does not wait long for its data.
MOST_BATCHES = 64
MOST_BYTES = 16 * 2**20
# How long a chunk that is not full waits for more batches, in seconds.
PATIENCE = 0.03


@dataclass(frozen=True)
class Chunk:
    """Some steps of an epoch."""

    arrays: Any  # x, y, sample_weight; there may be room behind the last filled row
    order: Any  # int32, the rows in the order of training, as many as there is room for
    batch_size: int
    steps: int  # the steps end before this one
    first: int = 0  # the step to begin with

    def batches(self) -> Iterator[Any]:
        """Yield the arrays of one step after the other."""
        size = self.batch_size
        for i in range(self.first, self.steps):
            yield jax.tree.map(lambda a, i=i: a[i * size : (i + 1) * size], self.arrays)


def whole_pass(data: ArrayData, batch_size: int, shuffle: Any) -> Chunk:
    """Give all rows in the order of an epoch as one chunk.

    Arguments:
        shuffle: as for ``order_of_rows``; the order's seed is drawn from the global generator.
    """
    rng = np.random.default_rng(global_generator().next_seed() if shuffle else 0)
    order = order_of_rows(data.count, batch_size, shuffle, rng)
    arrays = for_batches(data.arrays, order, batch_size)
    return Chunk(arrays, order, batch_size, -(-data.count // batch_size))


class _Room:
    """Arrays for several batches of one shape."""

    def __init__(self, batch: ArrayData, steps: int | None) -> None:
        leaves, self.structure = jax.tree.flatten(batch.arrays)
        self.size = batch.count
        self.filled, self.since = 0, 0.0
        bytes_each = max(1, sum(a.nbytes for a in leaves))
        most = MOST_BATCHES if steps is None else min(MOST_BATCHES, steps)
        self.capacity = max(1, min(most, MOST_BYTES // bytes_each))
        self.leaves = [
            aligned_empty((self.capacity * len(a), *a.shape[1:]), a.dtype) for a in leaves
        ]
        self.order = np.arange(self.capacity * self.size, dtype=np.int32)

    def add(self, batch: ArrayData) -> None:
        leaves = jax.tree.leaves(batch.arrays)
        start = self.filled * self.size
        for room, array in zip(self.leaves, leaves, strict=True):
            room[start : start + len(array)] = array
        self.filled += 1
        if self.filled == 1:
            self.since = time.monotonic()

    @property
    def full(self) -> bool:
        return self.filled == self.capacity

    def chunk(self) -> Chunk:
        arrays = jax.tree.unflatten(self.structure, self.leaves)
        return Chunk(arrays, self.order, self.size, self.filled)


class Gathered:
    """An iterator over chunks that a thread of its own fills from single batches.

    A chunk ends when it is full, when a batch of another shape follows, or when it has
    waited a moment and is wanted. A chunk is valid until the next one is asked for.

    Arguments:
        batches: iterator of batches; what it raises is raised where its batch was due.
        steps: number of batches if known.
        check: called while waiting; raises what is to end the waiting.
    """

    def __init__(
        self, batches: Iterator[ArrayData], steps: int | None, check: Callable[[], None]
    ) -> None:
        self._batches, self._steps, self._check = batches, steps, check
        self._change = threading.Condition()
        # Processes that train together must cut their chunks alike.
        self._patience = math.inf if current_placement().in_step else PATIENCE
        self._room: _Room | None = None  # being filled
        self._key: Any = None
        self._given: tuple[Any, _Room] | None = None  # in the consumer's hands
        self._spare: tuple[Any, _Room] | None = None
        self._waiting = self._ended = self._closed = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read, name="kerata-gather", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()
        # A source that hangs must not hold up the end.
        self._thread.join(timeout=1.0)

    def __iter__(self) -> Iterator[Chunk]:
        while (room := self._take()) is not None:
            yield room.chunk()

    def _take(self) -> _Room | None:
        with self._change:
            if self._given is not None:
                self._spare, self._given = self._given, None
            while True:
                room = self._room
                if room is not None and (
                    room.full
                    or self._waiting
                    or self._ended
                    or time.monotonic() - room.since >= self._patience
                ):
                    self._given, self._room = (self._key, room), None
                    self._change.notify_all()
                    return room
                if room is None and self._ended:
                    if self._error is not None:
                        raise self._error
                    return None
                self._change.wait(timeout=PATIENCE)
                self._check()

    def _read(self) -> None:
        try:
            for batch in self._batches:
                self._put(batch)
                if self._closed:
                    return
        except BaseException as error:
            # Raised where the chunks are asked for.
            self._error = error
        finally:
            with self._change:
                self._ended = True
                self._change.notify_all()

    def _put(self, batch: ArrayData) -> None:
        leaves, structure = jax.tree.flatten(batch.arrays)
        key = (structure, tuple((a.shape, a.dtype) for a in leaves))
        with self._change:
            self._waiting = True
            while not self._closed and (
                self._room is not None and (self._room.full or self._key != key)
            ):
                self._change.wait()
            self._waiting = False
            if self._room is None:
                self._room, self._key = self._new_room(key, batch), key
            self._room.add(batch)
            self._change.notify_all()

    def _new_room(self, key: Any, batch: ArrayData) -> _Room:
        if self._spare is not None and self._spare[0] == key:
            room, self._spare = self._spare[1], None
            room.filled = 0
            return room
        return _Room(batch, self._steps)
