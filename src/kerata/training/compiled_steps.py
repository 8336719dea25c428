"""The compiled programs: many training steps, an evaluation, a prediction, each in one call.

A program is a pure function of the values of the variables that ``train_state.py`` chooses, so
that nothing is left behind when it is interrupted, and the boxes hold the values whenever Python
runs.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerata.base.caches import keep_compiled_programs
from kerata.base.rows import count_rows
from kerata.base.scope import Scope, get_mask
from kerata.kernels.sparse_rows import dense_tree
from kerata.layers.rows import keeps_rows_apart
from kerata.training.chunk import Chunk
from kerata.training.objective import Objective
from kerata.training.train_state import StateVariables, TrainState


class CompiledSteps(StateVariables):
    """Compiled functions of one model as it stands: built, compiled, with this freezing.

    Arguments:
        model: built model.
        objective: losses and metrics, or None for prediction alone.
        optimizer: built optimizer, or None for evaluation and prediction.
        eager: leave the functions as they are; loops run step by step then, except inside
            somebody else's program.
    """

    # Whether a call makes exactly the steps of one execution.
    by_executions = False

    def __init__(
        self,
        model: Any,
        objective: Objective | None = None,
        optimizer: Any = None,
        eager: bool = False,
    ) -> None:
        super().__init__(model, objective, optimizer)
        self._result_names: list[str] = []
        self.paces: dict[str, float] = {}  # seconds of a step, of 'train' and of 'test'
        self.rowwise = keeps_rows_apart(model)
        keep_compiled_programs()
        self.compiled = not eager
        compiled: Callable[..., Any] = (lambda f, **_: f) if eager else self._jit
        self.tracing: Callable[[], contextlib.AbstractContextManager[None]]
        self.tracing = contextlib.nullcontext  # entered while a program is traced
        program = self.placement.program
        self.train = program(compiled(self._train, static_argnames=("batch_size",)))
        self.train_epochs = compiled(self._train_epochs, static_argnames=("batch_sizes",))
        self.train_batch = program(compiled(self._train_batch), batch=1)
        self.evaluate = program(compiled(self._evaluate, static_argnames=("batch_size",)))
        self.evaluate_batch = program(compiled(self._evaluate_batch), batch=1)
        self.predict_batch = program(compiled(self._predict), batch=2)

    def _jit(self, function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        @functools.wraps(function)
        def traced(*args: Any, **kwargs: Any) -> Any:
            with self.tracing():
                return function(*args, **kwargs)

        return jax.jit(traced, **options)

    # What others ask for -----------------------------------------------------------------

    def executions(
        self, chunks: Iterator[Chunk], total: int | None, first_step: int = 0
    ) -> Iterator[Chunk]:
        """Give the chunks of an epoch as these programs want them.

        Arguments:
            total: steps of the epoch if known.
            first_step: the step that the training begins with.
        """
        return chunks

    def predictions(self, inputs: Iterator[Any], total: int | None) -> Iterator[tuple[int, Any]]:
        """Yield how many steps come next, and what ``predict_batch`` wants for them."""
        return ((1, x) for x in inputs)

    def running(self) -> contextlib.AbstractContextManager[None]:
        """Watch over what runs in a ``with`` block, for the placement's sake."""
        return self.placement.running([v for group in self.groups for v in group])

    # Steps -------------------------------------------------------------------------------

    def _inputs(self, x: Any) -> Any:
        """Make bags dense for models whose first layers are not known."""
        if getattr(self.model, "_graph", None) is not None:
            return x
        return dense_tree(x)

    def _loss(self, y: Any, y_pred: Any, weight: Any) -> Any:
        """Give the total loss, penalties included, and the losses of the single outputs."""
        assert self.objective is not None
        loss, parts = self.objective.loss(y, y_pred, weight)
        extra = self.model.losses
        return sum(extra, start=jnp.asarray(loss, jnp.float32)), parts

    def _count(self, metrics: list[Any], outcome: Any, batch: Any) -> list[Any]:
        """Give the metrics' values with one more batch counted."""
        assert self.objective is not None
        loss, parts, y_pred, masks = outcome
        x, y, weight = batch
        with Scope(zip(self.of_metrics, metrics, strict=True)) as scope:
            for output, mask in zip(jax.tree.leaves(y_pred), masks, strict=True):
                if mask is not None:
                    scope.set_mask(output, mask)
            self.objective.update(loss, parts, y, y_pred, weight, count_rows(x))
            return [scope.read(v) for v in self.of_metrics]

    def _train_step(
        self, values: TrainState, batch: Any, key: jax.Array
    ) -> tuple[TrainState, list[Any]]:
        """Train on a batch; give the new values, and results unless they follow from these."""
        x, y, weight = batch

        def scaled_loss(trainable: list[Any]) -> Any:
            pairs = zip(
                self.trainable + self.non_trainable,
                [*trainable, *values.non_trainable],
                strict=True,
            )
            with Scope(pairs, key) as scope:
                y_pred = self.model(self._inputs(x), training=True)
                loss, parts = self._loss(y, y_pred, weight)
                non_trainable = [scope.read(v) for v in self.non_trainable]
                masks = [get_mask(p) for p in jax.tree.leaves(y_pred)]
            return self.optimizer.scale_loss(loss), ((loss, parts, y_pred, masks), non_trainable)

        gradients, (outcome, non_trainable) = jax.grad(scaled_loss, has_aux=True)(values.trainable)
        pairs = zip(
            self.trainable + self.optimizer_variables,
            [*values.trainable, *values.optimizer],
            strict=True,
        )
        with Scope(pairs) as scope:
            self.optimizer.apply(gradients, self.trainable)
            trainable = [scope.read(v) for v in self.trainable]
            optimizer_variables = [scope.read(v) for v in self.optimizer_variables]
        metrics = self._count(values.metrics, outcome, batch)
        return self._kept(TrainState(trainable, non_trainable, optimizer_variables, metrics)), []

    def _test_step(self, values: TrainState, batch: Any) -> tuple[Any, list[Any]]:
        """Judge a batch; give what it changed (the metrics' values, and those of ``moving_of``).

        Returns:
            Besides that, results as above.
        """
        x, y, weight = batch
        pairs = zip(
            self.trainable + self.non_trainable,
            [*values.trainable, *values.non_trainable],
            strict=True,
        )
        with Scope(pairs) as scope:
            y_pred = self.model(self._inputs(x), training=False)
            loss, parts = self._loss(y, y_pred, weight)
            masks = [get_mask(p) for p in jax.tree.leaves(y_pred)]
            moved = [scope.read(v) for v in self.moving]
        metrics = self._count(values.metrics, (loss, parts, y_pred, masks), batch)
        return self._kept_after_tests([metrics, moved]), []

    def _fresh(self, metrics: list[Any]) -> list[Any]:
        assert self.objective is not None
        with Scope(zip(self.of_metrics, metrics, strict=True)) as scope:
            self.objective.reset()
            return [scope.read(v) for v in self.of_metrics]

    def _results(self, metrics: list[Any], last: list[Any] | None = None) -> list[Any]:
        """Give loss and metrics; ``last`` is what the last step gave besides values."""
        assert self.objective is not None
        with Scope(zip(self.of_metrics, metrics, strict=True)):
            results = self.objective.results()
        # Compiled functions sort dictionaries, so names and values part ways here.
        self._result_names = list(results)
        return self.placement.whole(list(results.values()))

    def named(self, results: list[Any], of: str = "train") -> dict[str, Any]:
        """Give results their names: floats for scalars, NumPy arrays for others.

        Arguments:
            of: which programs they come from, ``'train'`` or ``'test'``.
        """
        return dict(zip(self._result_names, map(plain_number, results), strict=True))

    def reported(self, batch: Any) -> dict[str, dict[str, int]]:
        """Give what training and evaluation report: names, and axes of each value.

        Nothing is computed: a first result alone compiles four small programs.

        Arguments:
            batch: arrays like those of a batch.
        """
        shapes = jax.eval_shape(self._results, self.read().metrics)
        named = dict(zip(self._result_names, (s.ndim for s in shapes), strict=True))
        return {"train": named, "test": named}

    def final(self, metrics: list[Any], results: list[Any], of: str) -> list[Any]:
        """Give the results of a whole epoch or evaluation, inside a program."""
        return self._results(metrics)

    def judge(self, values: TrainState, batch: Any, fresh: Any) -> tuple[Any, list[Any]]:
        """Count a batch of an evaluation inside a program."""
        return self._evaluate_batch(values, batch, fresh)

    def at_end(self, logs: dict[str, Any]) -> dict[str, Any]:
        """Give the logs of a whole epoch or evaluation, from those after its last step."""
        return logs

    def named_row(self, row: np.ndarray, validated: bool) -> dict[str, float]:
        """Give a row of the table that ``train_epochs`` leaves its names."""
        names = self._result_names
        names = [*names, *(f"val_{name}" for name in names)] if validated else names
        return dict(zip(names, map(float, row), strict=True))

    def scalar_results(self) -> bool:
        """Say whether all results are single numbers."""
        results = jax.eval_shape(self._results, self.read().metrics)
        return all(r.ndim == 0 for r in results)

    def present_results(self) -> dict[str, Any]:
        """Give loss and metrics as the metrics' boxes stand."""
        return self.named(jax.jit(self._results)(self.read().metrics))

    # Programs ----------------------------------------------------------------------------

    def _train(
        self,
        values: TrainState,
        data: Any,
        order: jax.Array,
        start: jax.Array,
        stop: jax.Array,
        key: jax.Array,
        first: Any = 0,
        *,
        batch_size: int,
    ) -> tuple[TrainState, list[Any]]:
        """Run the steps from start to stop (exclusive) over data on the device.

        The bounds are traced, so one program serves calls of any length; the last,
        smaller batch is a step of its own with its true size, as in Keras. ``first`` is the
        number of steps of the epoch that were made on other data before.
        """
        full, rest = divmod(order.shape[0], batch_size)
        fresh = self._fresh(values.metrics)
        values = values._replace(metrics=_select(first + start == 0, fresh, values.metrics))

        def step(number: Any, state: tuple[TrainState, list[Any]], size: int = batch_size) -> Any:
            rows = lax.dynamic_slice_in_dim(order, number * batch_size, size)
            batch = self.placement.take(data, rows)
            return self._train_step(state[0], batch, jax.random.fold_in(key, first + number))

        state = values, self._no_results(step, values, batch_size if full else rest)
        state = self._repeat(start, stop, full, rest, step, state)
        # Once more, since a loop's results may lie elsewhere than those of its last step.
        return self._kept(state[0]), self._results(state[0].metrics, state[1])

    def _no_results(self, step: Callable[..., Any], values: Any, size: int) -> list[Any]:
        """Give what stands for a step's results before there was one."""
        return []

    def _repeat(
        self, start: Any, stop: Any, full: int, rest: int, step: Callable[..., Any], state: Any
    ) -> Any:
        """Make the steps from start to stop: full ones in a loop, the last and smaller one alone.

        Arguments:
            step: function of a step's number, the state and the batch's size if it is not full.
        """
        if not self.compiled and not is_traced((start, stop, state)):
            for number in range(int(start), int(stop)):
                state = step(number, state) if number < full else step(full, state, rest)
            return state
        if full:
            state = lax.fori_loop(start, jnp.minimum(stop, full), step, state)
        if rest:
            state = lax.cond(stop > full, lambda s: step(full, s, rest), lambda s: s, state)
        return state

    def _train_epochs(
        self,
        values: TrainState,
        data: Any,
        validation: Any,
        orders: jax.Array,
        seeds: jax.Array,
        count: jax.Array,
        bounds: tuple[jax.Array, jax.Array, jax.Array, jax.Array],
        *,
        batch_sizes: tuple[int, int],
    ) -> tuple[TrainState, jax.Array]:
        """Run epochs, each with its order ``(rows,)`` and seed; give a table of results.

        The bounds are those of the training steps, then of the validation's. They follow from
        the data, but known ones would let the compiler unroll loops, and round otherwise than in
        epochs that run one by one.
        """

        def epoch(number: Any, state: tuple[TrainState, jax.Array]) -> tuple[TrainState, jax.Array]:
            values, table = state
            # What ``jax.random.key(seed)`` gives.
            key = jax.random.wrap_key_data(jnp.stack([jnp.uint32(0), seeds[number]]))
            values, results = self._train(
                values, data, orders[number], *bounds[:2], key, batch_size=batch_sizes[0]
            )
            if validation is not None:
                changed, more = self._evaluate(
                    values, validation, *bounds[2:], batch_size=batch_sizes[1]
                )
                values, results = self.tested(values, changed), [*results, *more]
            return values, table.at[number].set(jnp.stack(results).astype(jnp.float32))

        width = len(self._results(values.metrics)) * (1 if validation is None else 2)
        table = jnp.zeros((orders.shape[0], width), jnp.float32)
        return lax.fori_loop(0, count, epoch, (values, table))

    def _evaluate(
        self,
        values: TrainState,
        data: Any,
        start: jax.Array,
        stop: jax.Array,
        first: Any = 0,
        *,
        batch_size: int,
    ) -> tuple[Any, list[Any]]:
        """Count the batches from start to stop (exclusive) of data on the device."""
        full, rest = divmod(count_rows(data), batch_size)
        metrics = _select(first + start == 0, self._fresh(values.metrics), values.metrics)

        def step(number: Any, state: tuple[Any, list[Any]], size: int = batch_size) -> Any:
            batch = self.placement.cut(data, number * batch_size, size)
            return self._test_step(self.tested(values, state[0]), batch)

        changed = self.before_tests(values, metrics)
        state = changed, self._no_results(step, changed, batch_size if full else rest)
        changed, last = self._repeat(start, stop, full, rest, step, state)
        changed = self._kept_after_tests(changed)
        return changed, self._results(self.tested(values, changed).metrics, last)

    def _train_batch(
        self, values: TrainState, batch: Any, key: jax.Array, fresh: Any
    ) -> tuple[TrainState, list[Any]]:
        """Run one step on a batch of its own; ``fresh`` says whether the metrics start anew."""
        metrics = _select(fresh, self._fresh(values.metrics), values.metrics)
        batch = self.placement.spread(batch)
        values, last = self._train_step(values._replace(metrics=metrics), batch, key)
        return values, self._results(values.metrics, last)

    def _evaluate_batch(self, values: TrainState, batch: Any, fresh: Any) -> tuple[Any, list[Any]]:
        """Count one batch of its own."""
        metrics = _select(fresh, self._fresh(values.metrics), values.metrics)
        changed, last = self._test_step(
            values._replace(metrics=metrics), self.placement.spread(batch)
        )
        return changed, self._results(self.tested(values, changed).metrics, last)

    def _predict(
        self, trainable: list[Any], non_trainable: list[Any], x: Any
    ) -> tuple[Any, list[Any]]:
        """Give the outputs, and the new values of ``moving``."""
        pairs = zip(self.trainable + self.non_trainable, [*trainable, *non_trainable], strict=True)
        with Scope(pairs) as scope:
            outputs = self.model(self._inputs(self.placement.spread(x)), training=False)
            moved = [scope.read(v) for v in self.moving]
        return self.placement.whole(outputs), self.placement.keep(self.moving, moved)


def plain_number(value: Any) -> Any:
    """Give a float for a scalar, a NumPy array for more."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def is_traced(tree: Any) -> bool:
    """Say whether some of the values stand for others, inside a program."""
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(tree))


def _select(condition: Any, new: list[Any], old: list[Any]) -> list[Any]:
    return [jnp.where(condition, a, b) for a, b in zip(new, old, strict=True)]
