"""Data that a class of the user's gives batch by batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Base of data sets that give whole batches by number.

    Subclasses define ``__getitem__(index)``, which gives ``x``, ``(x, y)`` or
    ``(x, y, sample_weight)`` of one batch, and ``__len__()``, the number of batches (or
    the property ``num_batches``, None for an endless one).

    Arguments:
        workers: threads that load batches ahead while the model trains; ``__getitem__``
            must bear being called by several at once if there are more than one.
        use_multiprocessing: whether ``workers`` processes make the batches instead of threads,
            for ``__getitem__`` that computes much in Python. The data set must bear being
            pickled; it is sent again for each epoch, and what it changes in itself while it
            makes batches is lost.
        max_queue_size: batches that are loaded ahead at most.

    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return index**2
    >>> list(Squares())
    [0, 1, 4]
    """

    # Class attributes, so that a subclass that forgets super().__init__() works all the same.
    workers = 1
    use_multiprocessing = False
    max_queue_size = 10
    # Whether fit leaves the order of the batches alone, whatever ``shuffle`` is.
    keeps_order = False

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Give one batch; subclasses say how."""
        raise NotImplementedError(
            f"{type(self).__name__} needs __getitem__(self, index), which gives a batch."
        )

    def __iter__(self) -> Iterator[Any]:
        """Give all batches in order."""
        return (self[i] for i in self.indices())

    def indices(self) -> Iterator[int]:
        """Give the numbers of all batches."""
        n = self.num_batches
        return iter(itertools.count() if n is None else range(n))

    @property
    def num_batches(self) -> int | None:
        """Number of batches, None if endless."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} needs __len__(self), which gives the number of batches."
        )

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch: the place to shuffle the rows."""


Sequence = PyDataset


def batch_of(dataset: PyDataset, index: int) -> Any:
    """Give one batch; a ``StopIteration`` from inside is an error, not the end."""
    try:
        return dataset[index]
    except StopIteration as error:
        raise RuntimeError(f"Batch {index} of the data raised StopIteration.") from error
