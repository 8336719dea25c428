"""Learning rates that fade by a factor, or as one over the step."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.optimizers.schedules.base import LearningRateSchedule, as_float, check_steps


class _Decay(LearningRateSchedule):
    """Arguments of both schedules, and how far the decay has come."""

    _traced: ClassVar[tuple[str, ...]] = ("initial_learning_rate", "decay_rate")

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool,
        name: str,
    ) -> None:
        check_steps(type(self).__name__, "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def _periods(self, step: Any) -> Any:
        periods = as_float(step) / self.decay_steps
        return jnp.floor(periods) if self.staircase else periods


class ExponentialDecay(_Decay):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Arguments:
        initial_learning_rate: float, at step 0.
        decay_steps: int above 0, steps for one factor of ``decay_rate``.
        decay_rate: float, the factor.
        staircase: bool, whether to change only every ``decay_steps`` steps; False by default.
        name: string, of the schedule.

    Raises:
        ValueError: ``decay_steps`` not above 0.

    >>> round(float(ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)), 4)
    0.025
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        return self.initial_learning_rate * self.decay_rate ** self._periods(step)


class InverseTimeDecay(_Decay):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    With ``decay_steps=1`` this is the ``decay`` argument that optimizers had in Keras 1 and 2.

    Arguments:
        initial_learning_rate: float, at step 0.
        decay_steps: int above 0, steps for one unit of ``decay_rate``.
        decay_rate: float, growth of the divisor.
        staircase: bool, whether to change only every ``decay_steps`` steps; False by default.
        name: string, of the schedule.

    Raises:
        ValueError: ``decay_steps`` not above 0.

    >>> round(float(InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)), 4)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        return self.initial_learning_rate / (1 + self.decay_rate * self._periods(step))
