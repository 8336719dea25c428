"""Continuing a training that was killed."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.arguments import path_text
from kerata.base.messages import warn
from kerata.base.placement import current_placement
from kerata.base.randomness import SeedGenerator, global_generator
from kerata.base.variable import Variable
from kerata.callbacks.backup_fingerprint import fingerprint_of
from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.packing import read_pack, write_pack
from kerata.utils.files import check_writable
from kerata.utils.plain_files import open_plain


class BackupAndRestore(Callback):
    """Saves the state of a training in a folder, and continues from it if there is one.

    Start the same program again after a crash: the training ends with exactly the weights
    and the history of one that was never interrupted. Kept are the weights, the optimizer's
    and the metrics' state, the random generators (also NumPy's and Python's), the history,
    and what other callbacks name in ``kept_state``. An endless generator is run through again
    up to where training goes on; other batches must depend on nothing but these generators.

    Arguments:
        backup_dir: folder for the backup, of this training alone.
        save_freq: ``'epoch'`` (the default), or a number of training steps between backups.
        double_checkpoint: whether to keep the backup before the last as well; False by default.
        delete_checkpoint: whether to delete the backup after the training; True by default.

    Raises:
        ValueError: no folder, another ``save_freq``; a backup of another model, loss,
            optimizer or data, or from the middle of an epoch of another number of steps.
        OSError: at the start of training, if the folder can't be written. Later on a
            backup that can't be written gives a warning, and training goes on.

    >>> BackupAndRestore("backup", save_freq=100).save_freq
    100
    """

    comes_last = True

    def __init__(
        self,
        backup_dir: str | Path,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if not str(backup_dir):
            raise ValueError("BackupAndRestore needs a folder: backup_dir is empty.")
        check_save_freq("BackupAndRestore", save_freq)
        self.backup_dir = Path(path_text("BackupAndRestore", "backup_dir", backup_dir))
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        # Single steps are asked for only by a backup that counts them.
        self.chunks_suffice = save_freq == "epoch"
        self._latest = self.backup_dir / "latest.npz"
        self._previous = self.backup_dir / "previous.npz"
        self._others: list[Callback] = []
        self._found: Any = None
        self._generators: Any = None
        self._epoch = 0
        self._steps = 0
        self._warned = False
        self._belongs: dict[str, str] = {}

    def set_callbacks(self, callbacks: list[Callback]) -> None:
        """Take over the callbacks whose state is to be kept."""
        self._others = [c for c in callbacks if c is not self and c.kept_state]

    def on_train_begin(self, logs: Logs = None) -> None:
        """Restore the backup, if there is one."""
        self._warned = False
        self._steps = 0
        self._belongs = fingerprint_of(self.model)
        # The first of several processes keeps the backup and gives it to the others.
        if current_placement().first:
            self._check_folder()
        found = current_placement().share(self._load)
        self._found = None if found is None else read_pack(io.BytesIO(found))
        if self._found is None:
            return
        self._check_steps(self._found)
        self._check_belonging(self._found)
        # First, since batches may draw from the generators that are restored.
        self.model._start.move(self._found["epoch"], self._found["step"])
        self._restore(self._found)
        self._steps = self._found["steps"]
        if self._found["stopped"]:
            # It was killed between an early stop and its end.
            self.model._start.epoch = max(self._found["epoch"], self.params.get("epochs", 0))

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note where the random generators stand."""
        if self._found is not None and self._found["step"]:
            # In this epoch other callbacks have now done for a second time what they do here.
            self._restore(self._found)
        self._found = None
        self._epoch = epoch
        self._generators = self._generator_state()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if enough steps were made."""
        if self.save_freq == "epoch":
            return
        self._steps += 1
        if self._steps % int(self.save_freq) == 0 and batch + 1 != self.params.get("steps"):
            self._save(self._epoch, batch + 1, self._generators)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save."""
        self._save(epoch + 1, 0, self._generator_state())

    def on_train_end(self, logs: Logs = None) -> None:
        """Delete the backup: training is complete."""
        if self.delete_checkpoint and current_placement().first:
            with contextlib.suppress(OSError):
                self._latest.unlink(missing_ok=True)
                self._previous.unlink(missing_ok=True)
                # Only if it is empty: the user may keep other things there.
                self.backup_dir.rmdir()

    # What is kept --------------------------------------------------------------------------

    def _variables(self) -> list[Variable]:
        model = self.model
        return [*model.weights, *model.optimizer.variables, *model.metrics_variables]

    def _seed_generators(self) -> Iterator[SeedGenerator]:
        yield global_generator()
        for layer in self.model._flatten_layers():
            yield from (v for v in vars(layer).values() if isinstance(v, SeedGenerator))

    def _generator_state(self) -> dict[str, Any]:
        return {
            "ours": [[g.seed, g._drawn] for g in self._seed_generators()],
            "numpy": np.random.get_state(),
            "python": random.getstate(),
        }

    def _save(self, epoch: int, step: int, generators: Any) -> None:
        if not current_placement().first:
            return
        state = {
            "epoch": epoch,
            "step": step,
            "steps": self._steps,
            "epoch_steps": self.params.get("steps"),
            "belongs": self._belongs,
            "stopped": bool(self.model.stop_training),
            "variables": [np.asarray(v.value) for v in self._variables()],
            "generators": generators,
            "callbacks": [
                [type(c).__name__, {name: getattr(c, name) for name in c.kept_state}]
                for c in self._others
            ],
        }
        try:
            if self.double_checkpoint and self._latest.exists():
                self._previous.unlink(missing_ok=True)
                self._latest.rename(self._previous)
            write_pack(self._latest, state)
        except OSError as problem:
            if not self._warned:
                self._warned = True
                warn(
                    f"BackupAndRestore could not write {self._latest} "
                    f"({problem.strerror or problem}); training goes on, and the last backup "
                    "that could be written is still there.",
                    stacklevel=2,
                )

    def _restore(self, state: dict[str, Any]) -> None:
        variables, values = self._variables(), state["variables"]
        shapes = [tuple(v.shape) for v in variables]
        if shapes != [np.shape(a) for a in values]:
            raise ValueError(
                f"The backup in {self.backup_dir} is of another model or optimizer: its arrays "
                "have other shapes. Give this training a folder of its own, or delete that one."
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        for generator, (seed, drawn) in zip(
            self._seed_generators(), state["generators"]["ours"], strict=False
        ):
            generator.go_to(seed, drawn)
        np.random.set_state(state["generators"]["numpy"])
        random.setstate(state["generators"]["python"])
        for callback, (name, attributes) in zip(self._others, state["callbacks"], strict=False):
            if type(callback).__name__ == name:
                for attribute, value in attributes.items():
                    setattr(callback, attribute, value)

    def _check_steps(self, state: dict[str, Any]) -> None:
        before, now = state["epoch_steps"], self.params.get("steps")
        if state["step"] and None not in (before, now) and before != now:
            raise ValueError(
                f"The backup in {self.backup_dir} is from inside an epoch of {before} steps, "
                f"which now has {now}: give the same data and batch_size, or delete the backup."
            )

    def _check_belonging(self, state: dict[str, Any]) -> None:
        before = state.get("belongs", {})
        changed = [name for name, now in self._belongs.items() if before.get(name, now) != now]
        if changed:
            raise ValueError(
                f"The backup in {self.backup_dir} is of another training: "
                f"{' and '.join(changed)} {'differs' if len(changed) == 1 else 'differ'}. Give "
                "this training a folder of its own, or delete that one."
            )

    # Files ---------------------------------------------------------------------------------

    def _check_folder(self) -> None:
        try:
            check_writable(self.backup_dir)
        except OSError as problem:
            said = f"BackupAndRestore can't write there ({problem.strerror or problem})"
            raise type(problem)(problem.errno, said, str(self.backup_dir)) from problem

    def _load(self) -> bytes | None:
        damage: Exception | None = None
        for path in (self._latest, self._previous):
            if not path.exists():
                continue
            try:
                with open_plain(path) as file:
                    found = file.read()
                read_pack(io.BytesIO(found))
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
                damage = problem
                continue
            if damage is not None:
                warn(f"{self._latest} is damaged; using {path}.", stacklevel=2)
            return found
        if damage is not None:
            raise ValueError(
                f"The backup in {self.backup_dir} is damaged; delete it to train from the start."
            ) from damage
        return None


def check_save_freq(name: str, save_freq: Any) -> None:
    """Refuse what is neither ``'epoch'`` nor a number of steps."""
    whole = isinstance(save_freq, (int, np.integer)) and not isinstance(save_freq, bool)
    if save_freq != "epoch" and not (whole and save_freq > 0):
        raise ValueError(
            f"{name}: save_freq must be 'epoch' or a number of steps of 1 or more, "
            f"got save_freq={save_freq!r}."
        )
