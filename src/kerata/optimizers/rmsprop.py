"""RMSprop."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range, is_on
from kerata.optimizers.optimizer import Optimizer, Slots


class RMSprop(Optimizer):
    """Gradient divided by the root of a running mean of its square.

    A step with gradient ``g``::

        v = rho * v + (1 - rho) * g**2
        w = w - learning_rate * g / sqrt(v + epsilon)

    With ``centered``, ``v`` is replaced under the root by ``v - mean**2``, where ``mean`` is the
    running mean of ``g``. The state is ``v``, then the last step if there is momentum, then
    ``mean`` if centered, each of the shape and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        rho: float from 0 to 1, how much of the old mean stays; 0.9 by default.
        momentum: float from 0 to 1, how much of the last step is added; 0 by default.
        epsilon: float added under the root, 1e-7 by default.
        centered: bool, whether to divide by the standard deviation instead of the root mean
            square; False by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``rho`` or ``momentum`` outside 0 to 1, a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> RMSprop(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.6838

    Sources: Tieleman & Hinton 2012, Neural Networks for Machine Learning, lecture 6.5; centered:
    Graves 2013 (arXiv:1308.0850).
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
        check_range("RMSprop", "epsilon", epsilon)
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
