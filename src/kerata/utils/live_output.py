"""One output of a notebook's cell that is replaced as things change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# Seconds between two drawings, and the largest share of the time that drawing may take.
_INTERVAL, _SHARE = 0.25, 0.005


class LiveOutput:
    """An output in a cell, drawn a few times a second at most.

    Arguments:
        draw: gives the HTML and, for a front end without it, a line of text.

    Raises:
        ImportError: IPython is not installed.
    """

    def __init__(self, draw: Callable[[], tuple[str, str]]) -> None:
        self._draw = draw
        self._handle: Any = None
        self._next = 0.0

    def maybe(self) -> None:
        """Draw if the last time was long enough ago."""
        if time.perf_counter() >= self._next:
            self.now()

    def now(self) -> None:
        """Draw."""
        from IPython.display import DisplayHandle

        began = time.perf_counter()
        html, text = self._draw()
        bundle = {"text/html": html, "text/plain": text}
        if self._handle is None:
            self._handle = DisplayHandle()
            self._handle.display(bundle, raw=True)
        else:
            self._handle.update(bundle, raw=True)
        ended = time.perf_counter()
        self._next = ended + max(_INTERVAL, (ended - began) / _SHARE)
