"""An optax transformation as an optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import jax
import jax.numpy as jnp

from kerata.base.variable import Variable
from kerata.optimizers.arguments import COMMON, CommonArguments
from kerata.optimizers.optimizer import Optimizer


class OptaxOptimizer(Optimizer):
    """Steps that an optax ``GradientTransformation`` computes; ``compile`` takes one directly.

    The state is the transformation's, one variable for each array in it: with
    ``optax.adam``, for example, a count and two arrays of the shape of each weight.

    Arguments:
        transformation: such as ``optax.adamw(1e-3)``; it sees the weights as one list.
        learning_rate: float, schedule or function by which its steps are multiplied, 1 by
            default; the learning rate proper is the transformation's own.
        **common: see ``Optimizer``.

    Raises:
        TypeError: ``transformation`` is none; an unknown argument; writing it as a config.
        ValueError: a negative learning rate.

    >>> import optax
    >>> optimizer = OptaxOptimizer(optax.sgd(0.25))
    >>> weight = Variable(1.0)
    >>> optimizer.apply([2.0], [weight])
    >>> float(weight)
    0.5
    """

    def __init__(
        self,
        transformation: Any,
        learning_rate: Any = 1.0,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        if not is_transformation(transformation):
            raise TypeError(
                "OptaxOptimizer: transformation must be an optax GradientTransformation such as "
                f"optax.adamw(1e-3), got {transformation!r}."
            )
        self.transformation = transformation

    def build(self, variables: Iterable[Variable]) -> None:
        """Make one variable for each array in the transformation's state."""
        if self.built:
            return
        super().build(variables)
        with jax.ensure_compile_time_eval():
            state = self.transformation.init([v._value for v in self._trainable_variables])
        leaves, self._structure = jax.tree.flatten(state)
        self._state = [self._add(f"state_{i}", leaf) for i, leaf in enumerate(leaves)]

    def _update_all(self, gradients: list[Any], variables: list[Variable], rate: Any) -> None:
        given = {id(v): g for v, g in zip(variables, gradients, strict=True)}
        weights = self._trainable_variables
        values = [v.value for v in weights]
        filled = [given.get(id(v), jnp.zeros_like(x)) for v, x in zip(weights, values, strict=True)]
        state = jax.tree.unflatten(self._structure, [box.value for box in self._state])
        changes, state = self.transformation.update(filled, state, values)
        for variable, value, change in zip(weights, values, changes, strict=True):
            if id(variable) in given:
                variable.assign(value + rate * change)
        for box, leaf in zip(self._state, jax.tree.leaves(state), strict=True):
            box.assign(leaf)

    def get_config(self) -> dict[str, Any]:
        """Refuse: an optax transformation is made of functions and can't be written down.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            "An optax transformation can't be written as a config: save the model without its "
            "optimizer and compile it again after loading."
        )

    def like(self) -> OptaxOptimizer:
        """Make an optimizer of the same transformation and arguments, without state."""
        rate = self._learning_rate
        common = {name: getattr(self, name) for name in COMMON}
        return OptaxOptimizer(
            self.transformation,
            float(rate) if isinstance(rate, Variable) else rate,
            name=self.name,
            **common,
        )


def is_transformation(value: Any) -> bool:
    """Say whether a value is an optax transformation, without importing optax."""
    return isinstance(value, tuple) and hasattr(value, "init") and hasattr(value, "update")
