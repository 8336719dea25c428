"""What commands and tables print through: nothing from a file can steer the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from kerata.base.messages import printable


class Terminal(Console):
    """A rich console that shows control characters in texts instead of obeying them."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, with control characters of texts made visible."""
        for segment in super().render(renderable, options):
            if segment.control is None and not segment.text.isprintable():
                yield Segment(printable(segment.text), segment.style)
            else:
                yield segment


def terminal(**options: Any) -> Terminal:
    """Make a console on standard output; into a file or a pipe every item gets one line."""
    width = options.pop("width", None if sys.stdout.isatty() else 160)
    return Terminal(width=width, **options)
