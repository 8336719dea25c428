"""Cutting data into two parts."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import jax
import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.randomness import draw_seed
from kerata.utils.array_dataset import ArrayDataset
from kerata.utils.batch_dataset import BatchDataset


def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[ArrayDataset, ArrayDataset]:
    """Cut data into a left and a right part, for example for training and for the test.

    All data are held in memory.

    Arguments:
        dataset: array ``(n, ...)``, a tuple or list of arrays of one length, or a data set that
            yields batches (those of ``..._dataset_from_directory``, a ``PyDataset``, any
            iterable of batches), which is cut by rows.
        left_size: share of the rows (float between 0 and 1) or number of rows (int) on the left;
            what ``right_size`` leaves if it is None.
        right_size: the same for the right part, which are the last rows.
        shuffle: bool, whether to shuffle the rows before, in the order that Keras has for the seed.
        seed: int, of the shuffling; drawn if left out.
        preferred_backend: accepted for Keras's sake; must be None, ``'jax'`` or ``'tensorflow'``.

    Returns:
        Two data sets. Those of arrays yield single rows, of batches batches of the same size;
        ``.batch(n)`` makes batches for ``fit``.

    Raises:
        TypeError: something else than data; sizes that are no numbers.
        ValueError: no size, sizes that leave a part empty or are more than the data; arrays of
            different lengths.

    >>> left, right = split_dataset(np.arange(10), left_size=0.7)
    >>> len(left), [int(x) for x in right]
    (7, [7, 8, 9])
    """
    if preferred_backend not in (None, "jax", "tensorflow"):
        raise ValueError(
            "split_dataset gives data sets of Kerata's own; preferred_backend must be None, "
            f"got {preferred_backend!r}."
        )
    if left_size is None and right_size is None:
        raise ValueError("split_dataset needs left_size or right_size.")
    arrays, batch_size = _rows_of(dataset)
    count = len(jax.tree.leaves(arrays)[0])
    left, right = _sizes(left_size, right_size, count)
    order = list(range(count))
    if shuffle:
        # Keras's own order for a seed.
        random.Random(draw_seed(None) if seed is None else seed).shuffle(order)
    parts = np.asarray(order[:left]), np.asarray(order[count - right :])
    first, last = (
        ArrayDataset(jax.tree.map(lambda a, rows=rows: a[rows], arrays), batch_size)
        for rows in parts
    )
    return first, last


def _rows_of(dataset: Any) -> tuple[Any, int | None]:
    """Give the rows of data as arrays, and the size of its batches."""
    if isinstance(dataset, (tuple, list)):
        return _array_parts(dataset), None
    if hasattr(dataset, "shape"):
        if len(dataset) == 0:
            raise ValueError("split_dataset got an array without rows.")
        return np.asarray(dataset), None
    if isinstance(dataset, (str, bytes, dict)) or not isinstance(dataset, Iterable):
        raise TypeError(
            "split_dataset takes an array, a tuple or list of arrays, or a data set, "
            f"got {type(dataset).__name__}."
        )
    elements = list(dataset)
    if not elements:
        raise ValueError("split_dataset got a data set without batches.")
    if isinstance(dataset, BatchDataset) and dataset.batch_size is None:
        return jax.tree.map(lambda *rows: np.stack(rows), *elements), None
    arrays = jax.tree.map(lambda *parts: np.concatenate(parts), *elements)
    return arrays, len(jax.tree.leaves(elements[0])[0])


def _array_parts(arrays: Any) -> tuple[np.ndarray, ...]:
    if not arrays:
        raise ValueError(f"split_dataset got an empty {type(arrays).__name__} of arrays.")
    for i, array in enumerate(arrays):
        if not hasattr(array, "shape"):
            raise ValueError(
                f"split_dataset: element {i} of the {type(arrays).__name__} must be an array, "
                f"got {type(array).__name__}."
            )
        if len(array) != len(arrays[0]):
            raise ValueError(
                f"split_dataset: array 0 has {len(arrays[0])} rows but array {i} has "
                f"{len(array)}; they must have the same number."
            )
    return tuple(np.asarray(array) for array in arrays)


def _sizes(left_size: Any, right_size: Any, count: int) -> tuple[int, int]:
    """Turn shares and numbers into numbers of rows."""
    left, right = (
        _size(name, size, count) for name, size in (("left", left_size), ("right", right_size))
    )
    shares = isinstance(left_size, float) and isinstance(right_size, float)
    if shares and left_size + right_size > 1:
        raise ValueError(
            f"left_size and right_size are shares of more than the whole, {left_size} and "
            f"{right_size}."
        )
    left = count - (right or 0) if left is None else left
    right = count - left if right is None else right
    if left + right > count:
        raise ValueError(
            f"left_size and right_size are {left} and {right} rows, but there are {count}."
        )
    for name, rows in (("left", left), ("right", right)):
        if rows == 0:
            raise ValueError(
                f"left_size={left_size} and right_size={right_size} of {count} rows leave none "
                f"on the {name}."
            )
    return left, right


def _size(name: str, size: Any, count: int) -> int | None:
    if size is None:
        return None
    share = isinstance(size, float)
    if not share and not is_integer(size):
        raise TypeError(f"{name}_size must be a float, an int or None, got {size!r}.")
    if not 0 < size < (1 if share else count):
        raise ValueError(
            f"{name}_size must be a share between 0 and 1 or a number of rows between 1 and "
            f"{count - 1}, got {size!r}."
        )
    return round(size * count) if share else int(size)
