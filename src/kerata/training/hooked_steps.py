"""The compiled programs of a model that has methods of ``steps.py`` of its own.

They are those of ``compiled_steps.py`` with another step inside: the model's ``train_step``,
``test_step`` and ``predict_step``, state in, logs and state out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.eager import handed_back
from kerata.base.scope import Scope
from kerata.base.variable import Variable, unboxed
from kerata.kernels.sparse_rows import dense_tree
from kerata.training.batch import GivenBatch, as_a_step_gets_it
from kerata.training.compiled_steps import CompiledSteps, is_traced, plain_number
from kerata.training.data_adapter import ArrayData, take
from kerata.training.objective import Objective
from kerata.training.steps import takes_data_alone
from kerata.training.train_state import TrainState

# Rows with which a step is traced to see what it uses.
ROWS_TO_TRACE = 32


class HookedSteps(CompiledSteps):
    """Programs whose steps are a model's own methods.

    Arguments:
        model, objective, optimizer: as for ``CompiledSteps``.
        eager: leave the functions as they are; needed where a step can't be traced.
    """

    def __init__(
        self,
        model: Any,
        objective: Objective | None = None,
        optimizer: Any = None,
        eager: bool = False,
    ) -> None:
        super().__init__(model, objective, optimizer, eager)
        self.of_metrics: list[Variable] = [] if objective is None else model.metrics_variables
        self._names: dict[str, list[str]] = {}
        self._alone = False
        self._noticed: set[str] = set()
        self.rowwise = False

    # Steps ---------------------------------------------------------------------------------

    def _train_step(
        self, values: TrainState, batch: Any, key: jax.Array
    ) -> tuple[TrainState, list[Any]]:
        logs, new = self._called("train_step", self.groups, values, batch, key)
        return self._kept(TrainState(*new)), self._noted(logs, "train")

    def _test_step(self, values: TrainState, batch: Any) -> tuple[Any, list[Any]]:
        groups = (self.trainable, self.non_trainable, self.of_metrics)
        given = (values.trainable, values.non_trainable, values.metrics)
        logs, (_, *changed) = self._called("test_step", groups, given, batch)
        return self._kept_after_tests(changed), self._noted(logs, "test")

    def _predict(
        self, trainable: list[Any], non_trainable: list[Any], x: Any
    ) -> tuple[Any, list[Any]]:
        groups, given = (self.trainable, self.non_trainable), (trainable, non_trainable)
        x = self.placement.spread(x)
        batch = x if isinstance(x, GivenBatch) else (x, None, None)
        outputs, (_, non_trainable) = self._called("predict_step", groups, given, batch)
        return self.placement.whole(outputs), self.placement.keep(self.non_trainable, non_trainable)

    def _called(
        self,
        method: str,
        groups: Sequence[list[Variable]],
        given: Sequence[list[Any]],
        batch: Any,
        key: jax.Array | None = None,
    ) -> tuple[Any, list[list[Any]]]:
        """Call a step of the model; give what it reports and the new values of all groups.

        Boxes that it changes directly, past the lists, count too.
        """
        pairs = [p for g, v in zip(groups, given, strict=True) for p in zip(g, v, strict=True)]
        with _Watching(pairs, key) as scope:
            state = tuple(list(values) for values in given)
            found = self._found(method, state, self._as_given(batch))
            if not isinstance(found, (tuple, list)) or len(found) != 2:
                raise TypeError(
                    f"{self._place(method)} must return two things, what it found and the new "
                    f"state, got {found!r:.80}."
                )
            reported, state = found
            if method == "predict_step":
                state = (given[0], state)
            if not isinstance(state, (tuple, list)) or len(state) != len(groups):
                raise TypeError(
                    f"The state that {self._place(method)} returns must be a tuple of "
                    f"{len(groups)} lists, as it was given, got {state!r:.80}."
                )
            new = [
                self._new_values(method, group, before, after, scope)
                for group, before, after in zip(groups, given, state, strict=True)
            ]
        if takes_data_alone(self.model, method):
            self._settle(method, scope)
        return reported, new

    def notice(self, rows: ArrayData, training: bool) -> None:
        """Take up what steps of data alone use besides the lists: a second optimizer's variables.

        Arguments:
            rows: some of the data.
            training: whether a training follows.
        """
        wanted = {"train_step", "test_step"} if training else {"test_step"}
        for method in sorted(wanted - self._noticed):
            self._noticed.add(method)
            if not takes_data_alone(self.model, method) or not self.compiled:
                continue
            some = replace(take(rows, 0, min(rows.count, ROWS_TO_TRACE)), parts=rows.parts)
            batch = some.arrays
            groups = (
                self.groups
                if method == "train_step"
                else (self.trainable, self.non_trainable, self.of_metrics)
            )
            others: list[Variable] = []

            def trace(
                given: Any,
                batch: Any,
                method: str = method,
                groups: Any = groups,
                others: list[Variable] = others,
            ) -> Any:
                pairs = [
                    p for g, v in zip(groups, given, strict=True) for p in zip(g, v, strict=True)
                ]
                with _Watching(pairs, jax.random.key(0)) as scope:
                    self._found(method, given, self._as_given(batch))
                others.extend(scope.others())

            jax.eval_shape(trace, [[v._value for v in group] for group in groups], batch)
            self.non_trainable.extend(others)

    def _settle(self, method: str, scope: _Watching) -> None:
        """Give variables besides the lists what a step has assigned to them."""
        for variable in scope.others():
            value = scope.read(variable)
            if value is variable._value:
                continue
            if isinstance(value, jax.core.Tracer):
                raise RuntimeError(
                    f"{self._place(method)} changes the variable {variable.path!r}, which it did "
                    "not use when it was traced first; use it in each step, or compile with "
                    "run_eagerly=True."
                )
            variable._value = value

    def _found(self, method: str, state: Any, data: Any) -> Any:
        """Give what a step found and the new state; a step of data alone changes boxes."""
        if not takes_data_alone(self.model, method):
            return self._step(method)(state, data)
        found = handed_back(getattr(self.model, method), data)
        return found, state[1] if method == "predict_step" else state

    def _as_given(self, batch: Any) -> Any:
        """Give a batch in the form that steps get."""
        dense = dense_tree(batch)
        return tuple(dense) if self._alone else as_a_step_gets_it(dense)

    def _step(self, method: str) -> Callable[..., tuple[Any, Any]]:
        return getattr(self.model, method)

    def _place(self, method: str) -> str:
        return f"{type(self.model).__name__}.{method}()"

    def _new_values(
        self, method: str, group: list[Variable], before: list[Any], after: Any, scope: Scope
    ) -> list[Any]:
        if len(after) != len(group):
            raise ValueError(
                f"{self._place(method)} was given {len(group)} values in a list of its state "
                f"and returns {len(after)}."
            )
        new = []
        for variable, old, value in zip(group, before, map(unboxed, after), strict=True):
            found = scope.read(variable) if value is old or value is None else value
            if jnp.shape(found) != variable.shape:
                raise ValueError(
                    f"{self._place(method)} gives {variable.path!r} the shape "
                    f"{jnp.shape(found)}, but it has {variable.shape}."
                )
            new.append(jnp.asarray(found, variable.dtype))
        return new

    # Single batches come as all three parts, as ``train_on_batch`` of Keras gives them.

    def _train_batch(self, *arguments: Any) -> tuple[TrainState, list[Any]]:
        with self._single_batch():
            return super()._train_batch(*arguments)

    def _evaluate_batch(self, *arguments: Any) -> tuple[Any, list[Any]]:
        with self._single_batch():
            return super()._evaluate_batch(*arguments)

    @contextlib.contextmanager
    def _single_batch(self) -> Iterator[None]:
        self._alone = True
        try:
            yield
        finally:
            self._alone = False

    # Around steps --------------------------------------------------------------------------

    def tested(self, values: TrainState, changed: Any) -> TrainState:
        """Give the values after an evaluation, from what it changed."""
        non_trainable, metrics = changed
        return values._replace(non_trainable=non_trainable, metrics=metrics)

    def before_tests(self, values: TrainState, metrics: list[Any]) -> Any:
        """Give what an evaluation is going to change."""
        return [values.non_trainable, metrics]

    def _kept_after_tests(self, changed: Any) -> Any:
        groups = (self.non_trainable, self.of_metrics)
        return [self.placement.keep(g, c) for g, c in zip(groups, changed, strict=True)]

    def _fresh(self, metrics: list[Any]) -> list[Any]:
        with Scope(zip(self.of_metrics, metrics, strict=True)) as scope:
            self.model.reset_metrics()
            return [scope.read(v) for v in self.of_metrics]

    def _no_results(self, step: Callable[..., Any], values: Any, size: int) -> list[Any]:
        if not self.compiled and not is_traced(values):
            return []
        shapes = jax.eval_shape(lambda v: step(0, (v, []), size)[1], values)
        return [jnp.zeros(s.shape, s.dtype) for s in shapes]

    # Results -------------------------------------------------------------------------------

    def _noted(self, logs: Any, of: str) -> list[Any]:
        """Take logs apart into names, which are noted, and arrays."""
        if not isinstance(logs, Mapping):
            raise TypeError(
                f"{self._place(f'{of}_step')} must return logs, a dictionary of numbers by name, "
                f"and the state, got {logs!r:.80} as logs."
            )
        flat = dict(_flat(logs))
        self._names[of] = list(flat)
        return self.placement.whole([jnp.asarray(unboxed(value)) for value in flat.values()])

    def _results(self, metrics: list[Any], last: list[Any] | None = None) -> list[Any]:
        return [] if last is None else last

    def named(self, results: list[Any], of: str = "train") -> dict[str, Any]:
        """Give the logs of a step their names."""
        return dict(zip(self._names[of], map(plain_number, results), strict=True))

    def present_results(self) -> dict[str, Any]:
        """Give what the model's metrics say as their boxes stand."""
        return {
            name: plain_number(value) for name, value in self.model.get_metrics_result().items()
        }

    def at_end(self, logs: dict[str, Any]) -> dict[str, Any]:
        """Give the metrics' results where the logs are of the same names, else the last logs."""
        results = self.present_results()
        return results if set(results) == set(logs) else logs

    def reported(self, batch: Any) -> dict[str, dict[str, int]]:
        """Give the names in a step's logs, and axes of each value."""
        key = jax.random.key(0)
        steps = {
            "train": lambda v, b: self._train_step(v, b, key)[1],
            "test": lambda v, b: self._test_step(v, b)[1],
        }
        found: dict[str, dict[str, int]] = {}
        for of, step in steps.items():
            shapes = jax.eval_shape(step, self.read(), batch)
            found[of] = dict(zip(self._names[of], (s.ndim for s in shapes), strict=True))
        return found

    def final(self, metrics: list[Any], results: list[Any], of: str) -> list[Any]:
        """Give the metrics' results where the last logs are of the same names, else these."""
        with Scope(zip(self.of_metrics, metrics, strict=True)):
            found = self.model.get_metrics_result()
        names = self._names[of]
        return [found[name] for name in names] if set(found) == set(names) else results

    def judge(self, values: TrainState, batch: Any, fresh: Any) -> tuple[Any, list[Any]]:
        """Count a batch of an evaluation, which comes as in ``evaluate``."""
        return super()._evaluate_batch(values, batch, fresh)

    def non_trainable_of(self, model: Any) -> list[Variable]:
        """Give the variables of a model whose values are ``TrainState.non_trainable``."""
        return list(model.non_trainable_variables)

    def moving_of(self, model: Any) -> list[Variable]:
        """Give those that a batch may change: a step of the user's may change all."""
        return self.non_trainable

    def scalar_results(self) -> bool:
        """Epochs do not run in groups: what an epoch reports is known after its last step."""
        return False


class _Watching(Scope):
    """A scope that knows which variables were used that it was not given."""

    def __init__(self, pairs: Any, key: Any) -> None:
        super().__init__(pairs, key)
        self._given = set(self._values)
        self._used: dict[int, Variable] = {}

    def read(self, variable: Any) -> Any:
        """Give the value of a variable, and note that it was used."""
        self._used[id(variable)] = variable
        return super().read(variable)

    def write(self, variable: Any, value: Any) -> None:
        """Set the value of a variable, and note that it was used."""
        self._used[id(variable)] = variable
        super().write(variable, value)

    def others(self) -> list[Variable]:
        """List the variables that were used and not given."""
        return [v for key, v in self._used.items() if key not in self._given]


def _flat(logs: Mapping[str, Any]) -> Any:
    """Yield names and values; those of dictionaries inside too."""
    for name, value in logs.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        else:
            yield name, value
