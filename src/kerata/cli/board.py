"""``kerata board``: a folder of runs in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerata.cli.finished import FOLDER
from kerata.cli.pages import BROWSER, PORT, say_at_once


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(board)


def board(
    folder: Annotated[Path, typer.Argument(help="Folder of the runs.")] = FOLDER,
    port: PORT = 8420,
    browser: BROWSER = True,
) -> None:
    """Watch and compare runs in the browser, those being trained now among them.

    It is served on this machine alone, behind a token in the address, until Ctrl-C.
    Example: kerata board
    """
    from kerata.board import show

    show(folder, port=port, browser=browser, say=say_at_once)
