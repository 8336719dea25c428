"""Streams that threads compute ahead."""

from __future__ import annotations

import itertools
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from kerata.data.streams import Stream

AUTOTUNE = -1
_END = object()


def read_ahead(stream: Stream, most: int) -> Stream:
    """Let a thread read so many items ahead.

    Arguments:
        most: items that wait at most.

    >>> from kerata.data.streams import counting
    >>> list(read_ahead(counting(0, 3), 2).start())
    [0, 1, 2]
    """

    def walk() -> Iterator[Any]:
        waiting: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(most)
        closed = threading.Event()

        def put(item: Any, error: BaseException | None = None) -> bool:
            while not closed.is_set():
                try:
                    waiting.put((item, error), timeout=0.1)
                    return True
                except queue.Full:
                    continue
            return False

        def read() -> None:
            try:
                for item in stream.start():
                    if not put(item):
                        return
                put(_END)
            except BaseException as error:
                # Raised where the items are asked for.
                put(_END, error)

        threading.Thread(target=read, name="kerata-data", daemon=True).start()
        try:
            while True:
                item, error = waiting.get()
                if error is not None:
                    raise error
                if item is _END:
                    return
                yield item
        finally:
            closed.set()

    return Stream(walk, stream.count)


def threads_for(parallel: Any) -> int:
    """Give the number of threads for TensorFlow's ``num_parallel_calls``.

    >>> threads_for(None), threads_for(3)
    (0, 3)
    """
    if parallel is None:
        return 0
    return min(8, os.cpu_count() or 1) if int(parallel) == AUTOTUNE else max(1, int(parallel))


def computed(stream: Stream, function: Callable[[Any], Any], threads: int) -> Stream:
    """Apply a function to each item, on threads if there are any; the order stays."""
    if threads < 2:

        def walk_alone() -> Iterator[Any]:
            return map(function, stream.start())

        return Stream(walk_alone, stream.count)

    def walk() -> Iterator[Any]:
        items = stream.start()
        waiting: deque[Future[Any]] = deque()
        pool = ThreadPoolExecutor(threads, "kerata-data")
        try:
            for item in itertools.islice(items, 2 * threads):
                waiting.append(pool.submit(function, item))
            while waiting:
                result = waiting.popleft().result()
                for item in itertools.islice(items, 1):
                    waiting.append(pool.submit(function, item))
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return Stream(walk, stream.count)
