"""Data that layers learn from before training, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


def batches_of(data: Any) -> Iterator[np.ndarray]:
    """Give data as arrays: one for an array or table, one for each batch of an iterable.

    Arguments:
        data: array, table or nested lists of numbers; or an iterable of arrays or of tuples
            ``(x, y, ...)``, of which only x counts.

    Raises:
        TypeError: data that is neither.

    >>> [batch.shape for batch in batches_of([[1, 2], [3, 4], [5, 6]])]
    [(3, 2)]
    >>> [batch.shape for batch in batches_of(iter([np.ones((2, 3)), np.ones((1, 3))]))]
    [(2, 3), (1, 3)]
    """
    nested = isinstance(data, (list, tuple)) and not any(_holds_arrays(x) for x in data)
    if hasattr(data, "shape") or nested:
        yield np.asarray(data)
        return
    for batch in _iterate(data):
        yield np.asarray(batch[0] if isinstance(batch, tuple) else batch)


def _holds_arrays(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(map(_holds_arrays, x))
    return getattr(x, "ndim", 0) > 0


def _iterate(data: Any) -> Iterable[Any]:
    if hasattr(data, "__iter__"):
        return data
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        return (data[i] for i in range(len(data)))
    raise TypeError(
        "adapt() takes an array, or an iterable of batches that are arrays, "
        f"got {type(data).__name__}."
    )
