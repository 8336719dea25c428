"""The loops around the compiled programs: epochs, calls of some steps, callbacks, validation."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jax

from kerata.base.placement import current_placement
from kerata.base.randomness import global_generator
from kerata.callbacks.callback_list import CallbackList
from kerata.callbacks.terminate_on_nan import TerminateOnNaN
from kerata.training.batch_hooks import BatchHooks, step_ranges
from kerata.training.batch_stream import BatchStream
from kerata.training.chunk import Chunk, whole_pass
from kerata.training.compiled_steps import CompiledSteps
from kerata.training.data_adapter import ArrayData, on_device
from kerata.training.dataset_rows import DatasetRows
from kerata.training.epochs import EpochGroups
from kerata.training.given_steps import GivenSteps
from kerata.training.interrupt import deferred_interrupt
from kerata.training.out_of_core import OutOfCoreData

# In memory, or read as training goes on.
Data = ArrayData | BatchStream | DatasetRows | OutOfCoreData | GivenSteps

_NO_BATCHES = (
    "The data yielded no batches; give at least one. (A generator can be walked through once "
    "only: for several epochs give something with __iter__, or steps_per_epoch.)"
)


@dataclass
class Plan:
    """What a training is to do, checked and filled in."""

    data: Data
    batch_size: int
    epochs: int
    initial_epoch: int
    shuffle: Any  # True, False or 'batch'
    validation: Data | None
    validation_batch_size: int
    validation_epochs: Callable[[int], bool]


class Start:
    """Where training begins; a callback that restores an earlier run moves it there."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.epoch = plan.initial_epoch
        self.step = 0

    def move(self, epoch: int, step: int) -> None:
        """Begin at a step of an epoch, with the data as they were then."""
        passed = range(self.epoch, epoch)
        if not isinstance(self.plan.data, ArrayData):
            self.plan.data.skip(len(passed))
        if isinstance(self.plan.validation, BatchStream | DatasetRows | OutOfCoreData):
            self.plan.validation.skip(sum(map(self.plan.validation_epochs, passed)))
        self.epoch, self.step = epoch, step


def train(programs: CompiledSteps, plan: Plan, callbacks: CallbackList, model: Any) -> None:
    """Run all epochs, leaving the results to the callbacks and the weights in the boxes.

    Raises:
        FloatingPointError: the loss is no longer a finite number after an epoch.
        KeyboardInterrupt: after the step at which Ctrl-C was pressed; the boxes hold the
            weights as they were then.
    """
    model.stop_training = False
    data = _placed(plan.data)
    validation = None if plan.validation is None else _placed(plan.validation)
    quiet = any(isinstance(c, TerminateOnNaN) for c in callbacks.callbacks)
    start = model._start = Start(plan)
    with callbacks.until_stopped(), deferred_interrupt() as check:
        callbacks.on_train_begin()
        first_step = start.step
        logs: dict[str, Any] = {}
        trained: dict[str, Any] = {}
        epochs = range(start.epoch, plan.epochs)
        group = _group(programs, plan, data, validation, callbacks)
        if group is not None:

            def finished(epoch: int, logs: dict[str, Any]) -> None:
                callbacks.on_epoch_begin(epoch)
                _check_loss(logs["loss"], epoch, plan.epochs)
                callbacks.on_epoch_end(epoch, logs)

            logs, epochs = group.train(epochs, finished, check), range(0)
        for epoch in epochs:
            callbacks.on_epoch_begin(epoch)
            key = jax.random.key(global_generator().next_seed())
            with _chunks(data, plan.batch_size, plan.shuffle, check) as chunks:
                total = _steps(data, plan.batch_size)
                chunks = programs.executions(chunks, total, first_step)
                logs, steps = _train(programs, chunks, total, key, callbacks, check, first_step)
            first_step = 0
            if steps:
                _note_steps(data, steps)
                trained = programs.at_end(logs)
            elif not trained:
                raise ValueError(_NO_BATCHES)
            # An epoch that finds its data at their end reports what the one before did.
            logs = dict(trained)
            if not quiet:
                _check_loss(logs.get("loss"), epoch, plan.epochs)
            if validation is not None and plan.validation_epochs(epoch):
                found = evaluate(programs, validation, plan.validation_batch_size, callbacks, check)
                logs |= {f"val_{name}": value for name, value in found.items()}
            callbacks.on_epoch_end(epoch, logs)
            check()
            if model.stop_training:
                break
        if programs.optimizer is not None:
            programs.optimizer.finalize_variable_values(programs.trainable)
        callbacks.on_train_end(logs)


def _group(
    programs: CompiledSteps,
    plan: Plan,
    data: Data,
    validation: Data | None,
    callbacks: CallbackList,
) -> EpochGroups | None:
    """Give what trains several epochs in one call, or None where that would be noticed."""
    every = validation is None or all(map(plan.validation_epochs, range(plan.epochs)))
    if not (every and isinstance(data, ArrayData) and isinstance(validation, ArrayData | None)):
        return None
    sizes = (plan.batch_size, plan.validation_batch_size)
    groups = EpochGroups(programs, data, validation, sizes, plan.shuffle)
    several = plan.epochs - plan.initial_epoch > 1
    return groups if several and groups.suit(callbacks) else None


