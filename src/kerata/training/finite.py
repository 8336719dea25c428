"""NaN and infinite values: refused unless the model handles them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.base.rows import slice_rows
from kerata.callbacks.terminate_on_nan import TerminateOnNaN
from kerata.kernels.sparse_rows import is_sparse_rows
from kerata.training.data_adapter import ArrayData, check_finite

# Rows on which a model is tried.
_TRIED = 256


def check_handled(model: Any, objective: Any, rows: ArrayData) -> None:
    """Refuse values that aren't finite and that make outputs or loss of their rows so.

    A network may handle them: by a layer that fills them in, by a loss that leaves them out.

    Arguments:
        model: built model.
        objective: what its losses are, or None where only outputs count.
        rows: the data.

    Raises:
        ValueError: naming array, row and column.
    """
    try:
        check_finite(rows)
    except ValueError:
        if not _handles(model, objective, rows):
            raise


def ends_on_nan(callbacks: Any) -> bool:
    """Say whether a callback watches for a loss that isn't finite, so that it shall reach it."""
    listed = getattr(callbacks, "callbacks", callbacks)
    listed = listed if isinstance(listed, (list, tuple)) else [listed]
    return any(isinstance(callback, TerminateOnNaN) for callback in listed)


def _handles(model: Any, objective: Any, rows: ArrayData) -> bool:
    bad = np.zeros(rows.count, bool)
    for leaf in rows.leaves:
        bad |= _not_finite(leaf, rows.count)
    chosen = np.flatnonzero(bad)[:_TRIED]
    x, y, weight = jax.tree.map(
        lambda leaf: _taken(leaf, chosen), tuple(rows.arrays), is_leaf=is_sparse_rows
    )
    outputs = model(x, training=False)
    if not all(np.isfinite(np.asarray(out)).all() for out in jax.tree.leaves(outputs)):
        return False
    if objective is None or y is None:
        return True
    return bool(np.isfinite(np.asarray(objective.loss(y, outputs, weight)[0])))


def _not_finite(leaf: Any, count: int) -> np.ndarray:
    """Say for each row whether it holds NaN or infinite values."""
    if not is_sparse_rows(leaf):
        array = np.asarray(leaf)
        floats = np.issubdtype(array.dtype, np.inexact)
        return (
            ~np.isfinite(array.reshape(count, -1)).all(axis=1) if floats else np.zeros(count, bool)
        )
    bad = np.zeros(count, bool)
    if leaf.values is not None:
        chunks = np.flatnonzero(~np.isfinite(np.asarray(leaf.values)).all(axis=1))
        bad[np.searchsorted(np.asarray(leaf.starts), chunks, side="right") - 1] = True
    return bad


def _taken(leaf: Any, chosen: np.ndarray) -> np.ndarray:
    if not is_sparse_rows(leaf):
        return np.asarray(leaf)[chosen]
    return np.concatenate([np.asarray(slice_rows(leaf, i, i + 1).to_dense()) for i in chosen])
