"""What a training tells of itself while it runs: a file of JSON lines beside the runs.

The file lies in the folder ``.live`` of the folder of runs. A thread writes what has come a few
times a second, so that the training never waits for the disk; it also touches the file, by which
others see that the training lives, and looks for a file of the same name that ends with ``.stop``,
by which they ask it to end.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

LIVE = ".live"
ENDING, STOP = ".jsonl", ".stop"
# Seconds between two writings, and between two signs of life.
_PAUSE, _SIGN = 0.25, 1.0
# Of longer trainings one epoch a writing is told.
_MOST_EPOCHS = 20_000
FORMAT = 1


class LiveFile:
    """Tells a training's epochs, batches and phases to whoever reads its file.

    A file that can't be written is given up in silence: a training must not end for it.

    Arguments:
        folder: of runs; it is made if it is missing.
        name: of the training.
        about: what is known before it begins, as plain values.
        on_stop: called once, from the writing thread, when somebody asks it to stop.

    >>> import tempfile
    >>> with LiveFile(tempfile.mkdtemp(), "wine", {"epochs": 2}) as file:
    ...     file.tell("epoch", n=1, logs={"loss": 0.5})
    ...     file.write()
    ...     file.path.read_text().count("\\n")
    2
    """

    def __init__(
        self,
        folder: str | Path,
        name: str,
        about: Mapping[str, Any] | None = None,
        on_stop: Callable[[], None] | None = None,
    ) -> None:
        word = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60] or "training"
        stem = f"{word}~{os.getpid()}~{secrets.token_hex(4)}"
        self.path = Path(folder) / LIVE / (stem + ENDING)
        self.on_stop = on_stop
        self.stop_asked = False
        self._lock = threading.Lock()
        self._waiting: list[dict[str, Any]] = []
        self._batch: dict[str, Any] | None = None
        self._epochs = 0
        self._lost = False
        self._closed = threading.Event()
        self._touched = time.monotonic()
        self.tell(
            "begin",
            format=FORMAT,
            name=name,
            pid=os.getpid(),
            began=time.time(),
            **dict(about or {}),
        )
        self._make()
        self._thread = threading.Thread(target=self._run, name="live file", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: object) -> None:
        self.remove()

    def tell(self, kind: str, **values: Any) -> None:
        """Add a line; it is written within a quarter of a second.

        Arguments:
            kind: ``'epoch'``, ``'batch'``, ``'phase'`` or ``'end'``.
            **values: plain values; numbers that are not finite are told as None.
        """
        line = {"kind": kind, "t": round(time.time(), 3), **values}
        with self._lock:
            if kind == "batch":
                # The last one says what those before it said.
                self._batch = line
                return
            if kind == "epoch":
                self._batch = None
                self._epochs += 1
                last = self._waiting[-1] if self._waiting else {}
                if self._epochs > _MOST_EPOCHS and last.get("kind") == "epoch":
                    self._waiting.pop()
            self._waiting.append(line)

    def write(self) -> None:
        """Write what waits, and give a sign of life."""
        with self._lock:
            lines, self._waiting = self._waiting, []
            if self._batch is not None:
                lines.append(self._batch)
                self._batch = None
        if self._lost:
            return
        try:
            if lines:
                text = "".join(json.dumps(_plain(line), allow_nan=False) + "\n" for line in lines)
                with open(self.path, "ab") as file:
                    file.write(text.encode())
                self._touched = time.monotonic()
            elif time.monotonic() - self._touched > _SIGN:
                os.utime(self.path)
                self._touched = time.monotonic()
        except OSError:
            self._lost = True

    def end(self, state: str, why: str = "") -> None:
        """Say how it ended and leave the file as it is.

        Arguments:
            state: ``'finished'``, ``'stopped'`` or ``'failed'``.
            why: a sentence.
        """
        self.tell("end", state=state, why=why)
        self._close()
        self.write()

    def remove(self) -> None:
        """Take the file away: what it told stands elsewhere now."""
        self._close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # Only an empty one goes.
            self.path.parent.rmdir()

    def _make(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._lost = True
        self.write()

    def _close(self) -> None:
        self._closed.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=5)
        with contextlib.suppress(OSError):
            self.path.with_suffix(STOP).unlink(missing_ok=True)

    def _run(self) -> None:
        stop = self.path.with_suffix(STOP)
        while not self._closed.wait(_PAUSE):
            self.write()
            if not self.stop_asked and os.path.exists(stop):
                self.stop_asked = True
                if self.on_stop is not None:
                    self.on_stop()


def _plain(value: Any) -> Any:
    """Turn values into what JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