@contextlib.contextmanager
def _chunks(
    data: Data, batch_size: int, shuffle: Any, check: Callable[[], None]
) -> Iterator[Iterator[Chunk]]:
    """Open the chunks of an epoch, on the device; data in memory are one chunk."""
    if isinstance(data, ArrayData):
        yield iter([whole_pass(data, batch_size, shuffle)])
        return
    with data.epoch(check) as chunks:
        yield map(_on_device, chunks)


def _on_device(chunk: Chunk) -> Chunk:
    filled = min(chunk.steps * chunk.batch_size, len(chunk.order))
    return replace(chunk, arrays=current_placement().data(chunk.arrays, filled))


def _steps(data: Data, batch_size: int) -> int | None:
    """Give the number of steps of an epoch, None if it is not known."""
    return math.ceil(data.count / batch_size) if isinstance(data, ArrayData) else data.steps


def _train(
    programs: CompiledSteps,
    chunks: Iterator[Chunk],
    total: int | None,
    key: jax.Array,
    callbacks: CallbackList,
    check: Callable[[], None],
    first_step: int,
) -> tuple[dict[str, Any], int]:
    """Train for an epoch, or for what is left of it; give the results and the steps passed."""
    logs = programs.present_results() if first_step else {}
    hooks = BatchHooks(
        callbacks.on_train_batch_begin,
        callbacks.on_train_batch_end,
        callbacks.model.steps_per_execution,
        callbacks.needs_batches,
    )
    done = 0
    for chunk in chunks:
        # From the chunk's steps to the epoch's.
        offset = done - chunk.first
        begin = max(chunk.first, first_step - offset)
        order = jax.device_put(chunk.order)
        for start, stop in _bounds(programs, hooks, offset, begin, chunk.steps, "train"):
            hooks.before(offset + start)
            values, results = programs.train(
                programs.read(),
                chunk.arrays,
                order,
                start,
                stop,
                key,
                offset,
                batch_size=chunk.batch_size,
            )
            logs = programs.named(results)
            programs.write(values)
            hooks.after(offset + stop, logs)
            check()
            callbacks.progress(offset + stop, total, logs)
            if callbacks.model.stop_training:
                return logs, offset + stop
        done = offset + chunk.steps
    hooks.after(done, logs, last=True)
    return logs, done


def _note_steps(data: Data, steps: int) -> None:
    """Let progress know from the second epoch on how long one is."""
    if isinstance(data, BatchStream):
        data.steps = data.steps or steps


def _bounds(
    programs: CompiledSteps, hooks: BatchHooks, offset: int, start: int, steps: int, kind: str
) -> Iterator[tuple[int, int]]:
    if hooks.wanted or programs.by_executions:
        return hooks.bounds(offset, start, steps)
    return step_ranges(programs, start, steps, kind)


def evaluate(
    programs: CompiledSteps,
    data: Data,
    batch_size: int,
    callbacks: CallbackList,
    check: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Give loss and metrics over data, as plain numbers."""
    data = _placed(data)
    model = callbacks.model
    model.stop_evaluating = False
    callbacks.on_test_begin()
    logs: dict[str, Any] = {}
    hooks = BatchHooks(
        callbacks.on_test_batch_begin,
        callbacks.on_test_batch_end,
        model.steps_per_execution,
        callbacks.needs_test_batches,
    )
    total = _steps(data, batch_size)
    done = 0
    with _chunks(data, batch_size, False, check) as chunks:
        for chunk in programs.executions(chunks, total):
            for start, stop in _bounds(programs, hooks, done, 0, chunk.steps, "test"):
                hooks.before(done + start)
                changed, results = programs.evaluate(
                    programs.read(), chunk.arrays, start, stop, done, batch_size=chunk.batch_size
                )
                logs = programs.named(results, "test")
                programs.write(programs.tested(programs.read(), changed))
                hooks.after(done + stop, logs)
                check()
                callbacks.progress(done + stop, total, logs)
                if model.stop_evaluating:
                    break
            done += chunk.steps
            if model.stop_evaluating:
                break
    if not done:
        raise ValueError(_NO_BATCHES)
    hooks.after(done, logs, last=True)
    if not model.stop_evaluating:
        _note_steps(data, done)
    logs = programs.at_end(logs)
    callbacks.on_test_end(logs)
    return logs


def _placed(data: Data) -> Data:
    return on_device(data) if isinstance(data, ArrayData) else data


def _check_loss(loss: Any, epoch: int, epochs: int) -> None:
    # A step of the model's own may report none.
    if isinstance(loss, float) and not math.isfinite(loss):
        raise FloatingPointError(
            f"The training loss became {loss} in epoch {epoch + 1} of {epochs}, so training "
            "stopped. Usual causes: a learning rate that is too high, inputs or targets that "
            "are not scaled, a loss that does not fit the last activation. "
            "(With callbacks.TerminateOnNaN() training ends without this error.)"
        )
