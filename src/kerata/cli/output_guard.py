"""Output that can't be written (a closed pipe, a full disk) must not end the training."""

from __future__ import annotations

import os
from typing import IO, Any


class OutputGuard:
    """A standard stream that drops text, instead of raising, when it can't be written.

    Attributes:
        problem: the reason, unless the pipe's reader has ended: a full disk, a closed terminal.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.problem: OSError | None = None

    def write(self, text: str) -> int:
        """Write, or do nothing after the reader's end."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._silence(error)
            return len(text)

    def flush(self) -> None:
        """Flush, or do nothing after the reader's end."""
        try:
            self._stream.flush()
        except OSError as error:
            self._silence(error)

    def _silence(self, error: OSError) -> None:
        if not isinstance(error, BrokenPipeError):
            self.problem = error
        # Python flushes standard output once more at its end, which must not fail either.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
