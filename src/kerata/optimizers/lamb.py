"""Lamb."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments, check_range
from kerata.optimizers.gradients import squared_norm
from kerata.optimizers.optimizer import Optimizer, Slots


class Lamb(Optimizer):
    """Adam's direction, with steps in proportion to the length of the weight; for large batches.

    A step with gradient ``g``, the ``t``-th from 1::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        change = m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon)
        w = w - learning_rate * norm(w) / norm(change) * change

    Where one of the norms is 0 their ratio counts as 1. The state is ``m`` and ``v``, each of the
    shape and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        beta_1: float from 0 to 1, how much of the old mean stays; 0.9 by default.
        beta_2: float from 0 to 1, how much of the old mean square stays; 0.999 by default.
        epsilon: float added after the root, 1e-7 by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``beta_1`` or ``beta_2`` outside 0 to 1, a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Lamb(0.1).apply([3.0], [weight])
    >>> round(float(weight), 4)
    9.0

    Source: You et al. 2019, Large batch optimization for deep learning (arXiv:1904.00962).
    """

    _traced: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2", "epsilon")

    slot_groups = (("momentum", "velocity"),)

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
        check_range("Lamb", "beta_1", beta_1, 0, 1)
        check_range("Lamb", "beta_2", beta_2, 0, 1)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

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
