"""``kerata playground``: watch networks learn in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

PORT = 8421


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(playground)


def playground(
    table: Annotated[
        str | None, typer.Argument(help="A table with two columns of numbers or more.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The next free one if it is taken.")
    ] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether the page is opened.")
    ] = True,
) -> None:
    """Watch networks learn in the browser, change them meanwhile, take a step apart.

    It is served on this machine alone, behind a token in the address, until Ctrl-C.
    Example: kerata playground wine.csv
    """
    from kerata.base.messages import printable
    from kerata.playground.application import serve_playground
    from kerata.playground.tables import Sheet

    def say(line: str) -> None:
        typer.echo(printable(line))
        typer.get_text_stream("stdout").flush()

    sheet = None if table is None else Sheet(table)
    serve_playground(sheet, port=port, browser=browser, say=say)
