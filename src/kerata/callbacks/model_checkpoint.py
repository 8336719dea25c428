"""Saving the model while it trains."""

from __future__ import annotations

import os
from pathlib import Path

from kerata.base.arguments import path_text
from kerata.base.console import show
from kerata.base.messages import did_you_mean, warn
from kerata.base.placement import current_placement
from kerata.callbacks.backup_and_restore import check_save_freq
from kerata.callbacks.callback import Logs
from kerata.callbacks.logs import plain_logs
from kerata.callbacks.monitor import Monitor
from kerata.utils.files import check_writable


class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after each epoch or every n steps.

    Arguments:
        filepath: path of the file, ending in ``.keras`` or ``.h5``, or in ``.weights.h5``
            for weights; may contain ``{epoch:02d}`` (from 1), ``{batch}`` and the names in
            the logs, as in ``'{epoch:02d}-{val_loss:.2f}.keras'``.
        monitor: name of the value for ``save_best_only``, ``'val_loss'`` by default.
        verbose: 1 prints each file that is written; 0 by default.
        save_best_only: whether to save only when the value is the best so far; False by default.
        save_weights_only: whether to save the weights alone; False by default.
        mode: ``'min'``, ``'max'`` or ``'auto'`` (the default: from the metric's name).
        save_freq: ``'epoch'`` (the default), or a number of training steps.
        initial_value_threshold: float that the first file must beat; none by default.

    Attributes:
        best: best value so far.

    Raises:
        ValueError: another ending or ``save_freq``; a name in ``filepath`` that is not in
            the logs.
        OSError: at the start of training, if the folder can't be written. Later on a file that
            can't be written gives a warning, the one before stays, and training goes on.

    >>> ModelCheckpoint("best-{epoch:02d}.keras", save_best_only=True).monitor
    'val_loss'
    """

    kept_state = ("best", "_steps")

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode)
        self.filepath = path_text("ModelCheckpoint", "filepath", filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.initial_value_threshold = initial_value_threshold
        self.best = initial_value_threshold
        check_save_freq("ModelCheckpoint", save_freq)
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"ModelCheckpoint with save_weights_only={save_weights_only} needs a filepath "
                f"that ends in {' or '.join(endings)}, got {self.filepath!r}."
            )
        # Single steps are asked for only if they are counted.
        self.chunks_suffice = save_freq == "epoch"
        self._epoch = 0
        self._steps = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Find out before training that nothing can be written there."""
        if current_placement().first:
            # Names that come with the logs may be part of a folder's.
            check_writable(Path(self.filepath.partition("{")[0] + "x").parent)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note the epoch, for the names of files."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if enough steps were made."""
        if self.save_freq == "epoch":
            return
        self._steps += 1
        if self._steps % int(self.save_freq) == 0:
            self._save_if_due(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if epochs count."""
        if self.save_freq == "epoch":
            self._save_if_due(epoch, None, logs)

    def _save_if_due(self, epoch: int, batch: int | None, logs: Logs) -> None:
        why = ""
        if self.save_best_only:
            current = self.current_value(logs)
            if current is None:
                return
            before = self.best
            if not self.improved(current, before):
                if self.verbose > 0 and current_placement().first:
                    show(f"\nEpoch {epoch + 1}: {self.monitor} is not better than {before:.5f}.")
                return
            self.best = current
            found = "" if before is None else f" instead of {before:.5f}"
            why = f"{self.monitor} is {current:.5f}{found}, "
        path = self._path(epoch, batch, logs)
        if not current_placement().first:
            return
        if self.verbose > 0:
            show(f"\nEpoch {epoch + 1}: {why}saving the model to {path}.")
        try:
            if self.save_weights_only:
                self.model.save_weights(path, overwrite=True)
            else:
                self.model.save(path, overwrite=True)
        except OSError as problem:
            # A training is worth more than one of its files.
            warn(
                f"ModelCheckpoint could not write {path} ({problem.strerror or problem}); training "
                "goes on, and what was there is unchanged.",
                stacklevel=3,
            )

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        names = {**plain_logs(logs), "epoch": epoch + 1}
        if batch is not None:
            names["batch"] = batch + 1
        try:
            return self.filepath.format(**names)
        except (KeyError, IndexError) as problem:
            wanted = str(problem.args[0])
            raise ValueError(
                f"ModelCheckpoint: {wanted!r} in filepath={self.filepath!r} is not in the logs. "
                f"{did_you_mean(wanted, list(names))}"
            ) from problem
