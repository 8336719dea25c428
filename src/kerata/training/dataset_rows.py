"""Batches of a ``kerata.data.Dataset`` that are rows of arrays in memory: these are trained on."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from kerata.base.rows import for_batches
from kerata.data import Dataset
from kerata.data.dataset import RowBatches
from kerata.training.chunk import Chunk
from kerata.training.data_adapter import ArrayData, make_array_data, on_device
from kerata.training.out_of_core import is_large


class DatasetRows:
    """All rows of arrays, in the order and the batches that a data set says.

    An epoch is one chunk, as for arrays, instead of batches that are made one by one.

    Arguments:
        data: the rows.
        batches: what the data set says of them.
        trains: whether rows are gathered by their numbers, as in training, or follow each other.
    """

    def __init__(self, data: ArrayData, batches: RowBatches, trains: bool) -> None:
        self.data, self.batches, self.trains = data, batches, trains
        self.batch_size = min(batches.size, data.count)
        rest = data.count % batches.size if batches.drop else 0
        self.count = data.count - rest
        self._placed: ArrayData | None = None

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return -(-self.count // self.batch_size)

    def peek(self) -> ArrayData:
        """Give all rows."""
        return self.data

    @contextlib.contextmanager
    def epoch(
        self, check: Callable[[], None] = lambda: None, ahead: bool = True
    ) -> Iterator[Iterator[Chunk]]:
        """Yield an iterator over the one chunk of an epoch."""
        numbers = itertools.islice(self.batches.order.start(), self.count)
        order = np.fromiter(numbers, np.int32, self.count)
        same = np.array_equal(order, np.arange(self.data.count, dtype=np.int32))
        if self._placed is None and (self.trains or same):
            self._placed = on_device(self.data)
        if self.trains or same:
            assert self._placed is not None
            arrays = self._placed.arrays
        else:
            arrays, order = (
                _gathered(self.data.arrays, order),
                np.arange(self.count, dtype=np.int32),
            )
        arrays = for_batches(arrays, order, self.batch_size)
        yield iter([Chunk(arrays, order, self.batch_size, self.steps)])

    def skip(self, epochs: int) -> None:
        """Pass over epochs that an earlier run has done."""
        for _ in range(epochs):
            next(self.batches.order.start(), None)


def rows_of_dataset(
    source: Any,
    n_inputs: int,
    weigh: Callable[[ArrayData], ArrayData] | None,
    as_given: bool,
    trains: bool,
    only_x: bool = False,
) -> DatasetRows | None:
    """Give the rows behind a data set, or None where its batches are made one by one.

    Arguments:
        source: what ``fit`` and the others got.
        n_inputs: how many inputs the model has.
        weigh: gives rows with the weights of their classes; None for none.
        as_given: whether steps of a model's own are to get tuples of as many parts as came.
        trains: as for ``DatasetRows``.
        only_x: whether the x of every batch is all that is wanted.
    """
    batches = source.row_batches if isinstance(source, Dataset) else None
    if batches is None:
        return None
    arrays = batches.arrays
    parts = arrays if isinstance(arrays, tuple) else (arrays,)
    if len(parts) > 3:
        return None
    x, y, weight = (*parts, None, None)[:3]
    if only_x:
        y = weight = None
    if is_large(x, y, weight):
        return None
    data = make_array_data(x, y, weight, n_inputs)
    if batches.order.count() != data.count or (batches.drop and data.count < batches.size):
        return None
    if not trains and _holds_bags(data):
        return None
    if weigh is not None:
        data = weigh(data)
    elif as_given and isinstance(arrays, tuple):
        data = replace(data, parts=len(parts))
    return DatasetRows(data, batches, trains)


def _holds_bags(data: ArrayData) -> bool:
    return not all(isinstance(leaf, np.ndarray) for leaf in data.leaves)


def _gathered(tree: Any, order: np.ndarray) -> Any:
    return jax.tree.map(lambda a: a[order], tree)
