"""Outputs for data, in pieces as large as is sensible."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.rows import count_rows, holds_rows, slice_rows
from kerata.callbacks.callback_list import CallbackList
from kerata.training.feed import Rows
from kerata.training.interrupt import deferred_interrupt
from kerata.training.programs import Programs
from kerata.training.stored import StoredRows
from kerata.training.stream import Stream

# Rows computed at once when the user does not say: enough to keep the device busy, few
# enough that a convolution's intermediate results stay small.
LARGE_BATCH = 512


def batch_rows(data: Rows | Stream | StoredRows, batch_size: int | None) -> int:
    """Choose how many rows to evaluate or predict at once."""
    if isinstance(data, Stream):
        return 1
    return min(data.count, LARGE_BATCH if batch_size is None else int(batch_size))


def predict(
    programs: Programs,
    data: Rows | Stream | StoredRows,
    batch_size: int,
    callbacks: CallbackList,
) -> Any:
    """Give the outputs for all rows, as NumPy arrays."""
    callbacks.on_predict_begin()
    pieces: list[Any] = []

    def one(step: int, x: Any, total: int | None) -> None:
        callbacks.on_predict_batch_begin(step)
        pieces.append(predict_batch(programs, x))
        callbacks.on_predict_batch_end(step, {"outputs": pieces[-1]})
        callbacks.progress(step + 1, total, {})

    if not isinstance(data, Rows):
        with deferred_interrupt() as check, data.epoch(check, ahead=False) as parts:
            batches = (batch for part in parts for batch in part.batches())
            for step, (x, _, _) in enumerate(batches):
                one(step, x, data.steps)
                check()
        if not pieces:
            raise ValueError("The data yielded no batches; give at least one.")
    else:
        starts = range(0, data.count, batch_size)
        for step, start in enumerate(starts):
            piece = slice_rows(data.x, start, start + batch_size)
            one(step, piece, len(starts))
    callbacks.on_predict_end()
    return jax.tree.map(lambda *parts: np.concatenate(parts), *pieces)


def predict_batch(programs: Programs, x: Any) -> Any:
    """Give the outputs for one batch, as NumPy arrays.

    Where every layer treats rows one by one, the batch is filled up to a power of two,
    so that odd sizes need no program of their own.
    """
    rows = count_rows(x)
    size = _padded(rows) if programs.rowwise else rows
    if size != rows:
        x = jax.tree.map(lambda a: _pad(a, size), x, is_leaf=holds_rows)
    trainable, fixed, _, _ = programs.read()
    outputs = programs.predict_batch(trainable, fixed, jax.tree.map(_placed, x))
    # A copy: outputs that are inputs share their memory, which a stream fills again.
    return jax.tree.map(lambda a: np.array(np.asarray(a)[:rows]), outputs)


def _placed(array: Any) -> jax.Array:
    # Without the program that ``jnp.asarray`` would compile for each shape.
    return jax.device_put(array) if isinstance(array, np.ndarray) else jnp.asarray(array)


def _padded(rows: int) -> int:
    return 1 << (rows - 1).bit_length()


def _pad(data: Any, size: int) -> Any:
    if holds_rows(data):
        return data.padded(size)
    # Copies of the last row, not zeros: a row that exists can't cause new infinities.
    array = np.asarray(data)
    return np.concatenate([array, np.repeat(array[-1:], size - len(array), axis=0)])
