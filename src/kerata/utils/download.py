"""Downloading a file: checked while it comes, there whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from kerata.utils.files import write_beside

_CHUNK = 1 << 18
_NAMES = {"sha256": "SHA-256", "md5": "MD5"}


def download_file(
    url: str,
    target: Path,
    algorithm: str = "sha256",
    expected: str | None = None,
    size: int | None = None,
    advice: str = "try again later.",
) -> Path:
    """Download a file, with a progress bar on a terminal.

    Arguments:
        url: where it is, an address of ``http``, ``https``, ``ftp`` or ``file``.
        target: the file to write; its folder is made.
        algorithm: ``'sha256'`` or ``'md5'``.
        expected: hexadecimal digest that it must have, if known.
        size: length in bytes that it must have, if known.
        advice: what to do if another file comes.

    Raises:
        ConnectionError: no network, or the transfer broke off.
        ValueError: the file has another size or digest than expected.
    """
    from urllib.request import urlopen

    def fetch(file: IO[bytes]) -> None:
        digest, received = hashlib.new(algorithm, usedforsecurity=False), 0
        with _reaching(url, target):
            answer = urlopen(url, timeout=30)
        with answer:
            promised = int(answer.headers.get("Content-Length") or 0)
            with _progress(target.name, promised or size) as advance:
                while True:
                    with _reaching(url, target):
                        chunk = answer.read(_CHUNK)
                    if not chunk:
                        break
                    file.write(chunk)
                    digest.update(chunk)
                    received += len(chunk)
                    advance(len(chunk))
        if received < promised:
            raise _unreachable(url, target, f"it broke off after {received:,} bytes")
        _check(url, received, size, "bytes", advice)
        _check(url, digest.hexdigest(), expected, f"as {_NAMES[algorithm]}", advice)

    return write_beside(target, fetch)


def digest_of(path: Path, algorithm: str) -> str:
    """Give the hexadecimal digest of a file.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a"
    >>> _ = path.write_bytes(b"")
    >>> digest_of(path, "md5")
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _check(url: str, got: int | str, expected: int | str | None, what: str, advice: str) -> None:
    if expected is not None and got != expected:
        raise ValueError(
            f"{url} is not the published file: it has {got} {what} instead of {expected}; {advice}"
        )


def _unreachable(url: str, target: Path, reason: object) -> ConnectionError:
    return ConnectionError(
        f"{target.name} could not be downloaded ({reason}): "
        f"fetch {url} by hand and put it into the folder {target.parent}."
    )


@contextlib.contextmanager
def _reaching(url: str, target: Path) -> Iterator[None]:
    """Report a network failure in one sentence; a full disk is another error."""
    from http.client import HTTPException

    try:
        yield
    except (OSError, HTTPException) as error:
        raise _unreachable(url, target, getattr(error, "reason", error)) from error


@contextlib.contextmanager
def _progress(name: str, total: int | None) -> Iterator[Callable[[int], Any]]:
    """Show a bar on standard error if that is a terminal; give what moves it."""
    from kerata.utils.terminal import Terminal

    console = Terminal(stderr=True)
    if not console.is_terminal:
        yield lambda count: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task(name, total=total)
        yield lambda count: bar.advance(task, count)
