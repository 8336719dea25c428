"""Opening files that may come from anybody: plain files of a bounded size, nothing that waits."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

Name = str | os.PathLike[str]

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_plain(path: Name, *, most: int | None = None, within: Path | None = None) -> IO[bytes]:
    """Open a file for reading bytes, if it is a plain one.

    A pipe would make the reader wait, a device never end.

    Arguments:
        path: of the file.
        most: bytes that it may have; no bound by default.
        within: the folder that links may not lead out of; by default they may lead anywhere.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is a folder, a pipe, a device or a socket, it is too large, or it is a
            link that leads out of the folder.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_bytes(b"1,2")
    >>> with open_plain(path, most=10) as file:
    ...     file.read()
    b'1,2'
    """
    check_plain(path, within=within)
    # What takes its place after the check makes nobody wait either.
    file = open(path, "rb", opener=_open_at_once)  # noqa: SIM115  # the caller closes it
    try:
        status = os.fstat(file.fileno())
        _refuse_kind(path, status.st_mode)
        if most is not None and status.st_size > most:
            raise ValueError(f"{path} has {status.st_size:,} bytes, more than the {most:,} allowed")
    except BaseException:
        file.close()
        raise
    return file


def read_plain(path: Name, *, most: int, within: Path | None = None) -> bytes:
    """Read a plain file of at most ``most`` bytes; see :func:`open_plain`."""
    with open_plain(path, most=most, within=within) as file:
        return file.read(most)


def check_plain(path: Name, *, within: Path | None = None) -> None:
    """Refuse what is there under a name and is no plain file, for readers that open it themselves.

    Arguments:
        path: of the file.
        within: the folder that links may not lead out of; by default they may lead anywhere.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is a folder, a pipe, a device or a socket, or a link that leads out of
            the folder.
    """
    _refuse_kind(path, os.stat(path).st_mode)
    if within is not None:
        place = Path(os.path.realpath(path))
        if not place.is_relative_to(os.path.realpath(within)):
            raise ValueError(f"{path} is a link that leads out of its folder, to {place}")


def _refuse_kind(path: Name, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "no plain file")
        raise ValueError(f"{path} is {kind}, where a plain file is expected")


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
