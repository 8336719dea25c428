"""A layer's state as lists of values, for programs that keep it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerata.base.randomness import SeedGenerator
from kerata.base.scope import Scope
from kerata.base.variable import Variable, unboxed
from kerata.layers.tracking import owned
from kerata.layers.weights import Weighted
from kerata.metrics.metric import Metric


class Stateless(Weighted):
    """What a layer knows of its whole state: weights, streams of random keys, metrics."""

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a weight: ``add_weight`` with the shape first."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    @property
    def variables(self) -> list[Variable]:
        """The weights and the states of random streams, layer by layer."""
        found: dict[int, Variable] = {}
        for layer in self._flatten_layers():
            states = [g.state for g in owned(layer, SeedGenerator)]
            found |= {id(v): v for v in [*layer._own_variables(), *states]}
        return list(found.values())

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that ``fit`` changes."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that ``fit`` does not change by gradients, random streams included."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trainable]

    @property
    def metrics(self) -> list[Any]:
        """The metrics kept as attributes, here and in the layers inside."""
        return self._attached_metrics()

    def _attached_metrics(self) -> list[Metric]:
        # Those of a compiled model inside belong to that model's own training.
        layers = [
            layer
            for layer in self._flatten_layers()
            if layer is self or not getattr(layer, "compiled", False)
        ]
        found = [m for layer in layers for m in owned(layer, Metric)]
        return list({id(m): m for m in found}.values())

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Refuse, as Keras 3: metrics are attributes now."""
        raise NotImplementedError(
            f"Layer {self.name!r}: add_metric() is of Keras 2. Keep a metric as an attribute, "
            "self.metric = keras.metrics.Mean(), and call its update_state() in call()."
        )

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of all ``metrics``."""
        return [v for metric in self.metrics for v in metric.variables]

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Call the layer as a pure function of its state.

        Arguments:
            trainable_variables, non_trainable_variables: arrays in the order of the
                properties of these names.
            *args, **kwargs: as for a call.
            return_losses: whether to give the list of ``losses`` too.

        Returns:
            The outputs and the new values of the non-trainable variables; then the losses.

        Raises:
            ValueError: a layer that is not built; another number of values than variables.

        >>> import numpy as np
        >>> from kerata.layers import Dense
        >>> dense = Dense(1, kernel_initializer="ones")
        >>> x = np.ones((1, 2))
        >>> _ = dense(x)
        >>> outputs, _ = dense.stateless_call([2 * np.ones((2, 1)), np.zeros(1)], [], x)
        >>> outputs.tolist()
        [[4.0]]
        """
        if not self.built:
            raise ValueError(
                f"stateless_call() needs a layer that is built, but {self.name!r} has no weights "
                "yet: call it once on data or give it an input shape first."
            )
        pairs: list[tuple[Variable, Any]] = []
        for name, values in (
            ("trainable_variables", trainable_variables),
            ("non_trainable_variables", non_trainable_variables),
        ):
            own = getattr(self, name)
            if len(own) != len(values):
                raise ValueError(
                    f"{type(self).__name__}.stateless_call: {name} must have {len(own)} values, "
                    f"one for each of the layer's {name}, got {len(values)}."
                )
            pairs += zip(own, map(unboxed, values), strict=True)
        fixed = self.non_trainable_variables
        with Scope(pairs) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses
            new = [scope.read(v) for v in fixed]
        return (outputs, new, losses) if return_losses else (outputs, new)

    @property
    def losses(self) -> list[Any]:
        """Losses that the layer adds to the total."""
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError
