"""Lists of ids as sparse rows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from kerata.base.arguments import positive_int


def multi_hot(sequences: Any, num_words: int) -> Any:
    """Turn lists of ids into rows of zeros with a one at each id, stored sparsely.

    Arguments:
        sequences: lists or arrays of integers from 0 to ``num_words - 1``; an id that comes
            several times in a row counts once.
        num_words: how many different ids there are.

    Returns:
        SciPy CSR matrix, float32, of shape ``(sequences, num_words)``.

    Raises:
        ValueError: an id that is out of range or no integer, naming its row.
        ImportError: SciPy is not installed.

    >>> multi_hot([[0, 2, 2], [], [1]], num_words=3).toarray().tolist()
    [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    try:
        from scipy.sparse import csr_matrix
    except ImportError as error:
        raise ImportError("multi_hot needs SciPy: pip install 'kerata[sklearn]'.") from error
    num_words = positive_int("multi_hot", "num_words", num_words)
    lengths = [_length(row, sequence) for row, sequence in enumerate(sequences)]
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    ids = _integers(list(itertools.chain.from_iterable(sequences)), starts)
    wrong = np.flatnonzero((ids < 0) | (ids >= num_words))
    if wrong.size:
        raise ValueError(
            f"multi_hot: ids must be from 0 to {num_words - 1} for num_words={num_words}, "
            f"got {ids[wrong[0]]} in row {_row(starts, wrong[0])}."
        )
    matrix = csr_matrix(
        (np.ones(ids.size, np.float32), ids, starts), shape=(len(lengths), num_words)
    )
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _length(row: int, sequence: Any) -> int:
    """Give the number of ids in a row."""
    scalar = not hasattr(sequence, "__len__") or getattr(sequence, "ndim", 1) == 0
    if scalar or isinstance(sequence, str):
        raise ValueError(f"multi_hot takes a list of lists of ids, but row {row} is {sequence!r}.")
    return len(sequence)


def _integers(ids: list[Any], starts: np.ndarray) -> np.ndarray:
    """Turn the ids of all rows into integers."""
    try:
        array = np.asarray(ids)
    except ValueError:
        array = np.empty(len(ids), object)
    if array.size == 0 or (array.dtype.kind in "iu" and array.ndim == 1):
        return array.reshape(-1).astype(np.int64)
    # Floats that are whole numbers, as JSON and some files give them, count as ids.
    if array.dtype.kind == "f" and array.ndim == 1 and np.all(array == np.floor(array)):
        return array.astype(np.int64)
    place, wrong = next((i, x) for i, x in enumerate(ids) if not _whole(x))
    raise ValueError(
        f"multi_hot: ids must be integers, got {wrong!r} in row {_row(starts, place)}."
    )


def _whole(x: Any) -> bool:
    """Say whether a value is a whole number."""
    if isinstance(x, (bool, np.bool_)) or np.ndim(x) != 0:
        return False
    return isinstance(x, (int, np.integer)) or (
        isinstance(x, (float, np.floating)) and float(x).is_integer()
    )


def _row(starts: np.ndarray, place: Any) -> int:
    """Give the row that holds the id at a place in the joined list."""
    return int(np.searchsorted(starts, place, side="right")) - 1
