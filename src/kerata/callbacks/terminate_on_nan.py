"""Stopping when the loss is NaN or infinite."""

from __future__ import annotations

import math

from kerata.base.console import show
from kerata.callbacks.callback import Callback, Logs


class TerminateOnNaN(Callback):
    """Ends training as soon as the loss is NaN or infinite.

    The running loss of the epoch is checked each time the engine reports progress; once
    NaN or infinite it stays so until the epoch ends, so nothing is missed.

    Arguments:
        raise_error: bool, whether to raise an error instead of ending training; False by
            default.

    Raises:
        RuntimeError: such a loss, with ``raise_error=True``.

    >>> guard = TerminateOnNaN()
    >>> guard.set_model(type("Model", (), {"stop_training": False}))
    >>> guard.on_train_batch_end(3, {"loss": float("nan")})
    Batch 3: the loss is nan, training ends.
    >>> guard.model.stop_training
    True
    """

    chunks_suffice = True

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error
        self._training = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Watch progress from here on: it is that of training."""
        self._training = True

    def on_test_begin(self, logs: Logs = None) -> None:
        """Look away during validation."""
        self._training = False

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Check the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss is {loss} at batch {batch}: training can't go on.")
        show(f"Batch {batch}: the loss is {loss}, training ends.")
        self.model.stop_training = True

    def progress(self, done_steps: int, total_steps: int | None, logs: Logs = None) -> None:
        """Check the loss."""
        if self._training and not self.model.stop_training:
            self.on_batch_end(done_steps - 1, logs)
