"""Writing files so that a crash leaves the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

# Names of what is not whole yet: of whom it is shows whether anybody still works on it.
_OWNER = f"{''.join(c if c.isalnum() else '-' for c in socket.gethostname())}~{{}}"
_OF_THE_DISK = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EFBIG", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM")
    if hasattr(errno, name)
)
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # sys/stdio.h of macOS


def write_beside(path: str | Path, write: Callable[[IO[bytes]], Any]) -> Path:
    """Write a file beside its place and rename it there when it is whole.

    Arguments:
        path: where the file shall be; its folder is made if it is missing. A symbolic link
            stays one: the file that it leads to is written.
        write: gets the open binary file.

    Raises:
        OSError: the folder can't be written, the disk is full; the old file stays as it was.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_beside(folder / "a.txt", lambda f: f.write(b"whole")).read_bytes()
    b'whole'
    """
    asked = Path(path)
    path = Path(os.path.realpath(asked)) if asked.is_symlink() else asked
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = unfinished(path)
    try:
        with open(beside, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        # An error without a number has its own words, and says nothing about this file.
        if isinstance(error, OSError) and error.errno is not None:
            error.filename = error.filename or str(asked)
            if error.filename == str(beside):
                error.filename = str(asked)
        raise
    return asked


def unfinished(path: Path) -> Path:
    """Give a name beside a path for what shall take its place when it is whole.

    What processes of this machine left behind in that folder when they died is tidied up.
    """
    tidy_up(path.parent)
    return _hidden(path, ".part")


def tidy_up(folder: str | Path) -> None:
    """Delete what dead processes left half written; put back what they had moved aside."""
    try:
        names = [name for name in os.listdir(folder) if name.startswith(".")]
    except OSError:
        return
    for name in names:
        left = Path(folder) / name
        stem, _, _ = left.stem.rpartition(".")
        asked, _, owner = stem.rpartition(".")
        if left.suffix not in (".part", ".old") or not _is_dead(owner):
            continue
        place = left.with_name(asked.removeprefix("."))
        with contextlib.suppress(OSError):
            if left.suffix == ".old" and not place.exists():
                os.rename(left, place)
            elif left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


def _hidden(path: Path, suffix: str) -> Path:
    # The whole name may be as long as file systems allow.
    asked = path.name if suffix == ".old" else path.name[:100]
    owner = _OWNER.format(os.getpid())
    return path.with_name(f".{asked}.{owner}.{secrets.token_hex(4)}{suffix}")


def _is_dead(owner: str) -> bool:
    """Say whether a process of this machine is gone; of others it is unknown."""
    machine, _, number = owner.rpartition("~")
    if _OWNER.format(number) != f"{machine}~{number}" or not number.isdigit():
        return False
    if os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def check_writable(folder: str | Path) -> None:
    """Make a folder if it is missing, and try to write there.

    Raises:
        OSError: it can't be made or written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    probe = unfinished(folder / "probe")
    try:
        # On a full disk an empty file can still be made.
        with open(probe, "wb") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        error.filename = str(folder)
        raise
    finally:
        probe.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two paths change places in one step; False where the system has no such call."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, _RENAME_SWAP)  # type: ignore[union-attr] # posix
    elif sys.platform == "linux" and hasattr(library, "renameat2"):
        here = -100  # AT_FDCWD: relative paths count from the current folder
        failed = library.renameat2(here, names[0], here, names[1], _RENAME_EXCHANGE)  # type: ignore[union-attr] # posix
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def put_file(whole: Path, place: Path) -> None:
    """Rename a finished file to its place.

    Raises:
        FileExistsError: something is there already.
    """
    try:
        os.link(whole, place)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links; what came there meanwhile is kept nevertheless.
        with open(place, "xb") as file:
            file.write(whole.read_bytes())
    whole.unlink()


def put_folder(whole: Path, place: Path) -> None:
    """Rename a finished folder to its place.

    Raises:
        FileExistsError: something is there already.
    """
    try:
        os.rename(whole, place)
    except OSError as error:
        # Systems name it in several ways; an empty folder is simply replaced.
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise FileExistsError(errno.EEXIST, "is there already", str(place)) from None
        raise


def replace_folder(whole: Path, place: Path) -> None:
    """Put a finished folder in the place of another, which is deleted; one is always there.

    Where the system can't exchange two names in one step, the old folder is away for the
    moment between two renames; if the process dies there, ``tidy_up`` puts it back.
    """
    if not place.exists():
        put_folder(whole, place)
        return
    if exchange(whole, place):
        shutil.rmtree(whole, ignore_errors=True)
        return
    old = _hidden(place, ".old")
    os.rename(place, old)
    try:
        os.rename(whole, place)
    except BaseException:
        os.rename(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def disk_failed(error: BaseException) -> bool:
    """Say whether the disk is full or fails, or the system has no more files or memory to give.

    >>> disk_failed(OSError(errno.ENOSPC, "full")), disk_failed(OSError(errno.EINVAL, "seek"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno in _OF_THE_DISK


def failed_outside(error: BaseException) -> bool:
    """Say whether reading failed for the disk or the system, and not for what the file holds.

    Damaged archives send the reader to places before the file's beginning, which the system
    calls an invalid argument.

    >>> failed_outside(OSError(errno.EIO, "disk")), failed_outside(OSError(errno.EINVAL, "seek"))
    (True, False)
    """
    message = error.errno if isinstance(error, OSError) else None
    return message is not None and message != errno.EINVAL
