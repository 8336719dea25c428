"""Adamax."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.optimizer import Optimizer, Slots


class Adamax(Optimizer):
    """Adam with a fading maximum of the gradient's size in place of its mean square.

    A step with gradient ``g``, the ``t``-th from 1::

        m = beta_1 * m + (1 - beta_1) * g
        u = max(beta_2 * u, abs(g))
        w = w - learning_rate / (1 - beta_1**t) * m / (u + epsilon)

    The state is ``m`` and ``u``, each of the shape and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        beta_1: float from 0 to 1, how much of the old mean stays; 0.9 by default.
        beta_2: float from 0 to 1, how much of the old maximum stays; 0.999 by default.
        epsilon: float added to the maximum, 1e-7 by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``beta_1`` or ``beta_2`` outside 0 to 1, a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adamax(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.9

    Source: Kingma & Ba 2015, section 7 (arXiv:1412.6980).
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
