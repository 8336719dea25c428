"""``kerata board``: a folder of runs in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerata.cli.finished import FOLDER

PORT = 8420


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(board)


def board(
    folder: Annotated[Path, typer.Argument(help="Folder of the runs.")] = FOLDER,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The next free one if it is taken.")
    ] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether the page is opened.")
    ] = True,
) -> None:
    """Watch and compare runs in the browser, those being trained now among them.

    It is served on this machine alone, behind a token in the address, until Ctrl-C.
    Example: kerata board
    """
    from kerata.base.messages import printable
    from kerata.board import show

    def say(line: str) -> None:
        typer.echo(printable(line))
        typer.get_text_stream("stdout").flush()

    show(folder, port=port, browser=browser, say=say)
