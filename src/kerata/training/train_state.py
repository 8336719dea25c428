"""The state of a training: which variables a compiled program takes and gives, in four groups."""

from __future__ import annotations

from typing import Any, NamedTuple

from kerata.base.forking import check_process
from kerata.base.origin import is_own_class
from kerata.base.placement import current_placement
from kerata.base.randomness import SeedGenerator
from kerata.base.variable import Variable
from kerata.layers.tracking import owned
from kerata.training.objective import Objective


class TrainState(NamedTuple):
    """Arrays in the place of variables."""

    trainable: list[Any]  # weights that the optimizer changes
    non_trainable: list[Any]  # other weights: moving statistics, frozen layers
    optimizer: list[Any]  # step counter, learning rate, moments
    metrics: list[Any]  # sums and counts of the loss and all metrics


class StateVariables:
    """The variables of a model, its optimizer and its metrics, as programs take their values.

    Arguments:
        model: built model.
        objective: losses and metrics, or None for prediction alone.
        optimizer: built optimizer, or None for evaluation and prediction.
    """

    def __init__(
        self, model: Any, objective: Objective | None = None, optimizer: Any = None
    ) -> None:
        self.model, self.objective, self.optimizer = model, objective, optimizer
        self.trainable: list[Variable] = list(model.trainable_weights)
        self.non_trainable: list[Variable] = self.non_trainable_of(model)
        moving = {id(v) for v in self.moving_of(model)}
        self._moving = [i for i, v in enumerate(self.non_trainable) if id(v) in moving]
        self.optimizer_variables: list[Variable] = (
            [] if optimizer is None else list(optimizer.variables)
        )
        self.of_metrics: list[Variable] = [] if objective is None else list(objective.variables)
        self.placement = current_placement()

    # Which variables ---------------------------------------------------------------------

    def non_trainable_of(self, model: Any) -> list[Variable]:
        """Give the variables of a model whose values are ``TrainState.non_trainable``."""
        streams = (s for layer in _layers_of_users(model) for s in owned(layer, SeedGenerator))
        kept = _states_between_batches(model)
        return [*model.non_trainable_weights, *(stream.state for stream in streams), *kept]

    def moving_of(self, model: Any) -> list[Variable]:
        """Give those of ``non_trainable`` that a batch of an evaluation or prediction may change.

        The library's layers change theirs in training alone, but for the states of stateful
        recurrent layers. Those of the user's may count batches; and they draw from streams of
        their own, since keys come from the epoch in training alone.
        """
        found = _states_between_batches(model)
        for layer in _layers_of_users(model):
            found += [v for v in layer._own_variables() if not v.trainable]
            found += [stream.state for stream in owned(layer, SeedGenerator)]
        return found

    @property
    def moving(self) -> list[Variable]:
        """The variables of ``moving_of``, in the order of ``non_trainable``."""
        return [self.non_trainable[i] for i in self._moving]

    @property
    def groups(self) -> tuple[list[Variable], ...]:
        """The variables, in the order of ``TrainState``."""
        return self.trainable, self.non_trainable, self.optimizer_variables, self.of_metrics

    # Boxes <-> values --------------------------------------------------------------------

    def read(self) -> TrainState:
        """Take the present values out of the boxes."""
        check_process()
        return TrainState(*map(self.placement.read, self.groups))

    def write(self, values: TrainState) -> None:
        """Put values into the boxes."""
        for group, arrays in zip(self.groups, values, strict=True):
            self.placement.write(group, arrays)

    def keep_moved(self, moved: list[Any]) -> None:
        """Put what ``predict_batch`` gave besides outputs into the boxes."""
        self.placement.write(self.moving, moved)

    def _kept(self, values: TrainState) -> TrainState:
        """Hold new values where their variables live."""
        return TrainState(*map(self.placement.keep, self.groups, values))

    def _kept_after_tests(self, changed: Any) -> Any:
        """Hold what an evaluation changed where its variables live."""
        groups = (self.of_metrics, self.moving)
        return [self.placement.keep(g, c) for g, c in zip(groups, changed, strict=True)]

    def tested(self, values: TrainState, changed: Any) -> TrainState:
        """Give the values after an evaluation, from what it changed."""
        metrics, moved = changed
        non_trainable = list(values.non_trainable)
        for place, value in zip(self._moving, moved, strict=True):
            non_trainable[place] = value
        return values._replace(metrics=metrics, non_trainable=non_trainable)

    def before_tests(self, values: TrainState, metrics: list[Any]) -> Any:
        """Give what an evaluation is going to change."""
        return [metrics, [values.non_trainable[i] for i in self._moving]]


def _layers_of_users(model: Any) -> list[Any]:
    """List the layers of classes that are not the library's own, the model too."""
    return [layer for layer in model._flatten_layers() if not is_own_class(type(layer))]


def _states_between_batches(model: Any) -> list[Variable]:
    """List the variables of layers that are no weights and yet go on from batch to batch."""
    return [v for layer in model._flatten_layers() for v in layer._states_between_batches()]
