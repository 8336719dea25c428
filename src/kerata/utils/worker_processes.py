"""Batches of a PyDataset made in processes of their own, for work that Python can't share."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import signal
import tempfile
import weakref
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np

from kerata.utils.py_dataset import PyDataset, batch_of

# What this process, as a worker, has unpacked last: the file and the data set in it.
_unpacked: tuple[str, Any] = ("", None)
# Processes that were started, by the address of their data set and their number.
_pools: dict[tuple[int, int], ProcessPoolExecutor] = {}


class WorkerProcesses:
    """Processes that make the batches of one pass through a data set.

    The data set is sent to them once, as it is now; what it changes in itself while it
    makes batches is lost, and what it draws from NumPy's or Python's global generator
    follows from the seed and the batch's number.

    Arguments:
        dataset: a ``PyDataset`` that can be pickled.
        workers: number of processes.
        seed: for the random numbers of the batches.

    Raises:
        TypeError: a data set that can't be pickled.
    """

    def __init__(self, dataset: PyDataset, workers: int, seed: int) -> None:
        # Its processes end with it, so it must live as long as this.
        self._dataset = dataset
        self._seed = seed
        # A fork would copy JAX's threads in whatever state they are.
        kinds = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in kinds else "spawn")
        with tempfile.NamedTemporaryFile(prefix="kerata-", suffix=".pickle", delete=False) as file:
            self._path = file.name
            try:
                pickle.dump(dataset, file)
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                os.unlink(self._path)
                raise TypeError(
                    "use_multiprocessing=True sends the data set to other processes, but a "
                    f"{type(dataset).__name__} can't be pickled ({error}). Use threads instead: "
                    "use_multiprocessing=False."
                ) from None
        self._pool = _pool_of(dataset, workers, context)

    def submit(self, index: int) -> Future[Any]:
        """Begin to make a batch."""
        return self._pool.submit(_make, self._path, index, self._seed)

    def result(self, future: Future[Any]) -> Any:
        """Wait for a batch.

        Raises:
            RuntimeError: the processes died.
        """
        try:
            return future.result()
        except BrokenProcessPool:
            _forget(self._pool)
            raise RuntimeError(
                "The processes that make the batches (use_multiprocessing=True) ended. In a "
                "script, training must stand under `if __name__ == '__main__':`, since each "
                "process imports the script; or one ran out of memory."
            ) from None

    def close(self) -> None:
        """Take the data set away; the processes wait for the next pass."""
        if os.path.exists(self._path):
            os.unlink(self._path)


def _make(path: str, index: int, seed: int) -> Any:
    """Make a batch; runs in a worker."""
    global _unpacked
    # What it draws must not depend on which process makes it.
    if _unpacked[0] != path:
        with open(path, "rb") as file:
            _unpacked = path, pickle.load(file)
    own = np.random.SeedSequence([seed, index]).generate_state(2)
    np.random.seed(own[0])
    random.seed(int(own[1]))
    return batch_of(_unpacked[1], index)


def _pool_of(dataset: PyDataset, workers: int, context: Any) -> ProcessPoolExecutor:
    """Give the processes of a data set, which live as long as it does."""
    key = id(dataset), workers
    pool = _pools.get(key)
    if pool is None:
        pool = _pools[key] = ProcessPoolExecutor(workers, context, _ignore_interrupts)
        weakref.finalize(dataset, _end, key)
    return pool


def _forget(broken: ProcessPoolExecutor) -> None:
    """Let the next pass start new processes."""
    for key in [k for k, pool in _pools.items() if pool is broken]:
        del _pools[key]


def _end(key: tuple[int, int]) -> None:
    pool = _pools.pop(key, None)
    if pool is not None:
        pool.shutdown(wait=False, cancel_futures=True)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that trains."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
