"""Learning rates that fall to an end along a polynomial."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.optimizers.schedules.base import LearningRateSchedule, as_float, check_steps


class PolynomialDecay(LearningRateSchedule):
    """``(initial - end) * (1 - step / decay_steps) ** power + end``, then ``end``.

    Arguments:
        initial_learning_rate: float, at step 0.
        decay_steps: int above 0, steps until the end.
        end_learning_rate: float, 0.0001 by default.
        power: float, 1 (a straight line) by default.
        cycle: bool, whether to go on with the next multiple of ``decay_steps`` as the end
            instead of staying at the end; False by default.
        name: string, of the schedule.

    Raises:
        ValueError: ``decay_steps`` not above 0.

    >>> round(float(PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)(5)), 4)
    0.05
    """

    _traced: ClassVar[tuple[str, ...]] = ("initial_learning_rate", "end_learning_rate", "power")

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        end_learning_rate: Any = 0.0001,
        power: Any = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        check_steps("PolynomialDecay", "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        step, total = as_float(step), self.decay_steps
        if self.cycle:
            total = total * jnp.maximum(1.0, jnp.ceil(step / total))
        left = 1 - jnp.minimum(step, total) / total
        height = self.initial_learning_rate - self.end_learning_rate
        return height * left**self.power + self.end_learning_rate
