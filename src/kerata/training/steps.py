"""What happens with one batch, as methods that a subclass may define anew.

Without such a method of its own a model is trained by the shorter formulas of
``compiled_steps.py``, which come to the same; with one, by ``hooked_steps.py``, which calls what
is here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.eager import asked_apart, asked_front
from kerata.base.origin import is_own_function
from kerata.base.scope import Scope
from kerata.base.variable import Variable
from kerata.training.objective import Objective
from kerata.utils.batches import unpack_x_y_sample_weight

State = tuple[list[Any], ...]

# The methods that decide what a step of training or evaluation, or of prediction, does.
WHOLE_STEPS = ("train_step", "test_step", "make_train_function", "make_test_function")
OF_LOSS = (
    *WHOLE_STEPS,
    *("compute_loss", "compute_loss_and_updates", "stateless_compute_loss"),
)
IN_STEPS = (
    *OF_LOSS,
    *("compute_metrics", "get_metrics_result", "metrics", "reset_metrics"),
)
IN_PREDICTIONS = ("predict_step", "make_predict_function")


class Steps:
    """The steps of a model on single batches, as pure functions of its state.

    ``state`` is a tuple of lists of arrays, in the order of the properties
    ``trainable_variables``, ``non_trainable_variables``, ``optimizer.variables`` and
    ``metrics_variables``; a test step has no third list, a prediction the first two alone.
    """

    optimizer: Any
    losses: list[Any]
    metrics_variables: list[Variable]
    trainable_variables: list[Variable]
    non_trainable_variables: list[Variable]
    stateless_call: Callable[..., Any]
    _attached_metrics: Callable[[], list[Any]]
    _objective: Objective | None
    steps_per_execution: int
    run_eagerly: bool
    jit_compile: bool
    train_function: Callable[..., Any] | None
    test_function: Callable[..., Any] | None
    predict_function: Callable[..., Any] | None

    # Steps ---------------------------------------------------------------------------------

    def train_step(self, state: Any, data: Any) -> tuple[dict[str, Any], Any]:
        """Train on one batch: give the logs and the new state.

        Arguments:
            state: four lists of arrays.
            data: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.
        """
        trainable, non_trainable, optimizer_variables, of_metrics = state
        x, y, weight = unpack_x_y_sample_weight(data)
        differentiated = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (_, (loss, y_pred, non_trainable, of_metrics)), gradients = differentiated(
            trainable,
            non_trainable,
            of_metrics,
            x,
            y,
            weight,
            training=True,
            optimizer_variables=optimizer_variables,
        )
        trainable, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, gradients, trainable
        )
        logs, of_metrics = self._counted(of_metrics, loss, x, y, y_pred, weight)
        return logs, (trainable, non_trainable, optimizer_variables, of_metrics)

    def test_step(self, state: Any, data: Any) -> tuple[dict[str, Any], Any]:
        """Judge one batch: give the logs and the new state, three lists."""
        trainable, non_trainable, of_metrics = state
        x, y, weight = unpack_x_y_sample_weight(data)
        _, (loss, y_pred, non_trainable, of_metrics) = self.compute_loss_and_updates(
            trainable, non_trainable, of_metrics, x, y, weight, training=False
        )
        logs, of_metrics = self._counted(of_metrics, loss, x, y, y_pred, weight)
        return logs, (trainable, non_trainable, of_metrics)

    def predict_step(self, state: Any, data: Any) -> tuple[Any, list[Any]]:
        """Give the outputs for one batch, and the non-trainable variables' new values."""
        trainable, non_trainable = state
        x, _, _ = unpack_x_y_sample_weight(data)
        outputs, non_trainable = self.stateless_call(trainable, non_trainable, x, training=False)
        return outputs, non_trainable

    # Losses --------------------------------------------------------------------------------

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Give the total loss of a batch; a subclass may define its own."""
        front = asked_front()
        if front is not None:
            # What layers added is a result of calls that are over.
            args = (self, self.losses, x, y, y_pred, sample_weight)
            return front.run(Steps._loss_with, args, {}, True)
        objective = self._objective_for(y, y_pred)
        loss, parts = objective.loss(y, y_pred, sample_weight)
        outputs = jax.tree.leaves(y_pred)
        if outputs:
            objective.count_parts(parts, outputs[0].shape[0])
        return sum(map(jnp.sum, self.losses), start=jnp.asarray(loss, jnp.float32))

    def _loss_with(self, added: list[Any], x: Any, y: Any, y_pred: Any, weight: Any) -> Any:
        """Give ``compute_loss`` where the losses of the layers are known."""
        with Scope() as around:
            around.all_losses = added
            return Steps.compute_loss(self, x, y, y_pred, weight)

    def _objective_for(self, y: Any, y_pred: Any) -> Objective:
        raise NotImplementedError

    def stateless_compute_loss(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        metrics_variables: Sequence[Any],
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, State]:
        """Compute the loss as a pure function: give it and three lists of new values."""
        groups = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
        values = (trainable_variables, non_trainable_variables, metrics_variables)
        with _scope(groups, values) as scope:
            if "training" in inspect.signature(self.compute_loss).parameters:
                loss = self.compute_loss(x, y, y_pred, sample_weight, training=training)
            else:
                # Written for a Keras before 3.3, which did not say.
                loss = self.compute_loss(x, y, y_pred, sample_weight)
            _, non_trainable, of_metrics = ([scope.read(v) for v in group] for group in groups)
        return loss, (list(trainable_variables), non_trainable, of_metrics)

    def compute_loss_and_updates(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        metrics_variables: Sequence[Any],
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Sequence[Any] | None = None,
    ) -> tuple[Any, tuple[Any, Any, list[Any], list[Any]]]:
        """Run the model and compute the loss, for ``jax.grad``.

        Returns:
            The loss to differentiate, and: the loss as it is reported, the outputs, the new
            values of the non-trainable and of the metrics' variables.
        """
        # A scope around both, so that the loss knows what the forward pass left behind.
        with Scope() as around:
            y_pred, non_trainable, around.all_losses = self.stateless_call(
                trainable_variables,
                non_trainable_variables,
                x,
                return_losses=True,
                training=training,
            )
            loss, (_, non_trainable, of_metrics) = self.stateless_compute_loss(
                trainable_variables,
                non_trainable,
                metrics_variables,
                x=x,
                y=y,
                y_pred=y_pred,
                sample_weight=sample_weight,
                training=training,
            )
        scaled = loss
        if training and self.optimizer is not None and optimizer_variables is not None:
            with _scope((self.optimizer.variables,), (optimizer_variables,)):
                scaled = self.optimizer.scale_loss(loss)
        return scaled, (loss, y_pred, non_trainable, of_metrics)

    # Metrics -------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Any]:
        """The metric objects, the loss's tracker first; then those kept as attributes.

        Those of ``compile`` are known after the first data.
        """
        compiled = [] if self._objective is None else self._objective.all_metrics
        return list({id(m): m for m in [*compiled, *self._attached_metrics()]}.values())

    def reset_metrics(self) -> None:
        """Make all metrics forget what they have counted."""
        for metric in self.metrics:
            metric.reset_state()

    @asked_apart
    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Count a batch in the metrics and give all results; a subclass may add its own."""
        self._objective_for(y, y_pred).count_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    @asked_apart
    def get_metrics_result(self) -> dict[str, Any]:
        """Give the present results of all ``metrics`` by name, the loss first."""
        named = {} if self._objective is None else self._objective.results_of(self.metrics)
        for metric in self.metrics:
            if self._objective is not None and self._objective.owns(metric):
                continue
            result = metric.result()
            named |= result if isinstance(result, dict) else {metric.name: result}
        return named

    def _counted(
        self, of_metrics: Sequence[Any], loss: Any, x: Any, y: Any, y_pred: Any, weight: Any
    ) -> tuple[dict[str, Any], list[Any]]:
        """Count a batch in loss and metrics; give the logs and the metrics' new values."""
        boxes = self.metrics_variables
        with _scope((boxes,), (of_metrics,)) as scope:
            tracker = self._objective_for(y, y_pred).loss_tracker
            tracker.update_state(loss, sample_weight=jax.tree.leaves(x)[0].shape[0])
            logs = self.compute_metrics(x, y, y_pred, weight)
            return logs, [scope.read(v) for v in boxes]

    # Functions for loops of the user's own -------------------------------------------------

    def make_train_function(self, force: bool = False) -> None:
        """Make ``train_function(state, batches)``, which trains on as many as an execution has."""
        if self.train_function is None or force:
            self.train_function = self._over_batches(self.train_step)

    def make_test_function(self, force: bool = False) -> None:
        """Make ``test_function(state, batches)``, which judges as many as an execution has."""
        if self.test_function is None or force:
            self.test_function = self._over_batches(self.test_step)

    def make_predict_function(self, force: bool = False) -> Any:
        """Make ``predict_function(state, batches)``, which gives outputs and state."""
        if self.predict_function is not None and not force:
            return self.predict_function

        def step(state: Any, data: Any) -> tuple[Any, Any]:
            outputs, non_trainable = self.predict_step(state, data)
            return outputs, (state[0], non_trainable)

        self.predict_function = self._over_batches(step, joined=True)
        return self.predict_function

    def _over_batches(
        self, step: Callable[..., tuple[Any, Any]], joined: bool = False
    ) -> Callable[..., tuple[Any, Any]]:
        compiled = step if self.run_eagerly or not self.jit_compile else jax.jit(step)

        def function(state: Any, batches: Iterator[Any]) -> tuple[Any, Any]:
            results: list[Any] = []
            for _, data in zip(range(self.steps_per_execution), batches, strict=False):
                result, state = compiled(state, data)
                results.append(result)
            if not results:
                raise StopIteration
            if joined and len(results) > 1:
                return jax.tree.map(lambda *parts: jnp.concatenate(parts), *results), state
            return results[-1], state

        return function


def takes_data_alone(model: Any, method: str) -> bool:
    """Say whether a step of a model's own is written for ``step(data)``, without a state."""
    step = getattr(model, method)
    if is_own_function(step):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(step).parameters.values()
    return sum(p.kind in kinds and p.default is p.empty for p in parameters) == 1


def has_hooks(model: Any, hooks: tuple[str, ...], base: type) -> bool:
    """Say whether a model has one of some methods of its own."""
    return any(
        getattr(type(model), hook) is not getattr(base, hook) or hook in vars(model)
        for hook in hooks
    )


def _scope(groups: Sequence[list[Variable]], values: Sequence[Sequence[Any]]) -> Scope:
    pairs = [p for g, v in zip(groups, values, strict=True) for p in zip(g, v, strict=True)]
    return Scope(pairs)
