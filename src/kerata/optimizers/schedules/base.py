"""The base of all schedules."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.configurable import Configurable
from kerata.optimizers.arguments import is_number


class LearningRateSchedule(Configurable):
    """A learning rate as a function of the step; subclasses define ``__call__(self, step)``.

    Steps count from 0. ``step`` is a traced integer scalar while ``fit`` runs: decide with
    ``ops.where``, not with ``if``. The result is a scalar.

    Raises:
        NotImplementedError: a subclass without ``__call__`` is asked for a learning rate.

    >>> class Halving(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5**step
    >>> Halving()(2)
    0.025
    """

    def __call__(self, step: Any) -> Any:
        """Give the learning rate at a step."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say the learning rate: define __call__(self, step)."
        )


def as_float(step: Any) -> jax.Array:
    """Give a step as a float32 scalar."""
    return jnp.asarray(step).astype(jnp.float32)


def check_steps(owner: str, argument: str, value: Any) -> None:
    """Refuse a number of steps that is not above 0.

    Raises:
        ValueError: with the argument's name and value.
    """
    if is_number(value) and value <= 0:
        raise ValueError(f"{owner}: {argument} must be above 0, got {value!r}.")
