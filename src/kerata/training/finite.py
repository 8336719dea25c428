"""NaN and infinite values: refused unless the model handles them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.callbacks.terminate_on_nan import TerminateOnNaN
from kerata.kernels.sparse_rows import is_sparse_rows
from kerata.training.feed import Rows, check_finite

# Rows on which a model is tried.
_TRIED = 256


def check_handled(model: Any, objective: Any, rows: Rows) -> None:
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


def _handles(model: Any, objective: Any, rows: Rows) -> bool:
    if any(is_sparse_rows(leaf) for leaf in rows.leaves):
        return False
    bad = np.zeros(rows.count, bool)
    for leaf in rows.leaves:
        if np.asarray(leaf).dtype.kind == "f":
            bad |= ~np.isfinite(np.asarray(leaf).reshape(rows.count, -1)).all(axis=1)
    chosen = np.flatnonzero(bad)[:_TRIED]
    x, y, weight = jax.tree.map(lambda leaf: np.asarray(leaf)[chosen], rows.arrays)
    outputs = model(x, training=False)
    if not all(np.isfinite(np.asarray(out)).all() for out in jax.tree.leaves(outputs)):
        return False
    if objective is None or y is None:
        return True
    return bool(np.isfinite(np.asarray(objective.loss(y, outputs, weight)[0])))
