"""Finding the publishers' files: in a folder of the user's, in the cache, else on the network."""

from __future__ import annotations

import os
from pathlib import Path

from kerata.base import caches
from kerata.utils.download import download_file


def cache_folder() -> Path:
    """Give the folder that downloaded files are kept in, ``datasets`` inside the cache.

    >>> cache_folder().name
    'datasets'
    """
    return caches.home() / "datasets"


def locate(name: str | Path) -> Path | None:
    """Look for a file without downloading it: in ``KERATA_DATA``, then in the cache.

    Arguments:
        name: file name, ``"mnist.npz"``; or the path of a file, which is taken as it is.

    Returns:
        Where the file is; None if it is in neither folder.

    >>> locate("no-such-file.npz") is None
    True
    """
    name = Path(name).expanduser()
    if name.is_absolute():
        return name if name.is_file() else None
    given = os.environ.get("KERATA_DATA")
    folders = [Path(given).expanduser()] if given else []
    for folder in [*folders, cache_folder()]:
        if (folder / name).is_file():
            return folder / name
    return None


def find(
    name: str | Path, url: str | None, sha256: str | None = None, size: int | None = None
) -> Path:
    """Find a file of a data set, downloading it into the cache if it is nowhere.

    A file that the user has put into ``KERATA_DATA`` is taken as it is; what is
    downloaded is checked and only then gets its name.

    Arguments:
        name: file name, or the path of a file of one's own.
        url: where the publisher has it; None if it can only be had by hand.
        sha256: hexadecimal SHA-256 of the published file, if known.
        size: its length in bytes, if known.

    Raises:
        FileNotFoundError: a path of one's own, or a file without address, isn't there.
        ConnectionError: it isn't here and can't be downloaded.
        ValueError: what came is not the published file.

    >>> import tempfile
    >>> own = Path(tempfile.mkdtemp()) / "own.npz"
    >>> _ = own.write_bytes(b"...")
    >>> find(own, None) == own
    True
    """
    found = locate(name)
    if found is not None:
        return found
    if Path(name).expanduser().is_absolute():
        raise FileNotFoundError(f"There is no file {name}.")
    target = cache_folder() / name
    if url is None:
        raise FileNotFoundError(
            f"{name} is neither in the folder that KERATA_DATA names nor in {target.parent}."
        )
    return download(url, target, sha256, size)


def download(url: str, target: Path, sha256: str | None = None, size: int | None = None) -> Path:
    """Download a file of a data set; see ``utils.download``.

    Arguments:
        url: where it is.
        target: the file to write; its folder is made.
        sha256: hexadecimal SHA-256 that it must have, if known.
        size: length in bytes that it must have, if known.

    Raises:
        ConnectionError: no network, or the transfer broke off.
        ValueError: the file has another size or SHA-256 than the published one.
    """
    advice = (
        "try again later, or put a copy of the published file into a folder and name that in "
        "KERATA_DATA."
    )
    return download_file(url, target, "sha256", sha256, size, advice)
