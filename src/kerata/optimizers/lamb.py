"""Lamb."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.optimizers.gradients import squared_norm
from kerata.optimizers.moments import MomentOptimizer
from kerata.optimizers.optimizer import Slots


class Lamb(MomentOptimizer):
    """Adam's direction, with steps in proportion to the length of the weight; for large batches.

    A step with gradient ``g``, the ``t``-th from 1::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        change = m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon)
        w = w - learning_rate * norm(w) / norm(change) * change

    Where one of the norms is 0 their ratio counts as 1. The state is ``m`` and ``v``, each of the
    shape and dtype of its weight.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Lamb(0.1).apply([3.0], [weight])
    >>> round(float(weight), 4)
    9.0

    Source: You et al. 2019, Large batch optimization for deep learning (arXiv:1904.00962).
    """

    _below_one: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2")

    slot_groups = (("momentum", "velocity"),)

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its running means after a step."""
        m = slots["momentum"] + (1 - self.beta_1) * (gradient - slots["momentum"])
        v = slots["velocity"] + (1 - self.beta_2) * (jnp.square(gradient) - slots["velocity"])
        m_hat, v_hat = m / (1 - self.beta_1**step), v / (1 - self.beta_2**step)
        change = m_hat / (jnp.sqrt(v_hat) + self.epsilon)
        size, length = jnp.sqrt(squared_norm(parameter)), jnp.sqrt(squared_norm(change))
        ratio = jnp.where((size > 0) & (length > 0), size / length, 1.0)
        return parameter - learning_rate * ratio * change, {"momentum": m, "velocity": v}
