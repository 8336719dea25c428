"""RMSprop."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range, is_on
from kerata.optimizers.optimizer import Optimizer, Slots


class RMSprop(Optimizer):
    """Gradient divided by a running mean of its size (Tieleman & Hinton 2012, lecture 6.5).

    Arguments:
        learning_rate: 0.001 by default.
        rho: how much of the old mean stays, 0.9 by default.
        momentum: how much of the last step is kept, 0 to 1; 0 by default.
        epsilon: added under the root, 1e-7 by default.
        centered: divide by the standard deviation instead of the root mean square.
        **common: see ``Optimizer``.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> RMSprop(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.6838
    """

    _traced: ClassVar[tuple[str, ...]] = ("rho", "momentum", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-7,
        centered: bool = False,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("RMSprop", "rho", rho, 0, 1)
        check_range("RMSprop", "momentum", momentum, 0, 1)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Mean square, then step with momentum, then mean gradient."""
        momentum = (("momentum",),) if is_on(self.momentum) else ()
        mean = (("average_gradient",),) if self.centered else ()
        return (("velocity",), *momentum, *mean)

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its running means after a step."""
        new = {"velocity": self.rho * slots["velocity"] + (1 - self.rho) * jnp.square(gradient)}
        variance = new["velocity"]
        if self.centered:
            mean = self.rho * slots["average_gradient"] + (1 - self.rho) * gradient
            new["average_gradient"] = mean
            variance = variance - jnp.square(mean)
        change = learning_rate * gradient / jnp.sqrt(variance + self.epsilon)
        if "momentum" in slots:
            change = self.momentum * slots["momentum"] + change
            new["momentum"] = change
        return parameter - change, new
