"""Adamax."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.optimizers.moments import MomentOptimizer
from kerata.optimizers.optimizer import Slots


class Adamax(MomentOptimizer):
    """Adam with a fading maximum of the gradient's size in place of its mean square.

    A step with gradient ``g``, the ``t``-th from 1::

        m = beta_1 * m + (1 - beta_1) * g
        u = max(beta_2 * u, abs(g))
        w = w - learning_rate / (1 - beta_1**t) * m / (u + epsilon)

    The state is ``m`` and ``u``, each of the shape and dtype of its weight.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adamax(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.9

    Source: Kingma & Ba 2015, section 7 (arXiv:1412.6980).
    """

    slot_groups = (("momentum", "norm"),)

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight, its mean gradient and largest entry after a step."""
        m = slots["momentum"] + (1 - self.beta_1) * (gradient - slots["momentum"])
        u = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(gradient))
        rate = learning_rate / (1 - self.beta_1**step)
        return parameter - rate * m / (u + self.epsilon), {"momentum": m, "norm": u}
