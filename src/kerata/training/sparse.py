"""Rows that are almost all zeros become bags of column numbers before training."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.kernels.bags import Bags, bags_from_entries

# Below this width the zeros cost little.
MIN_WIDTH = 500
# At most so large a share of numbers that aren't 0.
MAX_SHARE = 0.05
# Rows that are looked at before the whole matrix is.
SAMPLE = 64


def is_sparse_matrix(value: Any) -> bool:
    """Recognise SciPy's sparse matrices and arrays without importing SciPy."""
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr")


def bags_from_sparse(matrix: Any, what: str) -> Bags:
    """Turn a SciPy sparse matrix ``(rows, columns)`` into bags; its zeros are never made.

    Raises:
        ValueError: no two axes.
        TypeError: no numbers.
    """
    if matrix.ndim != 2:
        raise ValueError(f"{what} must have two axes if it is sparse, got shape {matrix.shape}.")
    if matrix.dtype.kind not in "biuf":
        raise TypeError(f"{what} must hold numbers, got a sparse matrix of type {matrix.dtype}.")
    csr = matrix.tocsr()
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    rows = np.repeat(np.arange(csr.shape[0]), np.diff(csr.indptr))
    return bags_from_entries(rows, csr.indices, csr.data, csr.shape)


def bags_if_almost_zero(array: np.ndarray) -> Bags | None:
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
