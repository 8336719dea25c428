"""The loops around the compiled programs: epochs, chunks of steps, callbacks, validation."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.randomness import global_generator
from kerata.callbacks.callback_list import CallbackList
from kerata.training.feed import Rows, on_device
from kerata.training.interrupt import deferred_interrupt
from kerata.training.programs import Programs
from kerata.training.stream import Stream

# Long epochs are cut into pieces of about so long, for progress and Ctrl-C.
CHUNK_SECONDS = 0.5
# Steps of the very first piece, before anything is known about their speed.
FIRST_CHUNK = 32


@dataclass
class Plan:
    """What a training is to do, checked and filled in."""

    data: Rows | Stream
    batch_size: int
    epochs: int
    initial_epoch: int
    shuffle: bool
    validation: Rows | Stream | None
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
        if isinstance(self.plan.data, Stream):
            self.plan.data.skip(len(passed))
        if isinstance(self.plan.validation, Stream):
            self.plan.validation.skip(sum(map(self.plan.validation_epochs, passed)))
        self.epoch, self.step = epoch, step


def train(programs: Programs, plan: Plan, callbacks: CallbackList, model: Any) -> None:
    """Run all epochs, leaving the results to the callbacks and the weights in the boxes.

    Raises:
        FloatingPointError: the loss is no longer a finite number after an epoch.
        KeyboardInterrupt: after the step at which Ctrl-C was pressed; the boxes hold the
            weights as they were then.
    """
    model.stop_training = False
    data = _placed(plan.data)
    validation = None if plan.validation is None else _placed(plan.validation)
    quiet = any(type(c).__name__ == "TerminateOnNaN" for c in callbacks.callbacks)
    start = model._start = Start(plan)
    variables = [v for group in programs.groups for v in group]
    with programs.placement.running(variables), deferred_interrupt() as check:
        callbacks.on_train_begin()
        first_step = start.step
        logs: dict[str, Any] = {}
        for epoch in range(start.epoch, plan.epochs):
            callbacks.on_epoch_begin(epoch)
            key = jax.random.key(global_generator().next_seed())
            if isinstance(data, Stream):
                logs = _train_stream(programs, data, key, callbacks, check, model, first_step)
            else:
                logs = _train_rows(programs, data, plan, key, callbacks, check, model, first_step)
            first_step = 0
            if not quiet:
                _check_loss(logs["loss"], epoch, plan.epochs)
            if validation is not None and plan.validation_epochs(epoch):
                found = evaluate(programs, validation, plan.validation_batch_size, callbacks, check)
                logs |= {f"val_{name}": value for name, value in found.items()}
            callbacks.on_epoch_end(epoch, logs)
            check()
            if model.stop_training:
                break
        programs.optimizer.finalize_variable_values(programs.trainable)
        callbacks.on_train_end(logs)


def _train_rows(
    programs: Programs,
    data: Rows,
    plan: Plan,
    key: jax.Array,
    callbacks: CallbackList,
    check: Callable[[], None],
    model: Any,
    first_step: int,
) -> dict[str, Any]:
    rows = np.arange(data.count, dtype=np.int32)
    if plan.shuffle:
        np.random.default_rng(global_generator().next_seed()).shuffle(rows)
    order = jnp.asarray(rows)
    steps = math.ceil(data.count / plan.batch_size)
    logs = programs.present_results() if first_step else {}
    for start, stop in _chunks(programs, first_step, steps, callbacks.needs_batches):
        if callbacks.needs_batches:
            callbacks.on_train_batch_begin(start)
        values, results = programs.train(
            programs.read(), data.arrays, order, start, stop, key, batch_size=plan.batch_size
        )
        logs = programs.named(results)
        programs.write(values)
        if callbacks.needs_batches:
            callbacks.on_train_batch_end(start, logs)
        check()
        callbacks.progress(stop, steps, logs)
        if model.stop_training:
            break
    return logs


def _chunks(
    programs: Programs, start: int, steps: int, one_by_one: bool
) -> Iterator[tuple[int, int]]:
    """Yield the bounds of pieces that last about ``CHUNK_SECONDS`` each."""
    if one_by_one:
        yield from ((i, i + 1) for i in range(start, steps))
        return
    first = start
    while start < steps:
        pace = programs.seconds_per_step
        size = FIRST_CHUNK if pace is None else max(1, int(CHUNK_SECONDS / pace))
        # Processes must run the same programs, however fast each of them is.
        size = programs.placement.agree(size)
        # A last piece of a few steps is not worth a call of its own.
        stop = steps if start + 1.2 * size >= steps else start + size
        begin = time.perf_counter()
        yield start, stop
        # The first piece of all also compiles, so it tells nothing about speed.
        if pace is not None or start > first:
            programs.seconds_per_step = (time.perf_counter() - begin) / (stop - start)
        elif stop == steps:
            programs.seconds_per_step = CHUNK_SECONDS / (stop - start)
        start = stop


def _train_stream(
    programs: Programs,
    data: Stream,
    key: jax.Array,
    callbacks: CallbackList,
    check: Callable[[], None],
    model: Any,
    first_step: int,
) -> dict[str, Any]:
    logs = programs.present_results() if first_step else {}
    step = 0
    with data.epoch() as batches:
        for step, batch in enumerate(batches):
            if step < first_step:
                continue
            if callbacks.needs_batches:
                callbacks.on_train_batch_begin(step)
            values, results = programs.train_batch(
                programs.read(), batch.arrays, jax.random.fold_in(key, step), step == 0
            )
            programs.write(values)
            logs = programs.named(results)
            if callbacks.needs_batches:
                callbacks.on_train_batch_end(step, logs)
            check()
            callbacks.progress(step + 1, data.steps, logs)
            if model.stop_training:
                break
    if not logs:
        raise ValueError("The data yielded no batches; give at least one.")
    data.steps = data.steps or step + 1
    return logs


def evaluate(
    programs: Programs,
    data: Rows | Stream,
    batch_size: int,
    callbacks: CallbackList,
    check: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Give loss and metrics over data, as plain numbers."""
    data = _placed(data)
    callbacks.on_test_begin()
    logs: dict[str, Any] = {}
    if isinstance(data, Stream):
        logs = _evaluate_stream(programs, data, callbacks, check)
    else:
        steps = math.ceil(data.count / batch_size)
        one_by_one = callbacks.needs_test_batches
        for start, stop in _pieces(steps, one_by_one):
            if one_by_one:
                callbacks.on_test_batch_begin(start)
            metrics, results = programs.evaluate(
                programs.read(), data.arrays, start, stop, batch_size=batch_size
            )
            logs = programs.named(results)
            programs.write(programs.read()._replace(metrics=metrics))
            if one_by_one:
                callbacks.on_test_batch_end(start, logs)
            check()
            callbacks.progress(stop, steps, logs)
    callbacks.on_test_end(logs)
    return logs


