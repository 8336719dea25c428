"""Learning rates that change at given steps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from kerata.optimizers.schedules.base import LearningRateSchedule


class PiecewiseConstantDecay(LearningRateSchedule):
    """One learning rate up to and including the first boundary, the next one after it, ...

    Arguments:
        boundaries: list of ints, steps, rising.
        values: list of floats, learning rates, one more than boundaries.
        name: string, of the schedule.

    Raises:
        ValueError: another number of values; boundaries that do not rise.

    >>> schedule = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.25])
    >>> [float(schedule(step)) for step in (0, 100, 101, 500)]
    [1.0, 1.0, 0.5, 0.25]
    """

    def __init__(
        self, boundaries: Sequence[Any], values: Sequence[Any], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay: there must be one more value than boundaries, "
                f"got {len(boundaries)} boundaries and {len(values)} values."
            )
        if any(b <= a for a, b in itertools.pairwise(boundaries)):
            raise ValueError(
                f"PiecewiseConstantDecay: boundaries must rise, got boundaries={boundaries!r}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        passed = jnp.sum(jnp.asarray(step) > jnp.asarray(self.boundaries))
        return jnp.asarray(self.values, jnp.float32)[passed]
