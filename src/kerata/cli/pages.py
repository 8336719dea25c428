"""What commands share that serve pages or answers until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

PORT = Annotated[int, typer.Option(min=0, max=65535, help="The next free one if it is taken.")]
BROWSER = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Whether the page is opened.")
]


def say_at_once(line: str) -> None:
    """Print a line at once: whoever started the server waits for its address."""
    from kerata.base.messages import printable

    typer.echo(printable(line))
    typer.get_text_stream("stdout").flush()
