"""Serving an application on this machine until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kerata.web.document import way_on
from kerata.web.guard import App, Guard

HOST = "127.0.0.1"
# So many ports are tried after the one that was asked for.
_TRIED = 50
# Seconds that open streams get to end.
_PATIENCE = 1


def serve(
    app: App,
    *,
    name: str,
    port: int,
    extra: str = "board",
    browser: bool = True,
    path: str = "/",
    say: Callable[[str], None] = print,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve an application on 127.0.0.1 behind a ``Guard`` until Ctrl-C or SIGTERM.

    Arguments:
        app: an ASGI application.
        name: begins the sentence that tells the address.
        port: where; the next free one if it is taken, which is said.
        extra: of Kerata, named where uvicorn is missing.
        browser: whether the page is opened in the system's browser, where there is a screen.
        path: of the page to open.
        say: prints a line.
        ready: called with the address once the page answers.

    Raises:
        ImportError: uvicorn is not installed.
        OSError: no port is free.
        ValueError: a port that is none.
    """
    need_uvicorn(name, extra)
    with free_socket(port) as listening:
        found = listening.getsockname()[1]
        if port and found != port:
            say(f"Port {port} is taken; this is {found}.")
        guard = Guard(app, found)
        address = guard.address(path)

        def started() -> None:
            say(f"{name}: {address}")
            say("Ctrl-C ends it.")
            if ready is not None:
                ready(address)

        opened = _opened(address) if browser and _has_screen() else contextlib.nullcontext()
        with opened:
            run_server(guard, listening, started, patience=_PATIENCE)


def need_uvicorn(name: str, extra: str) -> None:
    """Refuse to go on without uvicorn.

    Raises:
        ImportError: it is not installed; the sentence begins with ``name``.
    """
    if importlib.util.find_spec("uvicorn") is None:
        raise ImportError(
            f"{name} needs uvicorn, which is not installed: pip install 'kerata[{extra}]'."
        )


def run_server(
    app: App,
    listening: socket.socket,
    started: Callable[[], None],
    *,
    patience: int | None = None,
    waiting: int = 2048,
) -> None:
    """Run an application until Ctrl-C or SIGTERM; what was accepted is answered first.

    Arguments:
        app: an ASGI application.
        listening: a bound socket.
        started: called once it answers.
        patience: seconds that open streams get to end; None waits for all requests.
        waiting: connections that may wait to be accepted.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="auto",
        timeout_graceful_shutdown=patience,
        server_header=False,
        ws_max_size=1 << 20,
        backlog=waiting,
        # Longer than clients keep idle connections, so that none meets one that was just closed.
        timeout_keep_alive=75,
    )

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with _ended_by_signals(self):
                yield

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                started()

    Server(config).run(sockets=[listening])


def free_socket(port: int, host: str = HOST) -> socket.socket:
    """Bind the first free port from one on; 0 takes any.

    Raises:
        OSError: none of them is free.
        ValueError: a number that is no port.

    >>> with free_socket(0) as one, free_socket(one.getsockname()[1]) as other:
    ...     one.getsockname()[1] != other.getsockname()[1]
    True
    """
    if not 0 <= port < 1 << 16:
        raise ValueError(f"A port is a number from 0 to 65535, got {port}.")
    last = min(port + (_TRIED if port else 0), (1 << 16) - 1)
    for number in range(port, last + 1):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # A port whose last server ended a moment ago is free; elsewhere than on Unix this
            # would let two servers share one.
            if hasattr(socket, "AF_UNIX"):
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, number))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
        else:
            return listening
    raise OSError(errno.EADDRINUSE, f"No port from {port} to {last} is free on {host}")


@contextlib.contextmanager
def _ended_by_signals(server: Any) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end a server, as the usual end and not as an error."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: Any) -> None:
        # Once more, and nobody is waited for.
        server.force_exit = server.should_exit
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _opened(address: str) -> Iterator[None]:
    """Open an address in the system's browser, where there is a screen.

    Through a file that only this user can read: what programs are started with, every user of
    the machine can see, and the address holds the token.
    """
    folder = tempfile.mkdtemp(prefix="kerata-")
    try:
        page = Path(folder) / "open.html"
        page.write_text(way_on(address), encoding="utf-8")
        # A browser that has to be started first may take seconds.
        start = threading.Thread(target=_start_browser, args=(page.as_uri(),), daemon=True)
        start.start()
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_browser(address: str) -> None:
    import webbrowser

    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(address)


def _has_screen() -> bool:
    # Without one, a browser in text would take the terminal.
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
