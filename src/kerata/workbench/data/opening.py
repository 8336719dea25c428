"""Opening files: kind by the first bytes, decompression while reading, fingerprints."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from kerata.utils.files import failed_outside

_PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
_KINDS = {b"PAR1": "parquet", b"ARROW1": "feather", b"SQLite format 3\0": "sqlite"}
_UNREAD = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\x1f\x9d": "compress",
}
_ENDINGS = {
    ".parquet": "parquet",
    ".feather": "feather",
    ".arrow": "feather",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".npz": "npz",
}
IMAGE_ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"),
)
TEXT_ENDINGS = (".txt", ".md", ".rst", ".html", ".htm", ".eml", ".tex")


def file_kind(path: Path) -> str:
    """Say what a file is by its first bytes, else by its name.

    Returns:
        ``'parquet'``, ``'feather'``, ``'sqlite'``, ``'excel'``, ``'npz'``, ``'json'``,
        ``'image'`` or ``'delimited'``.

    Raises:
        ValueError: it is empty, or an archive of something else.
    """
    with open(path, "rb") as file:
        head = file.read(16)
    if not head:
        raise ValueError(f"{path} is empty.")
    ending = path.suffix.lower()
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    for magic, name in _UNREAD.items():
        if head.startswith(magic):
            raise ValueError(
                f"{path} is packed with {name}, which is not read here: unpack it first."
            )
    with unpacking(path), _unpacked(path) as file:
        if file.read(512)[257:262] == b"ustar":
            raise ValueError(f"{path} is an archive of tar: unpack it and name a file or folder.")
    if head.startswith(b"PK\x03\x04") and ending not in (".npz", ".xlsx", ".xlsm"):
        return _kind_of_zip(path)
    if ending in IMAGE_ENDINGS:
        return "image"
    return _ENDINGS.get(Path(_inner_name(path)).suffix.lower(), "delimited")


def _inner_name(path: Path) -> str:
    packed = path.suffix.lower() in (".gz", ".bz2", ".xz")
    return path.stem if packed else path.name


def _kind_of_zip(path: Path) -> str:
    name = _only_member(path)
    if name == "xl/workbook.xml":
        return "excel"
    if name.endswith(".npy"):
        return "npz"
    return _ENDINGS.get(Path(name).suffix.lower(), "delimited")


def _only_member(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [item.filename for item in archive.infolist() if not item.is_dir()]
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is damaged or cut short: {error}.") from None
    if "xl/workbook.xml" in names:
        return "xl/workbook.xml"
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if len(names) == 1 or (names and all(name.endswith(".npy") for name in names)):
        return names[0]
    raise ValueError(
        f"{path} is an archive of {len(names):,} files: unpack it and name a file, or a folder "
        "with one subfolder for each class."
    )


def open_packed(path: Path) -> IO[bytes]:
    """Open a file for reading bytes, unpacking ``.gz``, ``.bz2``, ``.xz`` and ``.zip``."""
    with open(path, "rb") as file:
        head = file.read(6)
    if head.startswith(b"PK\x03\x04"):
        return zipfile.ZipFile(path).open(_only_member(path))
    return _unpacked(path)


def _unpacked(path: Path) -> IO[bytes]:
    with open(path, "rb") as file:
        head = file.read(6)
    for magic, opener in _PACKED.items():
        if head.startswith(magic):
            return opener(path, "rb")
    return open(path, "rb")


@contextlib.contextmanager
def unpacking(path: Path) -> Iterator[None]:
    """Turn what a damaged archive raises into one sentence; a disk that fails is no damage."""
    try:
        yield
    except (EOFError, OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        if failed_outside(error):
            raise
        raise ValueError(f"{path} is damaged or cut short: {error}.") from error


def fingerprint(paths: Iterable[tuple[str, Path]], *extra: Any) -> str:
    """Give the SHA-256 of files' names and contents, and of what else decides what is read.

    Arguments:
        paths: what a file is called in it, and where it is.
        extra: as the table of a database.
    """
    digest = hashlib.sha256()
    for name, path in paths:
        digest.update(name.encode())
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    for item in extra:
        digest.update(repr(item).encode())
    return digest.hexdigest()
