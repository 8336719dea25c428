"""From a compiled model to compiled programs that fit it as it stands."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.placement import current_placement
from kerata.base.symbolic import KerasTensor, infer_spec
from kerata.callbacks.history import History
from kerata.kernels.bags import is_bags
from kerata.training.checks import check_loss_given, check_targets_fit
from kerata.training.feed import Rows
from kerata.training.objective import Objective
from kerata.training.programs import Programs


class Readiness:
    """What a model keeps for training, and how it gets ready for it."""

    name: str

    def _init_training(self) -> None:
        self.optimizer: Any = None
        self.loss: Any = None
        self.stop_training = False
        self.run_eagerly = False
        self.history: History | None = None
        self._compiled: dict[str, Any] | None = None
        self._objective: Objective | None = None
        self._programs: tuple[Any, Programs] | None = None
        self._predictor: tuple[Any, Programs] | None = None
        self._specs: dict[Any, Any] = {}

    def _forget_programs(self) -> None:
        self._programs = self._predictor = None
        self._specs = {}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Give the total loss of a batch; a subclass may define its own."""
        assert self._objective is not None
        loss, _ = self._objective.loss(y, y_pred, sample_weight)
        return sum(self.losses, start=jnp.asarray(loss, jnp.float32))  # type: ignore[attr-defined]

    @property
    def _has_own_loss(self) -> bool:
        return type(self).compute_loss is not Readiness.compute_loss

    def _output_spec(self, x: Any) -> Any:
        """Give the symbolic outputs for data like x, and build the model if it is not."""
        leaves, structure = jax.tree.flatten(x, is_leaf=is_bags)
        key = (structure, tuple((a.shape[1:], str(a.dtype)) for a in leaves))
        if key not in self._specs or not self.built:  # type: ignore[attr-defined]
            symbols = jax.tree.map(
                lambda a: KerasTensor((None, *a.shape[1:]), a.dtype), x, is_leaf=is_bags
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

    def _ready(self, rows: Rows, training: bool) -> Programs:
        """Resolve losses and metrics, build what is not built, give the compiled programs."""
        model: Any = self
        if self._compiled is None:
            what = "fit" if training else "evaluate"
            raise RuntimeError(
                f"Model {self.name!r} is not compiled. Before {what}(), call for example "
                "model.compile(optimizer='adam', loss='mse')."
            )
        y_pred = self._output_spec(rows.x)
        names = (
            model._graph.output_names
            if model._graph is not None
            else [f"output_{i + 1}" for i in range(len(jax.tree.leaves(y_pred)))]
        )
        if self._objective is None:
            self._objective = Objective(
                **self._compiled, y=_target_symbols(rows.y), y_pred=y_pred, output_names=names
            )
        custom = self._has_own_loss
        check_loss_given(model, self._objective, custom)
        if not custom:
            check_targets_fit(self._objective, rows.y, y_pred, rows.sample_weight)
        if not self.optimizer.built:
            self.optimizer.build(model.trainable_weights)
        key = (
            tuple(id(v) for v in model.trainable_weights),
            tuple(id(v) for v in model.weights),
            tuple(layer.trainable for layer in model._flatten_layers()),
            current_placement(),
        )
        if self._programs is None or self._programs[0] != key:
            programs = Programs(
                model,
                self._objective,
                self.optimizer,
                self.compute_loss if custom else None,
                self.run_eagerly,
            )
            self._programs = (key, programs)
        return self._programs[1]

    def _n_inputs(self) -> int:
        graph = getattr(self, "_graph", None)
        return 1 if graph is None else len(graph.inputs)

    def _prediction_programs(self) -> Programs:
        model: Any = self
        key = (
            tuple(id(v) for v in model.weights),
            tuple(layer.trainable for layer in model._flatten_layers()),
            current_placement(),
        )
        if self._predictor is None or self._predictor[0] != key:
            self._predictor = (key, Programs(model, eager=self.run_eagerly))
        return self._predictor[1]


def _target_symbols(y: Any) -> Any:
    """Replace targets by symbolic tensors, which carry their shapes alone."""
    return jax.tree.map(lambda a: KerasTensor((None, *np.shape(a)[1:]), a.dtype), y)
