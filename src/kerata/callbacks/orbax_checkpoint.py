"""Saving the model's state in Orbax's folders while it trains."""

from __future__ import annotations

import os
from typing import Any

from kerata.base.arguments import path_text
from kerata.base.console import show
from kerata.callbacks.backup_and_restore import check_save_freq
from kerata.callbacks.callback import Logs
from kerata.callbacks.monitor import Monitor
from kerata.utils.orbax import load_orbax


class OrbaxCheckpoint(Monitor):
    """Saves the model after each epoch or every n steps, in a folder that Orbax keeps.

    ``saving.load_model(directory)`` and ``model.load_weights(directory)`` read the latest
    checkpoint, here and in Keras. Its number is the epoch, from 0, or the step.

    Arguments:
        directory: path of the folder.
        monitor: name of the value for ``save_best_only``, ``'val_loss'`` by default.
        verbose: 1 prints each checkpoint; 0 by default.
        save_best_only: whether to save only when the value is the best so far; False by default.
        mode: ``'min'``, ``'max'`` or ``'auto'`` (the default: from the metric's name).
        save_freq: ``'epoch'`` (the default), or a number of training steps.
        initial_value_threshold: float that the first checkpoint must beat; none by default.
        max_to_keep: int, how many checkpoints stay, the latest; 1 by default, None for all.
        save_on_background: whether training goes on while files are written; True by default.
        save_weights_only: whether to leave out the structure and the optimizer's state; False by
            default.

    Raises:
        ImportError: the orbax-checkpoint package is missing.
        ValueError: another ``save_freq``; ``max_to_keep`` below 1.
        FileExistsError: while it trains, if the folder has later checkpoints of another training.

    >>> from kerata.callbacks import OrbaxCheckpoint
    >>> OrbaxCheckpoint("checkpoints", max_to_keep=3).monitor
    'val_loss'
    """

    kept_state = ("best", "_steps")

    def __init__(
        self,
        directory: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ) -> None:
        self._orbax = load_orbax()
        super().__init__(monitor, mode)
        self.directory = os.path.abspath(path_text("OrbaxCheckpoint", "directory", directory))
        check_save_freq("OrbaxCheckpoint", save_freq)
        if max_to_keep is not None and max_to_keep < 1:
            raise ValueError(
                f"OrbaxCheckpoint: max_to_keep must be 1 or more, or None for all, "
                f"got {max_to_keep!r}."
            )
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = save_freq
        self.initial_value_threshold = initial_value_threshold
        self.best = initial_value_threshold
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        # Single steps are asked for only if they are counted.
        self.chunks_suffice = save_freq == "epoch"
        self._checkpointer: Any = None
        self._steps = 0

    @property
    def checkpointer(self) -> Any:
        """Orbax's ``Checkpointer`` of the folder, opened when it is asked for."""
        if self._checkpointer is None:
            training = self._orbax.training
            keep = self.max_to_keep
            self._checkpointer = training.Checkpointer(
                self.directory,
                preservation_policy=None
                if keep is None
                else training.preservation_policies.LatestN(keep),
                save_decision_policy=training.save_decision_policies.FixedIntervalPolicy(1),
            )
        return self._checkpointer

    def on_train_begin(self, logs: Logs = None) -> None:
        """Go on counting the steps of the optimizer."""
        self._steps = int(self.model.optimizer.iterations)
        latest = self.checkpointer.latest
        self._there = -1 if latest is None else latest.step

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if enough steps were made."""
        if self.save_freq == "epoch":
            return
        self._steps += 1
        if self._steps % int(self.save_freq) == 0:
            self._save_if_due(self._steps, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if epochs count."""
        if self.save_freq == "epoch":
            self._save_if_due(epoch, logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Wait until everything is written."""
        if self._checkpointer is not None:
            self._checkpointer.close()
            self._checkpointer = None

    def wait_until_finished(self) -> None:
        """Wait until everything is written."""
        if self._checkpointer is not None:
            self._checkpointer.wait()

    def _save_if_due(self, step: int, logs: Logs) -> None:
        if self.save_best_only:
            current = self.current_value(logs)
            if current is None or not self.improved(current, self.best):
                return
            self.best = current
        if step <= self._there:
            # Orbax would leave the checkpoint out without a word.
            raise FileExistsError(
                f"OrbaxCheckpoint: {self.directory} has a checkpoint of number {self._there} from "
                f"another training, so number {step} can't follow; give an empty folder, or go on "
                "with fit(initial_epoch=...)."
            )
        if self.verbose > 0:
            show(f"\nSaving checkpoint {step} in {self.directory}.")
        parts = self.model._checkpoint_parts(self.save_weights_only)
        if self.save_on_background:
            self.checkpointer.save_checkpointables_async(step, parts)
        else:
            self.checkpointer.save_checkpointables(step, parts)
