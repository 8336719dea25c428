"""Sequences that can be gone through again and again, and what makes new ones of them.

Nothing here looks at the items: they may be elements, or the numbers of rows.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

INFINITE, UNKNOWN = -1, -2


@dataclass(frozen=True)
class Stream:
    """A sequence and its length.

    Attributes:
        start: begins a pass and gives its iterator.
        count: gives the number of items, ``INFINITE`` or ``UNKNOWN``.
    """

    start: Callable[[], Iterator[Any]]
    count: Callable[[], int]


def counting(start: int, stop: int, step: int = 1) -> Stream:
    """Give the integers of a range.

    >>> list(counting(0, 6, 2).start())
    [0, 2, 4]
    """
    numbers = range(start, stop, step)
    return Stream(lambda: iter(numbers), lambda: len(numbers))


def taken(stream: Stream, most: int) -> Stream:
    """Give the first items, all for -1."""
    if most < 0:
        return stream

    def count() -> int:
        n = stream.count()
        return most if n == INFINITE else n if n == UNKNOWN else min(n, most)

    return Stream(lambda: itertools.islice(stream.start(), most), count)


def skipped(stream: Stream, number: int) -> Stream:
    """Leave the first items out, all for -1.

    >>> list(skipped(counting(0, 3), 1).start())
    [1, 2]
    """
    if number < 0:
        return taken(stream, 0)

    def count() -> int:
        n = stream.count()
        return n if n < 0 else max(0, n - number)

    return Stream(lambda: itertools.islice(stream.start(), number, None), count)


def sharded(stream: Stream, shards: int, index: int) -> Stream:
    """Give every so many-th item."""

    def count() -> int:
        n = stream.count()
        return n if n < 0 else len(range(index, n, shards))

    return Stream(lambda: itertools.islice(stream.start(), index, None, shards), count)


def repeated(stream: Stream, times: int) -> Stream:
    """Go through a stream again and again, without end for -1."""

    def walk() -> Iterator[Any]:
        for _ in range(times) if times >= 0 else itertools.count():
            empty = True
            for item in stream.start():
                empty = False
                yield item
            if empty:
                return

    def count() -> int:
        n = stream.count()
        if times == 0 or n == 0:
            return 0
        if times < 0:
            return INFINITE if n != UNKNOWN else UNKNOWN
        return n if n < 0 else n * times

    return Stream(walk, count)


def joined(first: Stream, second: Stream) -> Stream:
    """Give one stream behind the other."""

    def count() -> int:
        counts = (first.count(), second.count())
        if INFINITE in counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else sum(counts)

    return Stream(lambda: itertools.chain(first.start(), _late(second)), count)


def _late(stream: Stream) -> Iterator[Any]:
    yield from stream.start()


def zipped(streams: list[Stream], together: Callable[[tuple[Any, ...]], Any]) -> Stream:
    """Give the items of several streams together, as many as the shortest has."""

    def count() -> int:
        counts = [n for n in (s.count() for s in streams) if n != INFINITE]
        if not counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else min(counts)

    def walk() -> Iterator[Any]:
        for items in zip(*(s.start() for s in streams), strict=False):
            yield together(items)

    return Stream(walk, count)


class Shuffler:
    """Gives the random generator of each pass through a shuffled stream.

    Arguments:
        seed: of the first pass.
        anew: whether the next pass has another order.
    """

    def __init__(self, seed: int, anew: bool) -> None:
        self.seed, self.anew, self.passes = seed, anew, 0

    def generator(self) -> np.random.Generator:
        """Give the next pass's generator."""
        number, self.passes = self.passes, self.passes + 1
        return np.random.default_rng([self.seed % 2**63, number if self.anew else 0])


def shuffled(stream: Stream, room: int, shuffler: Shuffler) -> Stream:
    """Give items in random order: each is drawn from the next ``room`` ones.

    >>> sorted(shuffled(counting(0, 5), 3, Shuffler(1, True)).start())
    [0, 1, 2, 3, 4]
    """

    def walk() -> Iterator[Any]:
        rng = shuffler.generator()
        items = stream.start()
        waiting = list(itertools.islice(items, room))
        following = next(items, waiting)
        if following is waiting:
            # All of them fit, so that one permutation does.
            for i in rng.permutation(len(waiting)).tolist():
                yield waiting[i]
            return
        places = _places(rng, room)
        for item in itertools.chain([following], items):
            i = next(places)
            yield waiting[i]
            waiting[i] = item
        for i in rng.permutation(len(waiting)).tolist():
            yield waiting[i]

    return Stream(walk, stream.count)


def _places(rng: np.random.Generator, room: int) -> Iterator[int]:
    # One number drawn alone takes some microseconds.
    while True:
        yield from rng.integers(room, size=4096).tolist()


def batched(stream: Stream, size: int, drop: bool, together: Callable[[list[Any]], Any]) -> Stream:
    """Put so many items together; the last batch may be smaller.

    Arguments:
        drop: whether a smaller last batch is left out.
        together: makes a batch of a list.
    """

    def walk() -> Iterator[Any]:
        items = stream.start()
        while batch := list(itertools.islice(items, size)):
            if len(batch) == size or not drop:
                yield together(batch)

    def count() -> int:
        n = stream.count()
        return n if n < 0 else (n // size if drop else -(-n // size))

    return Stream(walk, count)


def windows(stream: Stream, size: int, shift: int, stride: int, drop: bool) -> Stream:
    """Give lists of so many items, each beginning ``shift`` items after the one before.

    Arguments:
        stride: distance of the items in a window.
        drop: whether windows with fewer items at the end are left out.

    >>> list(windows(counting(0, 5), 3, 1, 2, False).start())
    [[0, 2, 4], [1, 3], [2, 4], [3], [4]]
    """
    span = (size - 1) * stride + 1

    def walk() -> Iterator[list[Any]]:
        items = stream.start()
        held: deque[Any] = deque(itertools.islice(items, span))
        while held and (len(held) == span or not drop):
            yield list(itertools.islice(held, 0, None, stride))
            for _ in range(min(shift, len(held))):
                held.popleft()
            for _ in itertools.islice(items, max(0, shift - span)):
                pass
            held.extend(itertools.islice(items, span - len(held)))

    def count() -> int:
        n = stream.count()
        if n < 0:
            return n
        return max(0, (n - span) // shift + 1) if drop else -(-n // shift)

    return Stream(walk, count)


def kept(stream: Stream) -> Stream:
    """Keep the items of the first whole pass in memory for those that follow."""
    memory: list[list[Any]] = []

    def walk() -> Iterator[Any]:
        if memory:
            yield from memory[0]
            return
        items = []
        for item in stream.start():
            items.append(item)
            yield item
        if not memory:
            memory.append(items)

    return Stream(walk, lambda: len(memory[0]) if memory else stream.count())
