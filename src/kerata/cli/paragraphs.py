"""Titled paragraphs on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kerata.base.messages import printable

if TYPE_CHECKING:
    from rich.console import Console


def say(console: Console, title: str, lines: Sequence[str]) -> None:
    """Print a bold title and lines below it; nothing without lines."""
    from rich.padding import Padding
    from rich.text import Text

    if not lines:
        return
    console.print(Text(title, style="bold"))
    for line in lines:
        if title in ("Pictures", "Saved"):
            # A path that is broken over two lines can't be clicked or copied.
            console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)
        else:
            # A text: brackets in a line are no markup. Printable first: then its width is known.
            text = Text(printable(line))
            console.print(Padding(text, (0, 0, 0, 2), expand=False), highlight=False)
