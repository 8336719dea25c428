"""Event files, which TensorBoard shows, written with the tensorboard package's own means."""

from __future__ import annotations

import io
import os
import platform
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.messages import warn


class EventFile:
    """One event file in a folder.

    Once the file can't be written any more (the disk is full), there is one warning, and
    what comes later is left out: training must not end for its logs.

    Arguments:
        folder: made if it is missing; each object writes a new file there.

    Raises:
        ImportError: the tensorboard package is missing.
        OSError: the folder can't be written.
    """

    def __init__(self, folder: Path) -> None:
        require_tensorboard()
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        self._folder = folder
        self._broken = False
        # The form of name by which TensorBoard finds event files.
        where = f"{platform.node()}.{os.getpid()}.{secrets.token_hex(4)}"
        name = f"events.out.tfevents.{int(time.time()):010d}.{where}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = open(folder / name, "wb")  # noqa: SIM115  # closed by close()
        except OSError as problem:
            said = f"TensorBoard can't write there ({problem.strerror or problem})"
            raise type(problem)(problem.errno, said, str(folder)) from problem
        self._records = RecordWriter(self._file)
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Write a number."""
        from tensorboard.plugins.scalar.summary_v2 import scalar_pb

        self._add(scalar_pb(tag, float(value)), step)

    def histogram(self, tag: str, values: Any, step: int) -> None:
        """Write how values are distributed; those that are no finite numbers are left out."""
        from tensorboard.plugins.histogram.summary_v2 import histogram_pb

        flat = np.asarray(values).astype(np.float64).ravel()
        self._add(histogram_pb(tag, flat[np.isfinite(flat)]), step)

    def text(self, tag: str, text: str, step: int) -> None:
        """Write a text, in Markdown."""
        from tensorboard.plugins.text.summary_v2 import text_pb

        self._add(text_pb(tag, text), step)

    def images(self, tag: str, pictures: np.ndarray, step: int) -> None:
        """Write up to three pictures ``(pictures, height, width, channels)``, 0 to 1."""
        from PIL import Image
        from tensorboard.plugins.image.metadata import create_summary_metadata

        numbers = np.nan_to_num(np.asarray(pictures, np.float32))
        pixels = (np.clip(numbers, 0, 1) * 255).round().astype(np.uint8)
        _, height, width, channels = pixels.shape
        parts = [str(width).encode(), str(height).encode()]
        for picture in pixels[:3]:
            file = io.BytesIO()
            Image.fromarray(picture[..., 0] if channels == 1 else picture).save(file, "PNG")
            parts.append(file.getvalue())
        self._tensor(tag, parts, create_summary_metadata(None, None), step)

    def model_graph(self, tag: str, json_text: str, step: int) -> None:
        """Write a model's structure for TensorBoard's page of graphs."""
        from tensorboard.compat.proto.summary_pb2 import SummaryMetadata

        metadata = SummaryMetadata()
        metadata.plugin_data.plugin_name = "graph_keras_model"
        metadata.plugin_data.content = b"1"
        self._tensor(tag, json_text.encode(), metadata, step)

    def hyperparameters(self, values: Mapping[str, Any]) -> None:
        """Write settings, which are texts or numbers, for the page of hyperparameters."""
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb

        self._add(hparams_pb(dict(values)), 0)

    def flush(self) -> None:
        """Put everything into the file."""
        self._try(self._file.flush)

    def close(self) -> None:
        """Put everything into the file and let go of it."""
        self._try(self._file.close)

    def _tensor(self, tag: str, values: Any, metadata: Any, step: int) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.util.tensor_util import make_tensor_proto

        summary = Summary()
        summary.value.add(
            tag=tag, metadata=metadata, tensor=make_tensor_proto(np.array(values, object))
        )
        self._add(summary, step)

    def _add(self, summary: Any, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._write(Event(wall_time=time.time(), step=step, summary=summary))

    def _write(self, event: Any) -> None:
        self._try(lambda: self._records.write(event.SerializeToString()))

    def _try(self, act: Callable[[], Any]) -> None:
        if self._broken:
            return
        try:
            act()
        except OSError as problem:
            self._broken = True
            warn(
                f"TensorBoard could not write into {self._folder} "
                f"({problem.strerror or problem}); training goes on without it.",
                stacklevel=2,
            )


def require_tensorboard() -> None:
    """Say what to install if the tensorboard package is missing."""
    from importlib.util import find_spec

    if find_spec("tensorboard") is None:
        raise ImportError(
            "TensorBoard's files need tensorboard: pip install 'kerata[tensorboard]'."
        )
