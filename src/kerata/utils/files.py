"""Writing files so that a crash leaves the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any


def write_beside(path: str | Path, write: Callable[[IO[bytes]], Any]) -> Path:
    """Write a file beside its place and rename it there when it is whole.

    Arguments:
        path: where the file shall be; its folder is made if it is missing.
        write: gets the open binary file.

    Raises:
        OSError: the folder can't be written, the disk is full; the old file stays as it was.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_beside(folder / "a.txt", lambda f: f.write(b"whole")).read_bytes()
    b'whole'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(beside, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    return path
