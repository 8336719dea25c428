"""From a compiled model to compiled programs that fit it as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import jax
import numpy as np

from kerata.base.eager import handed_back
from kerata.base.placement import current_placement
from kerata.base.scope import Scope
from kerata.base.symbolic import KerasTensor, infer_spec
from kerata.callbacks.history import History
from kerata.kernels.sparse_rows import dense_tree, is_sparse_rows
from kerata.layers.layer import Layer
from kerata.metrics.resolve import build_metrics
from kerata.training.batch import as_a_step_gets_it
from kerata.training.called_steps import CalledSteps
from kerata.training.checks import check_loss_given, check_targets_fit
from kerata.training.class_weights import apply_class_weight
from kerata.training.compiled_steps import CompiledSteps
from kerata.training.data_adapter import ArrayData, take
from kerata.training.hooked_steps import ROWS_TO_TRACE, HookedSteps
from kerata.training.nested_outputs import Outputs
from kerata.training.objective import Objective
from kerata.training.signed import Signed
from kerata.training.steps import (
    IN_PREDICTIONS,
    IN_STEPS,
    OF_LOSS,
    WHOLE_STEPS,
    Steps,
    has_hooks,
    takes_data_alone,
)


class Readiness(Steps):
    """What a model keeps for training, and how it gets ready for it."""

    name: str
    built: bool
    # The compiled losses and metrics are in the objective.
    _not_in_signature: ClassVar[tuple[str, ...]] = (
        *("stop_training", "stop_evaluating", "stop_predicting", "history", "loss", "optimizer"),
        *("train_function", "test_function", "predict_function", "steps_per_execution", "_start"),
        *("_compiled", "_objective", "_programs", "_predictor", "_specs"),
    )

    def _init_training(self) -> None:
        self.optimizer: Any = None
        self.loss: Any = None
        self.stop_training = False
        self.stop_evaluating = self.stop_predicting = False
        self.run_eagerly = False
        self.jit_compile = True
        self.steps_per_execution = 1
        self.train_function = self.test_function = self.predict_function = None
        self.history: History | None = None
        self._compiled: dict[str, Any] | None = None
        self._objective: Objective | None = None
        self._programs: Signed | None = None
        self._predictor: Signed | None = None
        self._specs: dict[Any, Any] = {}

    def _forget_programs(self) -> None:
        self._programs = self._predictor = None
        self._specs = {}

    def _objective_for(self, y: Any, y_pred: Any) -> Objective:
        """Give losses and metrics, resolved for targets and outputs if they are not yet."""
        if self._objective is None:
            if self._compiled is None:
                raise self._not_compiled("compute_loss")
            names = self._output_layers(y_pred)
            self._objective = Objective(
                **self._compiled, y=_target_symbols(y), y_pred=y_pred, output_names=names
            )
        return self._objective

    def _output_layers(self, y_pred: Any) -> list[str]:
        """Name the layers that make the outputs; of a subclass they are unknown."""
        graph = getattr(self, "_graph", None)
        if graph is None:
            return [f"output_{i + 1}" for i in range(len(jax.tree.leaves(y_pred)))]
        return list(graph.output_names)

    def _outputs_for(self, x: Any) -> Outputs | None:
        """Give the outputs for data like x, or None where steps of the model's own make them."""
        if self._objective is not None:
            return self._objective.outputs
        if not self._needs_outputs:
            return None
        y_pred = self._output_spec(x)
        return Outputs(y_pred, self._output_layers(y_pred))

    def _weigh(self, rows: ArrayData, class_weight: Any) -> ArrayData:
        """Weight rows by their classes."""
        return apply_class_weight(rows, class_weight, self._outputs_for)

    def _weigher(self, class_weight: Any) -> Callable[[ArrayData], ArrayData] | None:
        """Give the function that weights rows by their classes, or None for no weights."""
        return None if class_weight is None else partial(self._weigh, class_weight=class_weight)

    def _not_compiled(self, what: str) -> RuntimeError:
        return RuntimeError(
            f"Model {self.name!r} is not compiled. Before {what}(), call for example "
            "model.compile(optimizer='adam', loss='mse')."
        )

    def _hooked(self, hooks: tuple[str, ...]) -> bool:
        return has_hooks(self, hooks, Readiness)

    def _output_spec(self, x: Any) -> Any:
        """Give the symbolic outputs for data like x, and build the model if it is not."""
        leaves, structure = jax.tree.flatten(x, is_leaf=is_sparse_rows)
        key = (structure, tuple((a.shape[1:], str(a.dtype)) for a in leaves))
        if key not in self._specs or not self.built:
            symbols = jax.tree.map(
                lambda a: KerasTensor((None, *a.shape[1:]), a.dtype), x, is_leaf=is_sparse_rows
            )
            model: Any = self
            if not model.built:
                model._ensure_built((symbols,), {})
            if model._graph is not None:
                model._graph.arrange(symbols)
                self._specs[key] = model._graph.output_struct
            else:
                self._specs[key] = infer_spec(lambda a: model(a, training=False), (symbols,), {})
        return self._specs[key]

    def _ready(self, rows: ArrayData, training: bool) -> CompiledSteps:
        """Resolve losses and metrics, build what is not built, give the compiled programs."""
        model: Any = self
        if self._compiled is None:
            raise self._not_compiled("fit" if training else "evaluate")
        hooked = self._hooked((*IN_STEPS, *IN_PREDICTIONS)) or bool(self._attached_metrics())
        y_pred = self._output_spec(rows.x) if self._needs_outputs else []
        objective = self._objective_for(rows.y, y_pred)
        check_loss_given(model, objective, self._hooked(OF_LOSS))
        self._check_targets(rows, y_pred)
        if training and self.optimizer is not None and not self.optimizer.built:
            self._build_by_step(rows)
        if self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(model.trainable_weights)
        made = self._hooked(("make_train_function", "make_test_function"))
        kind = (CalledSteps if made else HookedSteps) if hooked else CompiledSteps
        key = (
            *(kind, self._eager, current_placement(), *_roles(model)),
            *(id(v) for v in (self.metrics if hooked else ())),
        )
        parts = (model, self.optimizer, objective)
        if self._programs is None or not self._programs.serve(key, parts):
            self._build_attached(rows, y_pred)
            self._programs = Signed(
                kind(model, objective, self.optimizer, eager=self._eager), key, parts
            )
        if isinstance(self._programs.programs, HookedSteps):
            self._programs.programs.notice(rows, training)
        return self._programs.programs

    def _build_by_step(self, rows: ArrayData) -> None:
        """Let a step of data alone build the layers and optimizers that it uses."""
        if takes_data_alone(self, "train_step"):
            some = replace(take(rows, 0, min(rows.count, ROWS_TO_TRACE)), parts=rows.parts)
            batch = dense_tree(some.arrays)
            with Scope(key=jax.random.key(0)):
                jax.eval_shape(
                    lambda b: handed_back(self.train_step, as_a_step_gets_it(b)) and None, batch
                )

    def _build_attached(self, rows: ArrayData, y_pred: Any) -> None:
        """Let attached metrics make the variables that they only make when they see a batch."""
        metrics = self._attached_metrics()
        if metrics and self._hooked(("compute_metrics",)) and jax.tree.leaves(y_pred):
            batch = jax.tree.map(
                lambda a: jax.ShapeDtypeStruct((2, *(d or 2 for d in a.shape[1:])), a.dtype),
                (rows.x, rows.y, y_pred, rows.sample_weight),
                is_leaf=is_sparse_rows,
            )
            build_metrics(metrics, self.compute_metrics, *batch)

    @property
    def _needs_outputs(self) -> bool:
        """Whether training needs to know the model's outputs, to build it or what is compiled.

        A step of the model's own may do without: a pair of networks has no ``call``.
        """
        compiled = self._compiled or {}
        given = any(value is not None for value in compiled.values())
        unbuilt = not self.built and self._can_be_called()
        return given or unbuilt or not self._hooked(WHOLE_STEPS)

    def _can_be_called(self) -> bool:
        """Say whether the model itself makes outputs."""
        return True

    def _check_inputs(self, rows: ArrayData) -> None:
        """Refuse inputs that don't fit the model, and build it if it is not built."""
        if not (self.built and self._hooked(IN_PREDICTIONS)):
            self._output_spec(rows.x)

    def _check_targets(self, rows: ArrayData, y_pred: Any) -> None:
        """Refuse targets that don't fit, unless the model has its own idea of a loss."""
        if self._objective is not None and not self._hooked(OF_LOSS):
            check_targets_fit(self._objective, rows.y, y_pred, rows.sample_weight)

    def _supports_jit(self) -> bool:
        """Say whether no layer has set its ``supports_jit`` to False."""
        model: Any = self
        return all(getattr(layer, "supports_jit", True) for layer in model._flatten_layers())

    @property
    def _eager(self) -> bool:
        return self.run_eagerly or not self.jit_compile

    # Whether x is more than numbers, so that ``_prepared`` has something to do.
    _prepares = False

    def _prepared(self, x: Any) -> Any:
        """Turn x into what the compiled program takes; models of strings have more to do."""
        return x

    def _n_inputs(self) -> int:
        graph = getattr(self, "_graph", None)
        return 1 if graph is None else len(graph.inputs)

    def _prediction_programs(self) -> CompiledSteps:
        model: Any = self
        kind = CompiledSteps
        if self._hooked(IN_PREDICTIONS):
            made = self._hooked(("make_predict_function",))
            kind = CalledSteps if made else HookedSteps
        key = (kind, self._eager, current_placement(), *_roles(model))
        if self._predictor is None or not self._predictor.serve(key, (model,)):
            self._predictor = Signed(kind(model, eager=self._eager), key, (model,))
        return self._predictor.programs


def _roles(model: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Tell which variables programs read and which of them they train, by identity."""
    kind = type(model)
    if kind.weights is Layer.weights and kind.trainable_weights is Layer.trainable_weights:
        weights, trained = model._weights_by_role()
    else:
        weights, trained = model.weights, model.trainable_weights
    return tuple(map(id, trained)), tuple(map(id, weights))


def _target_symbols(y: Any) -> Any:
    """Replace targets by symbolic tensors, which carry their shapes alone."""
    return jax.tree.map(lambda a: KerasTensor((None, *np.shape(a)[1:]), a.dtype), y)
