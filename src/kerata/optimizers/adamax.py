"""Adamax."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Adamax(Optimizer):
    """Adam with the largest entry so far in place of the mean square.

    From section 7 of Kingma & Ba 2014 (arXiv:1412.6980).

    Arguments:
        learning_rate: 0.001 by default.
        beta_1: how much of the old mean stays, 0.9 by default.
        beta_2: how fast the largest entry fades, 0.999 by default.
        epsilon: added to the largest entry, 1e-7 by default.
        **common: see ``Optimizer``.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adamax(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.9
    """

    _traced: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2", "epsilon")

    slot_groups = (("momentum", "norm"),)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-7,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("Adamax", "beta_1", beta_1, 0, 1)
        check_range("Adamax", "beta_2", beta_2, 0, 1)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight, its mean gradient and largest entry after a step."""
        m = slots["momentum"] + (1 - self.beta_1) * (gradient - slots["momentum"])
        u = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(gradient))
        rate = learning_rate / (1 - self.beta_1**step)
        return parameter - rate * m / (u + self.epsilon), {"momentum": m, "norm": u}
