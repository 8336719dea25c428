"""Files of a program's own from the network, kept in the cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kerata.base import caches
from kerata.base.console import show
from kerata.base.messages import warn
from kerata.utils.download import digest_of, download_file
from kerata.utils.extraction import extract_archive

_SCHEMES = ("http", "https", "ftp", "file")


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """Download a file unless it is in the cache already.

    A file is written beside its place, checked, and renamed when it is whole; an archive is
    unpacked in the same way. A file of that name in the folder that ``KERATA_DATA`` names is
    taken without asking the network.

    Arguments:
        fname: name of the file; by default that at the end of ``origin``. For an archive that is
            extracted, a name without a dot is that of the folder.
        origin: address, of ``http``, ``https``, ``ftp`` or ``file``.
        untar: bool, older way of saying ``extract=True, archive_format='tar'``.
        md5_hash: older way of giving an MD5 ``file_hash``.
        file_hash: hexadecimal digest that the file must have; None checks nothing.
        cache_subdir: folder inside the cache; an absolute path is taken as it is.
        hash_algorithm: ``'md5'``, ``'sha256'`` or ``'auto'``, which follows from the length.
        extract: bool, whether to unpack the archive.
        archive_format: ``'tar'`` (compressed or not), ``'zip'``, a list of them, ``'auto'``
            for both, None for neither.
        cache_dir: the cache; Kerata's own by default (``KERATA_HOME``).
        force_download: bool, whether to download in any case.

    Returns:
        Path of the file, or of the folder that it was unpacked into.

    Raises:
        ValueError: arguments that make no sense; a file with another digest; an archive with
            members outside its folder, or one that is damaged or too large.
        ConnectionError: it can't be downloaded.

    >>> import tempfile
    >>> source = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = source.write_text("hello")
    >>> found = get_file(origin=source.as_uri(), cache_dir=tempfile.mkdtemp())
    Downloading data from file:///...
    >>> Path(found).name, Path(found).read_text()
    ('a.txt', 'hello')
    """
    if origin is None:
        raise ValueError("get_file needs origin=, the address of the file.")
    if urlsplit(origin).scheme not in _SCHEMES:
        raise ValueError(
            f"get_file: origin must be an address of {', '.join(_SCHEMES)}, got {origin!r}."
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    algorithm = _algorithm(hash_algorithm, file_hash)
    formats = _formats("tar" if untar else archive_format)
    name = _name(fname, origin)
    folder = (caches.home() if cache_dir is None else Path(cache_dir).expanduser()) / cache_subdir
    unpacks = extract or untar
    target = unpacked = folder / name
    if unpacks:
        stem, dot, _ = name.partition(".")
        if fname and dot:
            unpacked = folder / f"{stem}_extracted"
        else:
            target = folder / f"{name}_archive"
    found = None if force_download else _there(name, target, algorithm, file_hash)
    fresh = found is None
    if found is None:
        show(f"Downloading data from {origin}")
        found = download_file(
            origin, target, algorithm, file_hash, advice="check file_hash= and origin=."
        )
    if not unpacks:
        return str(found)
    if (fresh or not _has_members(unpacked)) and not extract_archive(found, unpacked, formats):
        warn(f"get_file: {found} is no archive of the format {archive_format!r}.", stacklevel=2)
    return str(unpacked)


def _there(name: str, target: Path, algorithm: str, expected: str | None) -> Path | None:
    """Give the file that is here already, if it is the right one."""
    given = os.environ.get("KERATA_DATA")
    if given and (Path(given).expanduser() / name).is_file():
        target = Path(given).expanduser() / name
    if not target.is_file():
        return None
    if expected is not None and digest_of(target, algorithm) != expected:
        show(f"{target} is not the file that file_hash= describes, so it is downloaded again.")
        return None
    return target


def _has_members(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _name(fname: Any, origin: str) -> str:
    name = os.fspath(fname) if fname else unquote(urlsplit(origin).path.rpartition("/")[2])
    if not name:
        raise ValueError(f"get_file: {origin!r} ends in no file name; give fname=.")
    separators = {"/", os.sep, os.altsep} - {None}
    if any(str(s) in name for s in separators) or name in (".", ".."):
        raise ValueError(
            f"get_file: fname must be a name without folders, got {name!r}; cache_dir= and "
            "cache_subdir= say where the file goes."
        )
    return name


def _algorithm(given: str, expected: str | None) -> str:
    if given not in ("md5", "sha256", "auto"):
        raise ValueError(f"hash_algorithm must be 'md5', 'sha256' or 'auto', got {given!r}.")
    if expected is not None and not isinstance(expected, str):
        raise ValueError(f"file_hash must be hexadecimal digits as a string, got {expected!r}.")
    if given != "auto":
        return given
    return "sha256" if expected is not None and len(expected) == 64 else "md5"


def _formats(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    names = ("tar", "zip") if given == "auto" else (given,) if isinstance(given, str) else given
    for name in names:
        if name not in ("tar", "zip"):
            raise ValueError(
                f"archive_format must be 'auto', 'tar', 'zip' or a list of them, got {given!r}."
            )
    return tuple(names)
