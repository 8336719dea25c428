"""A smaller learning rate when a watched value no longer gets better."""

from __future__ import annotations

from typing import Any

from kerata.base.arguments import number
from kerata.base.console import show
from kerata.callbacks.callback import Logs
from kerata.callbacks.learning_rate import learning_rate_of
from kerata.callbacks.monitor import Monitor


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by a factor when a value has stopped improving.

    Also adds ``learning_rate`` to the logs of each epoch.

    Arguments:
        monitor: name of the value in the logs, ``'val_loss'`` by default.
        factor: float below 1 that the learning rate is multiplied by, 0.1 by default.
        patience: integer, epochs without improvement before that, 10 by default.
        verbose: 1 prints each reduction; 0 by default.
        mode: ``'min'``, ``'max'`` or ``'auto'`` (the default: from the metric's name).
        min_delta: smallest change that counts as an improvement, a float, 1e-4 by default.
        cooldown: integer, epochs after a reduction that are not counted, 0 by default.
        min_lr: the learning rate never falls below this float, 0 by default.

    Raises:
        ValueError: ``factor`` of 1 or more; ``mode='auto'`` and a name that does not say
            which way is better.

    >>> ReduceLROnPlateau("val_loss", factor=0.2, patience=5, min_lr=0.001).factor
    0.2
    """

    kept_state = ("wait", "best", "cooldown_counter")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        number("ReduceLROnPlateau", "factor", factor)
        if not factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be below 1, got factor={factor!r}.")
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def in_cooldown(self) -> bool:
        """Say whether a reduction is so recent that nothing is counted."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget what an earlier ``fit`` found."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Compare the epoch with the best one so far, and reduce if patience is used up."""
        logs = {} if logs is None else logs
        rate = learning_rate_of(self.model)
        logs["learning_rate"] = rate
        current = self.current_value(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improved(current, self.best):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                self._reduce(epoch, rate)

    def _reduce(self, epoch: int, rate: float) -> None:
        rate = max(rate * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        self.cooldown_counter, self.wait = self.cooldown, 0
        if self.verbose > 0:
            show(f"\nEpoch {epoch + 1}: ReduceLROnPlateau sets the learning rate to {rate:g}.")
