"""``kerata playground``: watch networks learn in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from kerata.cli.pages import BROWSER, PORT, say_at_once


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(playground)


def playground(
    table: Annotated[
        str | None, typer.Argument(help="A table with two columns of numbers or more.")
    ] = None,
    port: PORT = 8421,
    browser: BROWSER = True,
) -> None:
    """Watch networks learn in the browser, change them meanwhile, take a step apart.

    It is served on this machine alone, behind a token in the address, until Ctrl-C.
    Example: kerata playground wine.csv
    """
    from kerata.playground.application import serve_playground
    from kerata.playground.tables import Sheet

    sheet = None if table is None else Sheet(table)
    serve_playground(sheet, port=port, browser=browser, say=say_at_once)
