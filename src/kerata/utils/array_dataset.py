"""Arrays as a data set of single rows or batches."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.utils.batch_dataset import BatchDataset


class ArrayDataset(BatchDataset):
    """Rows of arrays of one length, in a tuple, list or dictionary or alone.

    Arguments:
        arrays: the arrays; a tuple or list of them is x and y.
        batch_size: rows in a batch; None gives single rows without a batch axis.

    >>> [x.tolist() for x in ArrayDataset(np.arange(5), batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, arrays: Any, batch_size: int | None = None) -> None:
        super().__init__(len(jax.tree.leaves(arrays)[0]), batch_size)
        self._arrays = arrays

    def _load(self, items: np.ndarray) -> tuple[Any, ...]:
        rows = jax.tree.map(lambda a: a[items], self._arrays)
        return tuple(rows) if isinstance(rows, (tuple, list)) else (rows,)
