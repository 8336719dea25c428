"""A learning rate that a function of the epoch gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from kerata.base.console import show
from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.learning_rate import learning_rate_of


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch.

    Also adds ``learning_rate`` to the logs of each epoch.

    Arguments:
        schedule: function of the epoch (from 0), or of the epoch and the current learning
            rate, that returns the new one, a float.
        verbose: 1 prints each new learning rate; 0 by default.

    Raises:
        TypeError: ``schedule`` is not a function.
        ValueError: it gave something that is not a number.

    >>> halve = LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else lr)
    >>> halve.set_model(type("M", (), {"optimizer": type("O", (), {"learning_rate": 0.1})}))
    >>> halve.on_epoch_begin(1)
    >>> halve.model.optimizer.learning_rate
    0.05
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        if not callable(schedule):
            raise TypeError(
                "LearningRateScheduler: schedule must be a function of (epoch) or "
                f"(epoch, learning_rate), got {schedule!r}."
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Set the epoch's learning rate."""
        present = learning_rate_of(self.model)
        both = _takes(self.schedule, epoch, present)
        rate = self.schedule(epoch, present) if both else self.schedule(epoch)
        try:
            rate = float(rate)
        except (TypeError, ValueError):
            raise ValueError(
                f"LearningRateScheduler: schedule must give a number, got {rate!r} "
                f"for epoch {epoch}."
            ) from None
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            show(f"\nEpoch {epoch + 1}: LearningRateScheduler sets the learning rate to {rate:g}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the learning rate in the logs."""
        if logs is not None:
            logs["learning_rate"] = learning_rate_of(self.model)


def _takes(function: Callable[..., Any], *args: Any) -> bool:
    try:
        inspect.signature(function).bind(*args)
    except (TypeError, ValueError):
        return False
    return True
