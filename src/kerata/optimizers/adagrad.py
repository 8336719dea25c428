"""Adagrad."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp
import numpy as np

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Adagrad(Optimizer):
    """Gradient divided by the root of the sum of all its squares so far.

    A step with gradient ``g``: ``total = total + g**2``, then
    ``w = w - learning_rate * g / sqrt(total + epsilon)``. The state is ``total``, of the shape
    and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        initial_accumulator_value: float of at least 0, where ``total`` starts; 0.1 by default.
        epsilon: float added under the root, 1e-7 by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: a negative ``initial_accumulator_value`` or learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adagrad(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.9001

    Source: Duchi et al. 2011, Adaptive subgradient methods for online learning and stochastic
    optimization.
    """

    _traced: ClassVar[tuple[str, ...]] = ("epsilon",)

    slot_groups = (("accumulator",),)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: Any = 0.1,
        epsilon: Any = 1e-7,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("Adagrad", "initial_accumulator_value", initial_accumulator_value)
        self.initial_accumulator_value = initial_accumulator_value
        check_range("Adagrad", "epsilon", epsilon)
        self.epsilon = epsilon

    def initial_slots(self, shape: tuple[int, ...], dtype: Any) -> Slots:
        """Give the sum of squares to start with."""
        return {"accumulator": np.full(shape, self.initial_accumulator_value, dtype)}

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its sum of squares after a step."""
        total = slots["accumulator"] + jnp.square(gradient)
        change = learning_rate * gradient / jnp.sqrt(total + self.epsilon)
        return parameter - change, {"accumulator": total}
