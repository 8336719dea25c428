"""``kerata board`` from Python: serve a folder of runs until Ctrl-C."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

PORT = 8420


def show(
    folder: str | Path = "runs",
    *,
    port: int = PORT,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Show a folder of runs in the browser until Ctrl-C.

    Arguments:
        folder: of runs; one that is not there yet is shown as empty, and filled as runs come.
        port: where; the next free one if it is taken.
        browser: whether the page is opened.
        say: prints a line.

    Raises:
        ImportError: Starlette or uvicorn is not installed.
        NotADirectoryError: it is a file.
        OSError: no port is free.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise NotADirectoryError(f"{str(place)!r} is no folder of runs but a file.")
    if not any(place.glob("*/run.json")):
        say(f"There are no runs in {str(place)!r} yet: train one on the board or by kerata train.")
    # What opens networks takes seconds to import; mistakes are told before.
    from kerata.board.application import Board, application
    from kerata.utils.board_places import board_runs
    from kerata.web import serve

    with contextlib.ExitStack() as while_served:

        def ready(address: str) -> None:
            while_served.enter_context(board_runs(place, urlsplit(address).port or port))

        app = application(Board(place))
        serve(app, name="The board", port=port, browser=browser, say=say, ready=ready)
