"""Where boards of this user run, so that a training can say at which address it is shown.

Each board writes a small file into a folder that only its user can enter: port, process and
folder of runs, never the token. An address without it opens in the browser in which the board
was opened, and nowhere else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from kerata.base.caches import home
from kerata.utils.plain_files import read_plain

_MOST_BYTES = 10_000
# Seconds that a board gets to take a connection; it is on this machine.
_PATIENCE = 0.3


@contextlib.contextmanager
def board_runs(folder: str | Path, port: int) -> Iterator[None]:
    """Say inside a ``with`` block that a board shows a folder; where that can't be said, don't.

    Arguments:
        folder: of runs.
        port: of 127.0.0.1 at which the board answers.
    """
    path = _places() / f"{_key(folder)}-{os.getpid()}.json"
    written = False
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _private(path.parent):
            with open(path, "w", encoding="utf-8", opener=_for_me) as file:
                json.dump({"port": port, "pid": os.getpid()}, file)
            written = True
    try:
        yield
    finally:
        if written:
            with contextlib.suppress(OSError):
                path.unlink()


def board_address(folder: str | Path, training: str = "") -> str | None:
    """Give the address at which a board shows a training, without the token; None without one.

    Arguments:
        folder: of runs.
        training: its id on the board, the stem of its file in ``.live``; '' for the whole board.

    >>> board_address("no such folder") is None
    True
    """
    places = _places()
    try:
        if not _private(places):
            return None
        found = [path for path in places.iterdir() if path.name.startswith(f"{_key(folder)}-")]
    except OSError:
        return None
    for path in sorted(found, key=_age, reverse=True):
        port = _port(path)
        if port is not None:
            return f"http://127.0.0.1:{port}/" + (f"#run={quote(training)}" if training else "")
        # Its board was killed.
        with contextlib.suppress(OSError):
            path.unlink()
    return None


def _places() -> Path:
    return home() / "boards"


def _key(folder: str | Path) -> str:
    return hashlib.sha256(os.path.realpath(folder).encode("utf-8", "replace")).hexdigest()[:32]


def _for_me(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _private(folder: Path) -> bool:
    """Say whether nobody else can have written into a folder."""
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        return False
    return os.name != "posix" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _port(path: Path) -> int | None:
    """Give the port of a board that still runs."""
    try:
        told = json.loads(read_plain(path, most=_MOST_BYTES, within=path.parent))
        port, pid = told["port"], told["pid"]
        if type(port) is not int or type(pid) is not int or not 0 < port < 1 << 16 or pid < 1:
            return None
        if os.name == "posix":
            os.kill(pid, 0)
        socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE).close()
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return port
