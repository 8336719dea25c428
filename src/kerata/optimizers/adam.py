"""Adam."""

from __future__ import annotations

from typing import Any, Unpack

import jax.numpy as jnp

from kerata.optimizers.arguments import CommonArguments
from kerata.optimizers.moments import MomentOptimizer
from kerata.optimizers.optimizer import Slots


class Adam(MomentOptimizer):
    """Running mean of the gradient, divided entry by entry by the root of its mean square.

    A step with gradient ``g``, the ``t``-th from 1::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        rate = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - rate * m / (sqrt(v) + epsilon)

    The state is ``m`` and ``v``, and the largest ``v`` so far with ``amsgrad``, each of the shape
    and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.001 by default.
        beta_1: float from 0 to 1, how much of the old mean stays; 0.9 by default.
        beta_2: float from 0 to 1, how much of the old mean square stays; 0.999 by default.
        epsilon: float added after the root and before the bias correction (the paper's
            "epsilon hat"), 1e-7 by default.
        amsgrad: bool, whether to divide by the largest mean square so far; False by default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``beta_1`` or ``beta_2`` outside 0 to 1, a negative learning rate.

    >>> from kerata.base.variable import Variable
    >>> weight = Variable(10.0)
    >>> Adam(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.9

    Sources: Kingma & Ba 2015, Adam: a method for stochastic optimization (arXiv:1412.6980);
    amsgrad: Reddi et al. 2018, On the convergence of Adam and beyond (arXiv:1904.09237).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-7,
        amsgrad: bool = False,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, *common, **named)
        self.amsgrad = amsgrad

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Mean and mean square side by side, then the largest mean square."""
        return (("momentum", "velocity"), *((("velocity_hat",),) if self.amsgrad else ()))

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight and its running means after a step."""
        betas = (self.beta_1, self.beta_2)
        change, new = adam_step(gradient, slots, learning_rate, step, betas, self.epsilon)
        return parameter - change, new


def adam_step(
    gradient: Any, slots: Slots, rate: Any, step: Any, betas: tuple[Any, Any], epsilon: Any
) -> tuple[Any, Slots]:
    """Give the change that Adam subtracts, and the new means."""
    beta_1, beta_2 = betas
    m = slots["momentum"] + (1 - beta_1) * (gradient - slots["momentum"])
    v = slots["velocity"] + (1 - beta_2) * (jnp.square(gradient) - slots["velocity"])
    new = {"momentum": m, "velocity": v}
    if "velocity_hat" in slots:
        v = new["velocity_hat"] = jnp.maximum(slots["velocity_hat"], v)
    rate = rate * jnp.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    return rate * m / (jnp.sqrt(v) + epsilon), new
