"""Stopping when a watched value no longer gets better."""

from __future__ import annotations

from typing import Any

from kerata.base.console import show
from kerata.callbacks.callback import Logs
from kerata.callbacks.monitor import Monitor


class EarlyStopping(Monitor):
    """Ends training when a value has not improved for some epochs.

    Arguments:
        monitor: name of the value in the logs, ``'val_loss'`` by default.
        min_delta: smallest change that counts as an improvement, a float, 0 by default.
        patience: integer, 0 by default: epochs without improvement that are tolerated; at 0
            and 1 the first such epoch ends training.
        verbose: 1 prints when it stops and which epoch's weights are restored; 0 by default.
        mode: ``'min'``, ``'max'`` or ``'auto'`` (the default: from the metric's name).
        baseline: float that an improvement must also beat for patience to start again; none
            by default.
        restore_best_weights: bool, whether the model ends with the weights of its best epoch;
            False by default.
        start_from_epoch: epochs before this one (from 0, the default) are not monitored.

    Attributes:
        stopped_epoch: epoch (from 0) after which training was stopped, else 0.
        best, best_epoch: best value and its epoch.

    Raises:
        ValueError: ``mode='auto'`` and a name that does not say which way is better.

    >>> stop = EarlyStopping("loss", patience=1)
    >>> stop.set_model(type("Model", (), {"stop_training": False}))
    >>> stop.on_train_begin()
    >>> for epoch, loss in enumerate([0.5, 0.6]):
    ...     stop.on_epoch_end(epoch, {"loss": loss})
    >>> stop.model.stop_training, stop.best
    (True, 0.5)
    """

    kept_state = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget what an earlier ``fit`` found."""
        self._reset()

    def get_monitor_value(self, logs: Logs) -> Any:
        """Give the watched value, or None with a warning; a subclass may compute another."""
        return self.current_value(logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare the epoch with the best one so far, and stop if patience is used up."""
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.improved(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.improved(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Put the best weights back, if asked to."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            show(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                show(f"Restoring the weights of the best epoch, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
