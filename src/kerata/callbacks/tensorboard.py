"""Logs for TensorBoard."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.arguments import path_text
from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.event_files import EventFile, require_tensorboard
from kerata.callbacks.learning_rate import learning_rate_of
from kerata.callbacks.logs import plain_logs


class TensorBoard(Callback):
    """Writes loss, metrics, weights and structure for TensorBoard, under Keras's names.

    In the folders ``train`` and ``validation`` of ``log_dir``; look at them with
    ``tensorboard --logdir logs``.

    Arguments:
        log_dir: folder, best a new one for each run.
        histogram_freq: epochs between two histograms of all weights; 0 for none.
        write_graph: whether to write the model's structure: the graph, and a table as text.
        write_images: whether to write weights as pictures, along with the histograms.
        write_steps_per_second: whether to write the speed.
        update_freq: ``'epoch'``, ``'batch'``, or a number of steps after which loss and
            metrics are written, besides once an epoch.
        profile_batch: accepted for Keras's sake; nothing is profiled.
        embeddings_freq, embeddings_metadata: not supported.

    Raises:
        ImportError: the tensorboard package is missing.
        ValueError: an unknown ``update_freq``; ``embeddings_freq`` or
            ``embeddings_metadata`` given.
        OSError: a folder that can't be written.

    >>> TensorBoard("logs/first", histogram_freq=1).update_freq
    'epoch'
    """

    kept_state = ("_steps",)
    first_process_only = True

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        if embeddings_freq or embeddings_metadata:
            raise ValueError(
                "TensorBoard can't write embeddings here: leave embeddings_freq and "
                "embeddings_metadata out. histogram_freq=1 shows how their weights spread."
            )
        whole = isinstance(update_freq, (int, np.integer)) and not isinstance(update_freq, bool)
        if update_freq not in ("epoch", "batch") and not (whole and int(update_freq) > 0):
            raise ValueError(
                "TensorBoard: update_freq must be 'epoch', 'batch' or a number of steps of "
                f"1 or more, got update_freq={update_freq!r}."
            )
        require_tensorboard()
        self.log_dir = path_text("TensorBoard", "log_dir", log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = update_freq
        self.profile_batch = profile_batch
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        # Single steps are asked for only if something is written for them.
        self.chunks_suffice = update_freq == "epoch"
        self._files: dict[str, EventFile] = {}
        self._training = False
        self._steps = 0
        self._step_began = self._epoch_began = 0.0
        self._steps_before = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Write what the model looks like."""
        self._training = True
        self._steps = 0
        file = self._file("train")
        if self.write_graph and getattr(self.model, "_graph", None) is not None:
            lines: list[str] = []
            self.model.summary(print_fn=lines.append)
            # Four spaces in front: Markdown's way to keep a table as it is.
            table = "\n".join("    " + line for line in "\n".join(lines).splitlines())
            file.model_graph("keras", self.model.to_json(), 0)
            file.text("model", table, 0)
        file.hyperparameters(self._hyperparameters())
        file.flush()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Start the clock."""
        self._epoch_began = time.perf_counter()
        self._steps_before = self._iterations()

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Start the clock."""
        self._steps += 1
        self._step_began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Write loss and metrics so far, if enough steps were made."""
        every = 1 if self.update_freq == "batch" else self.update_freq
        if every == "epoch" or self._steps % int(every):
            return
        values = plain_logs(logs)
        if self.write_steps_per_second:
            values["steps_per_second"] = 1 / (time.perf_counter() - self._step_began)
        self._scalars("train", "batch_{}", values, self._steps)

    def on_test_end(self, logs: Logs = None) -> None:
        """Write the evaluation's results over the steps of training."""
        step = self._iterations()
        self._scalars("validation", "evaluation_{}_vs_iterations", plain_logs(logs), step)
        if not self._training:
            self._close()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write loss, metrics, learning rate and weights."""
        values = plain_logs(logs)
        found = {k.removeprefix("val_"): v for k, v in values.items() if k.startswith("val_")}
        train = {k: v for k, v in values.items() if not k.startswith("val_")}
        if getattr(self.model.optimizer, "learning_rate", None) is not None:
            train["learning_rate"] = learning_rate_of(self.model)
        if self.write_steps_per_second:
            steps = self._iterations() - self._steps_before
            train["steps_per_second"] = steps / (time.perf_counter() - self._epoch_began)
        self._scalars("train", "epoch_{}", train, epoch)
        if found:
            self._scalars("validation", "epoch_{}", found, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        for file in self._files.values():
            file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        """Finish the files."""
        self._training = False
        self._close()

    def _file(self, name: str) -> EventFile:
        if name not in self._files:
            self._files[name] = EventFile(Path(self.log_dir) / name)
        return self._files[name]

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}

    def _scalars(self, folder: str, tag: str, values: dict[str, Any], step: int) -> None:
        for name, value in values.items():
            if np.ndim(value) == 0:
                self._file(folder).scalar(tag.format(name), value, step)

    def _write_weights(self, epoch: int) -> None:
        file = self._file("train")
        for weight in self.model.weights:
            values = np.asarray(weight.value)
            file.histogram(f"{weight.path}/histogram", values, epoch)
            pictures = _pictures(values) if self.write_images else None
            if pictures is not None:
                file.images(f"{weight.path}/image", pictures, epoch)

    def _iterations(self) -> int:
        return int(np.asarray(getattr(self.model.optimizer, "iterations", 0)))

    def _hyperparameters(self) -> dict[str, Any]:
        optimizer = self.model.optimizer
        values = {
            "optimizer": type(optimizer).__name__,
            "loss": getattr(self.model.loss, "__name__", None) or str(self.model.loss),
            "epochs": self.params.get("epochs", 1),
            "steps": self.params.get("steps") or 0,
            "parameters": self.model.count_params(),
        }
        if getattr(optimizer, "learning_rate", None) is not None:
            values["learning_rate"] = learning_rate_of(self.model)
        return values


def _pictures(values: np.ndarray) -> np.ndarray | None:
    """Arrange a weight as pictures ``(pictures, height, width, channels)``, as Keras does."""
    values = np.squeeze(values)
    if values.size == 0 or values.ndim not in (1, 2, 3, 4):
        return None
    if values.ndim == 1:
        values = values[None, :, None, None]
    elif values.ndim == 2:
        values = (values.T if values.shape[0] > values.shape[1] else values)[None, :, :, None]
    elif values.ndim == 3:
        values = values.transpose(2, 0, 1)[..., None]
    return values if values.shape[-1] in (1, 3, 4) else None
