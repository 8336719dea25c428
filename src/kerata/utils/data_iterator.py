"""Loading batches ahead on threads."""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.randomness import draw_seed, global_generator
from kerata.utils.py_dataset import PyDataset, batch_of
from kerata.utils.worker_processes import WorkerProcesses

_END = object()


def prefetch(
    source: Iterable[Any] | PyDataset,
    workers: int | None = None,
    queue_size: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> Prefetched:
    """Iterate over data while threads load the next items.

    Arguments:
        source: a ``PyDataset``, or any iterable. An iterable is read by one thread
            however many are asked for, since iterators can't be shared.
        workers: threads; 0 loads each item when it is asked for. By default the
            ``PyDataset``'s own number, 1 for an iterable.
        queue_size: items loaded ahead at most; the ``PyDataset``'s own number or 10.
        shuffle: whether a ``PyDataset``'s batches come in random order.
        seed: of that order; drawn if left out.

    Returns:
        An iterator that keeps the order; close it (or use ``with``) to stop its threads
        early. Items that were loaded and not asked for are lost then.

    Raises:
        ValueError: ``workers`` or ``queue_size`` that make no sense.

    >>> with prefetch(range(5), queue_size=2) as items:
    ...     list(items)
    [0, 1, 2, 3, 4]
    """
    if workers is None:
        # As in Keras, 0 and 1 both mean "no extra workers": one thread then loads ahead.
        workers = max(source.workers, 1) if isinstance(source, PyDataset) else 1
    if queue_size is None:
        queue_size = source.max_queue_size if isinstance(source, PyDataset) else 10
    if not is_integer(workers) or workers < 0:
        raise ValueError(f"workers must be an integer of at least 0, got workers={workers!r}.")
    if not is_integer(queue_size) or queue_size < 1:
        raise ValueError(f"The size of the queue must be a positive integer, got {queue_size!r}.")
    if isinstance(source, PyDataset):
        if seed is None:
            # Drawn only where threads would draw too, so that both train alike.
            seed = draw_seed(None) if shuffle else _undrawn_seed()
        indices = _order(source, shuffle, seed)
        if source.use_multiprocessing and workers:
            processes = WorkerProcesses(source, workers, seed)
            return Prefetched(indices, workers, queue_size, processes)
        jobs = (functools.partial(batch_of, source, i) for i in indices)
        return Prefetched(jobs, workers, queue_size)
    iterator = iter(source)
    following = itertools.repeat(lambda: next(iterator, _END))
    return Prefetched(following, min(workers, 1), queue_size)


class Prefetched:
    """An iterator over the results of jobs that threads do ahead; made by ``prefetch``.

    Jobs are functions, or with processes numbers of batches.
    """

    def __init__(
        self,
        jobs: Iterator[Any],
        workers: int,
        queue_size: int,
        processes: WorkerProcesses | None = None,
    ) -> None:
        self._jobs = jobs
        self._processes = processes
        self._ahead = max(queue_size, workers)
        self._waiting: deque[Future[Any]] = deque()
        threads = workers if processes is None else 0
        self._pool = ThreadPoolExecutor(threads, "kerata-prefetch") if threads else None
        self._closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self._closed:
            raise StopIteration
        try:
            item = self._next()
        except BaseException:
            self.close()
            raise
        if item is _END:
            self.close()
            raise StopIteration
        return item

    def _next(self) -> Any:
        workers = self._processes or self._pool
        if workers is None:
            return next(self._jobs, _no_job)()
        for job in itertools.islice(self._jobs, self._ahead - len(self._waiting)):
            self._waiting.append(workers.submit(job))
        if not self._waiting:
            return _END
        first = self._waiting.popleft()
        return first.result() if self._processes is None else self._processes.result(first)

    def close(self) -> None:
        """Stop the threads; waits for the items that are being loaded."""
        self._closed = True
        for future in self._waiting:
            future.cancel()
        self._waiting.clear()
        if self._processes is not None:
            self._processes.close()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not self._closed and self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _no_job() -> Any:
    return _END


def _undrawn_seed() -> int:
    """Give a seed that follows from how far the global generator is, and leave it there."""
    generator = global_generator()
    state = [generator.seed % 2**63, generator._drawn, 1]
    return int(np.random.SeedSequence(state).generate_state(1)[0])


def _order(dataset: PyDataset, shuffle: bool, seed: int) -> Iterator[int]:
    """Give the numbers of the batches in the order in which they are to come."""
    if shuffle and dataset.num_batches is not None:
        rng = np.random.default_rng(seed)
        return iter(rng.permutation(dataset.num_batches).tolist())
    return dataset.indices()
