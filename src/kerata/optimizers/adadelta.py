"""Adadelta."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Adadelta(Optimizer):
    """Steps in the units of the weights: root mean square step over root mean square gradient.

    A step with gradient ``g``::

        G = rho * G + (1 - rho) * g**2
        change = g * sqrt(D + epsilon) / sqrt(G + epsilon)
        D = rho * D + (1 - rho) * change**2
        w = w - learning_rate * change

    The state is ``G`` and ``D``, each of the shape and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default; the paper's is 1.
        rho: float from 0 to 1, how much of the old mean squares stays; 0.95 by default.
        epsilon: float added under both roots, 1e-7 by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``rho`` outside 0 to 1, a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adadelta(1.0).apply([10.0], [weight])
    >>> round(float(weight), 5)
    9.99859

    Source: Zeiler 2012, ADADELTA: an adaptive learning rate method (arXiv:1212.5701).
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
        check_range("Adadelta", "epsilon", epsilon)
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
