"""Output into a closed pipe: ``kerata train ... | head`` must not end the training."""

from __future__ import annotations

import os
from typing import IO, Any


class BrokenPipeGuard:
    """Standard output that drops text, instead of raising, once the pipe's reader has ended."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or do nothing after the reader's end."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._silence()
            return len(text)

    def flush(self) -> None:
        """Flush, or do nothing after the reader's end."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._silence()

    def _silence(self) -> None:
        # Python flushes standard output once more at its end, which must not fail either.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
