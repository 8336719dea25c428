"""Adadelta."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Adadelta(Optimizer):
    """Steps in the units of the weights (Zeiler 2012, arXiv:1212.5701).

    Arguments:
        learning_rate: 0.001 by default; the paper's is 1.
        rho: how much of the old mean squares stays, 0.95 by default.
        epsilon: added under both roots, 1e-7 by default.
        **common: see ``Optimizer``.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adadelta(1.0).apply([10.0], [weight])
    >>> round(float(weight), 5)
    9.99859
    """

    _traced: ClassVar[tuple[str, ...]] = ("rho", "epsilon")

    slot_groups = (("accumulated_grad", "accumulated_delta_var"),)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-7,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("Adadelta", "rho", rho, 0, 1)
        self.rho = rho
        self.epsilon = epsilon

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its mean squares of gradient and step after a step."""

        def fade(mean_square: Any, x: Any) -> Any:
            return self.rho * mean_square + (1 - self.rho) * jnp.square(x)

        gradients, steps = slots["accumulated_grad"], slots["accumulated_delta_var"]
        gradients = fade(gradients, gradient)
        change = gradient * jnp.sqrt(steps + self.epsilon) / jnp.sqrt(gradients + self.epsilon)
        new = {"accumulated_grad": gradients, "accumulated_delta_var": fade(steps, change)}
        return parameter - learning_rate * change, new
