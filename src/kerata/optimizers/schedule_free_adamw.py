"""AdamW without a learning rate schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

import jax.numpy as jnp

from kerata.base.variable import Variable
from kerata.optimizers.arguments import CommonArguments, check_range, is_number
from kerata.optimizers.optimizer import Optimizer, Slots


class ScheduleFreeAdamW(Optimizer):
    """AdamW whose weights lie between its iterates and their mean, in place of a schedule.

    A step with gradient ``g``, the ``t``-th from 1, where ``z`` is the iterate and ``x`` the mean
    of all iterates::

        v = beta_2 * v + (1 - beta_2) * g**2
        z = z - rate * g / (sqrt(v / (1 - beta_2**t)) + epsilon)
        x = x + (z - x) / t
        w = beta_1 * x + (1 - beta_1) * z

    The state is ``z`` and ``v``, each of the shape and dtype of its weight.

    Arguments:
        learning_rate: float, schedule or function, 0.0025 by default.
        beta_1: float above 0 and up to 1, how near the weights stay to the mean of the
            iterates; 0.9 by default.
        beta_2: float from 0 to below 1, how much of the old mean square stays; 0.999 by default.
        epsilon: float added after the root, 1e-8 by default.
        warmup_steps: int, steps in which the learning rate rises in a straight line; 0 by
            default.
        **common: see ``Optimizer``.

    Raises:
        TypeError: an unknown argument, or no number where one is needed.
        ValueError: ``beta_1`` not above 0 and up to 1, ``beta_2`` not from 0 to below 1, a
            negative learning rate, epsilon or number of steps.

    >>> weight = Variable(10.0)
    >>> ScheduleFreeAdamW(0.1).apply([10.0], [weight])
    >>> round(float(weight), 4)
    9.9

    Source: Defazio et al. 2024, The road less scheduled (arXiv:2405.15682).
    """

    slot_groups = (("momentum", "velocity"),)

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-8,
        warmup_steps: Any = 0,
        *common: Any,
        **named: Unpack[CommonArguments],
    ) -> None:
        super().__init__(learning_rate, *common, **named)
        check_range("ScheduleFreeAdamW", "beta_1", beta_1, 0, 1)
        check_range("ScheduleFreeAdamW", "beta_2", beta_2, 0, 1)
        check_range("ScheduleFreeAdamW", "warmup_steps", warmup_steps)
        if is_number(beta_1) and beta_1 == 0:
            raise ValueError(
                "ScheduleFreeAdamW: beta_1 must be above 0, got 0: the weights would lie at the "
                "iterates, from which their mean can't be found again."
            )
        if is_number(beta_2) and beta_2 == 1:
            raise ValueError("ScheduleFreeAdamW: beta_2 must be below 1, got 1: it divides by 0.")
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        check_range("ScheduleFreeAdamW", "epsilon", epsilon)
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state; the iterates, which Keras calls momentum, start at the weights."""
        if self.built:
            return
        super().build(variables)
        for variable, boxes in zip(self._trainable_variables, self._slot_variables, strict=True):
            boxes["momentum"].assign(variable)

    def update(
        self, gradient: Any, parameter: Any, slots: Slots, learning_rate: Any, step: Any
    ) -> tuple[Any, Slots]:
        """Give one weight, its iterate and mean square after a step."""
        rate = learning_rate * jnp.minimum(1.0, step / jnp.maximum(self.warmup_steps, 1))
        v = slots["velocity"] + (1 - self.beta_2) * (jnp.square(gradient) - slots["velocity"])
        old = slots["momentum"]
        new = old - rate * gradient / (jnp.sqrt(v / (1 - self.beta_2**step)) + self.epsilon)
        # The weights are beta_1 * mean + (1 - beta_1) * iterate.
        mean = (parameter - (1 - self.beta_1) * old) / self.beta_1
        mean = mean + (new - mean) / step
        parameter = self.beta_1 * mean + (1 - self.beta_1) * new
        return parameter, {"momentum": new, "velocity": v}
