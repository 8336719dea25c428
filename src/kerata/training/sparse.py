"""Rows that are almost all zeros become bags of column numbers before training."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.jax_sparse import is_jax_sparse
from kerata.kernels.sparse_rows import SparseRows, bags_from_entries

# Below this width the zeros cost little.
MIN_WIDTH = 500
# At most so large a share of numbers that aren't 0.
MAX_SHARE = 0.05
# Rows that are looked at before the whole matrix is.
SAMPLE = 64


def is_sparse_matrix(value: Any) -> bool:
    """Recognise sparse matrices of SciPy, without importing it, and of JAX."""
    return is_jax_sparse(value) or _is_scipy(value)


def can_be_bags(value: Any) -> bool:
    """Say whether a sparse matrix is a plain one: JAX has some of more axes, and of dense rows."""
    if not is_jax_sparse(value):
        return True
    return bool(value.ndim == 2 and value.n_batch == value.n_dense == 0)


def to_dense(value: Any) -> Any:
    """Turn a sparse matrix into an array."""
    return np.asarray(value.todense()) if is_jax_sparse(value) else value.toarray()


def _is_scipy(value: Any) -> bool:
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr")


def bags_from_sparse(matrix: Any, what: str) -> SparseRows:
    """Turn a sparse matrix ``(rows, columns)`` into bags; its zeros are never made.

    Raises:
        ValueError: no two axes.
        TypeError: no numbers.
    """
    if matrix.ndim != 2:
        raise ValueError(f"{what} must have two axes if it is sparse, got shape {matrix.shape}.")
    if matrix.dtype.kind not in "biuf":
        raise TypeError(f"{what} must hold numbers, got a sparse matrix of type {matrix.dtype}.")
    if is_jax_sparse(matrix):
        matrix = matrix.to_bcoo() if hasattr(matrix, "to_bcoo") else matrix
        # Places beyond the shape are how JAX pads; what is named twice adds up.
        matrix = matrix.sum_duplicates(nse=matrix.nse)
        at, numbers = np.asarray(matrix.indices), np.asarray(matrix.data)
        inside = (at < np.asarray(matrix.shape)).all(axis=1)
        at, numbers = at[inside], numbers[inside]
        order = np.lexsort((at[:, 1], at[:, 0]))
        rows, columns = at[order].T
        return bags_from_entries(rows, columns, numbers[order], matrix.shape)
    csr = matrix.tocsr()
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    rows = np.repeat(np.arange(csr.shape[0]), np.diff(csr.indptr))
    return bags_from_entries(rows, csr.indices, csr.data, csr.shape)


def bags_if_almost_zero(array: np.ndarray) -> SparseRows | None:
    """Turn a matrix into bags if that saves three quarters of its memory; else give None.

    A few rows are looked at first, so that ordinary data cost next to nothing here.
    """
    if array.ndim != 2 or array.dtype.kind != "f" or array.shape[1] < MIN_WIDTH or not len(array):
        return None
    sample = array[:: max(1, len(array) // SAMPLE)][:SAMPLE]
    if np.count_nonzero(sample) > MAX_SHARE * sample.size:
        return None
    # The sample may have missed fuller rows.
    if np.count_nonzero(array) > MAX_SHARE * array.size:
        return None
    rows, columns = np.nonzero(array)
    bags = bags_from_entries(rows, columns, array[rows, columns], array.shape)
    return bags if bags.nbytes <= array.size else None
