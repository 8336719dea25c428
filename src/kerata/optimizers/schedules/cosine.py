"""Learning rates that fall along a cosine (Loshchilov & Hutter 2016, arXiv:1608.03983)."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.optimizers.arguments import is_number
from kerata.optimizers.schedules.base import LearningRateSchedule, as_float, check_steps


class CosineDecay(LearningRateSchedule):
    """Half a cosine wave from the highest learning rate to ``alpha`` times it, then constant.

    ``highest * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)``. With
    ``warmup_target`` the learning rate first rises in a straight line.

    Arguments:
        initial_learning_rate: float, at step 0.
        decay_steps: int above 0, steps of the fall.
        alpha: float, the end as a share of the highest learning rate, 0 by default.
        name: string, of the schedule.
        warmup_target: float, highest learning rate, reached after ``warmup_steps``; None (no
            rise) by default.
        warmup_steps: int, steps of the rise, before the ``decay_steps``; 0 by default.

    Raises:
        ValueError: ``decay_steps`` not above 0.

    >>> schedule = CosineDecay(0.0, decay_steps=10, warmup_target=1.0, warmup_steps=4)
    >>> [round(float(schedule(step)), 2) for step in (0, 2, 4, 9, 14, 20)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]

    Source: Loshchilov & Hutter 2017, SGDR: stochastic gradient descent with warm restarts
    (arXiv:1608.03983).
    """

    _traced: ClassVar[tuple[str, ...]] = ("initial_learning_rate", "alpha", "warmup_target")

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        alpha: Any = 0.0,
        name: str = "CosineDecay",
        warmup_target: Any = None,
        warmup_steps: Any = 0,
    ) -> None:
        check_steps("CosineDecay", "decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        step = as_float(step)
        if self.warmup_target is None:
            return self.initial_learning_rate * self._fall(step)
        start, top = self.initial_learning_rate, self.warmup_target
        rise = start + (top - start) * step / jnp.maximum(self.warmup_steps, 1)
        fall = top * self._fall(step - self.warmup_steps)
        return jnp.where(step < self.warmup_steps, rise, fall)

    def _fall(self, step: Any) -> Any:
        done = jnp.minimum(step, self.decay_steps) / self.decay_steps
        return _cosine(done, self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine falls one after the other, each ``t_mul`` times as long as the last.

    Arguments:
        initial_learning_rate: float, at step 0.
        first_decay_steps: int above 0, length of the first fall.
        t_mul: float, growth of the length, 2 by default.
        m_mul: float, factor for the height from fall to fall, 1 by default.
        alpha: float, the lowest learning rate as a share of the first, 0 by default.
        name: string, of the schedule.

    Raises:
        ValueError: ``first_decay_steps`` not above 0.

    >>> schedule = CosineDecayRestarts(1.0, first_decay_steps=10, m_mul=0.5)
    >>> [round(float(schedule(step)), 2) for step in (0, 5, 10, 20, 30)]
    [1.0, 0.5, 0.5, 0.25, 0.25]

    Source: Loshchilov & Hutter 2017, SGDR: stochastic gradient descent with warm restarts
    (arXiv:1608.03983).
    """

    _traced: ClassVar[tuple[str, ...]] = ("initial_learning_rate", "m_mul", "alpha")

    def __init__(
        self,
        initial_learning_rate: Any,
        first_decay_steps: Any,
        t_mul: Any = 2.0,
        m_mul: Any = 1.0,
        alpha: Any = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        check_steps("CosineDecayRestarts", "first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        done = as_float(step) / self.first_decay_steps
        restarts, done = self._place(done)
        return self.initial_learning_rate * _cosine(done, self.alpha, self.m_mul**restarts)

    def _place(self, done: Any) -> tuple[Any, Any]:
        """Give the number of restarts so far and the share of the present fall that is done."""
        t = self.t_mul
        if is_number(t) and t == 1:
            return jnp.floor(done), done % 1
        # The first n falls take (1 - t**n) / (1 - t) times as long as the first one.
        restarts = jnp.floor(jnp.log(1 - done * (1 - t)) / jnp.log(t))
        return restarts, (done - (1 - t**restarts) / (1 - t)) / t**restarts


def _cosine(done: Any, alpha: Any, height: Any = 1.0) -> Any:
    return (1 - alpha) * 0.5 * height * (1 + jnp.cos(jnp.pi * done)) + alpha
