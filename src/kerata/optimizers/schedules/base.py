"""The base of all schedules."""

from __future__ import annotations

from typing import Any

from kerata.base.configurable import Configurable


class LearningRateSchedule(Configurable):
    """A learning rate as a function of the step; subclasses define ``__call__(self, step)``.

    Steps count from 0. ``step`` is a traced integer while ``fit`` runs: decide with
    ``ops.where``, not with ``if``.

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