def _pieces(steps: int, one_by_one: bool) -> Iterator[tuple[int, int]]:
    size = 1 if one_by_one else steps
    yield from ((i, min(i + size, steps)) for i in range(0, steps, size))


def _evaluate_stream(
    programs: Programs, data: Stream, callbacks: CallbackList, check: Callable[[], None]
) -> dict[str, Any]:
    logs: dict[str, Any] = {}
    step = 0
    with data.epoch() as batches:
        for step, batch in enumerate(batches):
            if callbacks.needs_test_batches:
                callbacks.on_test_batch_begin(step)
            metrics, results = programs.evaluate_batch(programs.read(), batch.arrays, step == 0)
            programs.write(programs.read()._replace(metrics=metrics))
            logs = programs.named(results)
            if callbacks.needs_test_batches:
                callbacks.on_test_batch_end(step, logs)
            check()
            callbacks.progress(step + 1, data.steps, logs)
    if not logs:
        raise ValueError("The data yielded no batches; give at least one.")
    data.steps = data.steps or step + 1
    return logs


def _placed(data: Rows | Stream) -> Rows | Stream:
    return data if isinstance(data, Stream) else on_device(data)


def _check_loss(loss: float, epoch: int, epochs: int) -> None:
    if not math.isfinite(loss):
        raise FloatingPointError(
            f"The training loss became {loss} in epoch {epoch + 1} of {epochs}, so training "
            "stopped. Usual causes: a learning rate that is too high, inputs or targets that "
            "are not scaled, a loss that does not fit the last activation. "
            "(With callbacks.TerminateOnNaN() training ends without this error.)"
        )
