"""Outputs for data, in chunks as large as is sensible."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.memory import memory_errors
from kerata.base.rows import count_rows, holds_rows, slice_rows
from kerata.callbacks.callback_list import CallbackList
from kerata.training.batch import GivenBatch
from kerata.training.batch_hooks import BatchHooks
from kerata.training.batch_stream import BatchStream
from kerata.training.called_steps import BatchIterator
from kerata.training.compiled_steps import CompiledSteps
from kerata.training.data_adapter import ArrayData
from kerata.training.dataset_rows import DatasetRows
from kerata.training.given_steps import GivenSteps
from kerata.training.interrupt import deferred_interrupt
from kerata.training.memory_check import check_all, check_batch
from kerata.training.out_of_core import OutOfCoreData

# Rows computed at once when the user does not say: enough to keep the device busy, few
# enough that a convolution's intermediate results stay small.
LARGE_BATCH = 512


def chosen_batch(
    data: ArrayData | BatchStream | DatasetRows | OutOfCoreData | GivenSteps,
    batch_size: int | None,
    steps: int | None,
    default: int,
) -> int:
    """Choose how many rows are a step: as given, so that the given steps see all, or a default."""
    if isinstance(data, DatasetRows):
        return data.batch_size
    if isinstance(data, BatchStream):
        return 1 if batch_size is None else batch_size
    if batch_size is None:
        batch_size = default if steps is None else -(-data.count // steps)
    return min(data.count, int(batch_size))


def predict(
    programs: CompiledSteps,
    data: ArrayData | BatchStream | DatasetRows | OutOfCoreData | GivenSteps,
    batch_size: int,
    callbacks: CallbackList,
) -> Any:
    """Give the outputs for all rows, as NumPy arrays."""
    model = callbacks.model
    model.stop_predicting = False
    callbacks.on_predict_begin()
    chunks: list[Any] = []
    begun = 0  # chunks before the execution that runs

    def end(step: int, logs: dict[str, Any]) -> None:
        nonlocal begun
        outputs = _joined(chunks[begun:])
        begun = len(chunks)
        callbacks.on_predict_batch_end(step, {"outputs": outputs})

    hooks = BatchHooks(
        callbacks.on_predict_batch_begin,
        end,
        model.steps_per_execution,
        callbacks.needs_predict_batches,
    )
    total = -(-data.count // batch_size) if isinstance(data, ArrayData) else data.steps
    with deferred_interrupt() as check, _batches(data, batch_size, check) as batches:
        done = 0
        for steps, x in programs.predictions(batches, total):
            hooks.before(done)
            chunks.append(predict_batch(programs, x))
            if done == 0 and total is not None and total > steps:
                check_all(chunks[0], -(-total // steps))
            done += steps
            hooks.after(done, {})
            callbacks.progress(done, total, {})
            check()
            if model.stop_predicting:
                break
        hooks.after(done, {}, last=True)
    if not chunks:
        raise ValueError("The data yielded no batches; give at least one.")
    callbacks.on_predict_end()
    return _joined(chunks)


@contextlib.contextmanager
def _batches(
    data: ArrayData | BatchStream | DatasetRows | OutOfCoreData | GivenSteps,
    batch_size: int,
    check: Callable[[], None],
) -> Iterator[Iterator[Any]]:
    """Open the inputs batch by batch."""
    if isinstance(data, ArrayData):
        starts = range(0, data.count, batch_size)
        yield (slice_rows(data.x, start, start + batch_size) for start in starts)
        return
    with data.epoch(check, ahead=False) as parts:
        made = (batch for part in parts for batch in part.batches())
        yield (batch if isinstance(batch, GivenBatch) else batch[0] for batch in made)


def _joined(chunks: list[Any]) -> Any:
    return jax.tree.map(lambda *parts: np.concatenate(parts), *chunks)


def predict_batch(programs: CompiledSteps, x: Any) -> Any:
    """Give the outputs for one batch, as NumPy arrays.

    Where every layer treats rows one by one, the batch is filled up to a power of two,
    so that odd sizes need no program of their own.
    """
    trainable, non_trainable, _, _ = programs.read()
    if isinstance(x, BatchIterator):
        outputs, moved = programs.predict_batch(trainable, non_trainable, x)
        programs.keep_moved(moved)
        return jax.tree.map(np.array, outputs)
    rows = count_rows(x)
    size = _padded(rows) if programs.rowwise else rows
    if size != rows:
        x = jax.tree.map(lambda a: _pad(a, size), x, is_leaf=holds_rows)
    # Where rows are mixed, an output may have another number of them.
    kept = rows if size != rows else None
    x = jax.tree.map(lambda a: device_array(a, copy=False), x)
    if programs.compiled:
        check_batch(programs, trainable, non_trainable, x)
    with memory_errors("predict()"):
        outputs, moved = programs.predict_batch(trainable, non_trainable, x)
        programs.keep_moved(moved)
        # A copy: outputs that are inputs share their memory, which a stream fills again.
        return jax.tree.map(lambda a: np.array(np.asarray(a)[:kept]), outputs)


def _padded(rows: int) -> int:
    return 1 << (rows - 1).bit_length()


def _pad(data: Any, size: int) -> Any:
    if holds_rows(data):
        return data.padded(size)
    # Copies of the last row, not zeros: a row that exists can't cause new infinities.
    array = np.asarray(data)
    return np.concatenate([array, np.repeat(array[-1:], size - len(array), axis=0)])
