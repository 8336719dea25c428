"""Words and other tokens as a caller passes them, and rows of their numbers as vectors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from kerata.base.symbolic import any_symbolic


class Tokens(NamedTuple):
    """Rows of tokens, joined."""

    flat: np.ndarray  # all tokens, row after row
    lengths: np.ndarray  # of each row
    shape: tuple[int, ...] | None  # of an array; None for rows of different lengths


def is_data(inputs: Any) -> bool:
    """Say whether inputs are there, not symbols or traced arrays inside a program."""
    return not any_symbolic(inputs) and not isinstance(inputs, jax.core.Tracer)


def read_tokens(value: Any, convert: Callable[[Any], np.ndarray]) -> Tokens:
    """Read an array of tokens, whose last axis are rows, or a list of rows of any lengths.

    Arguments:
        value: token, array, or nested lists.
        convert: makes an array of one type from what has a shape.

    >>> read_tokens([[1, 2], [3]], np.asarray).lengths.tolist()
    [2, 1]
    """
    rows = _rows(value)
    if rows is not None and len({len(row) for row in rows}) > 1:
        parts = [convert(row) for row in rows]
        if any(part.ndim != 1 for part in parts):
            raise ValueError("Rows of different lengths must hold tokens, not further rows.")
        lengths = np.array([len(part) for part in parts], np.int64)
        return Tokens(np.concatenate(parts), lengths, None)
    array = convert(value if rows is None else rows)
    width = array.shape[-1] if array.ndim else 1
    return Tokens(array.ravel(), np.full(math.prod(array.shape[:-1]), width), array.shape)


def _rows(value: Any) -> list[Any] | None:
    """Give a list of rows as such, or None for anything else."""
    objects = isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 1
    listed = isinstance(value, (list, tuple)) or objects
    return list(value) if listed and len(value) and all(map(_is_row, value)) else None


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0


def strings_of(owner: str, value: Any, encoding: str = "utf-8") -> np.ndarray:
    """Turn a string, list, array or table column into an array of Python strings.

    Raises:
        TypeError: something that is no string, missing values among them.
        ValueError: rows of different lengths.

    >>> strings_of("demo", [["a", b"b"]]).tolist()
    [['a', 'b']]
    """
    try:
        # Not an array of fixed width: one long text would make all others as wide.
        array = np.array(value, dtype=object)
    except ValueError as error:
        raise ValueError(f"{owner} got lists of different depths: {error}.") from None
    flat = array.ravel()
    if not all(type(x) is str for x in flat):
        flat = np.array([_string(owner, x, encoding) for x in flat], dtype=object)
    return flat.reshape(array.shape)


def _string(owner: str, x: Any, encoding: str) -> str:
    if isinstance(x, bytes):
        return x.decode(encoding)
    if isinstance(x, str):
        return str(x)
    if isinstance(x, (list, tuple, np.ndarray)):
        raise ValueError(f"{owner} got rows of different lengths or depths where it can't.")
    hint = ""
    if x is None or x != x or type(x).__name__ == "NAType":
        hint = ": fill in missing values first, for example with ''"
    raise TypeError(f"{owner} takes strings, got {x!r} of type {type(x).__name__}{hint}.")


def batches_of_tokens(data: Any, steps: int | None) -> tuple[bool, Iterable[Any]]:
    """Say whether data comes as a whole or in batches, and give these.

    Lists, arrays and table columns are whole; of batches that are tuples ``(x, y, ...)``
    only x counts.
    """
    if isinstance(data, (list, tuple, str)) or hasattr(data, "shape"):
        return True, [data]
    if not hasattr(data, "__iter__"):
        if not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
            raise TypeError(
                f"adapt() takes a list, an array or batches of such, got {type(data).__name__}."
            )
        indexed = data
        data = (indexed[i] for i in range(len(indexed)))
    batches = (
        b[0] if isinstance(b, tuple) and b and not isinstance(b[0], (str, bytes)) else b
        for b in itertools.islice(data, steps)
    )
    return False, batches


def bags(ids: np.ndarray, lengths: np.ndarray, depth: int, counts: bool) -> Any:
    """Turn rows of ids into a SciPy CSR matrix of ones or counts.

    Arguments:
        ids: ids of all rows, joined; negative ones are left out.
        lengths: of the rows.
        depth: number of columns.
        counts: how often each id occurs instead of whether.

    >>> bags(np.array([1, 1, 0, -1]), np.array([3, 1]), 2, counts=True).toarray().tolist()
    [[1.0, 2.0], [0.0, 0.0]]
    """
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(len(lengths)), lengths)
    kept = ids >= 0
    ones = np.ones(np.count_nonzero(kept), np.float32)
    matrix = csr_matrix((ones, (rows[kept], ids[kept])), shape=(len(lengths), depth))
    matrix.sum_duplicates()
    if not counts:
        matrix.data[:] = 1
    return matrix
