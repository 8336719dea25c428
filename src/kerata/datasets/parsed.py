"""Keeping what was parsed from a large file, so that the second load takes a moment."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kerata.datasets.fetch import cache_folder
from kerata.utils.files import write_beside

Parsed = dict[str, np.ndarray]

# Raised when what is kept has another layout than this version writes.
FORMAT = 1


def remember(name: str, source: Path, parse: Callable[[Path], Parsed]) -> Parsed:
    """Parse a file, or give what was parsed from it before.

    What is kept belongs to the file's size and time of change and to this format; any
    other is parsed again. A cache that can't be read or written is passed over.

    Arguments:
        name: under which it is kept.
        source: the publisher's file.
        parse: reads the file into arrays of numbers; objects are not kept.

    >>> import tempfile
    >>> source = Path(tempfile.mkdtemp()) / "rows"
    >>> _ = source.write_bytes(bytes([1, 2, 3]))
    >>> rows = remember("doctest", source, lambda path: {"x": np.fromfile(path, "uint8")})
    >>> rows["x"]
    array([1, 2, 3], dtype=uint8)
    """
    facts = source.stat()
    key = np.array([FORMAT, facts.st_size, facts.st_mtime_ns], dtype="int64")
    kept = cache_folder() / "parsed" / f"{name}.npz"
    found = _read(kept, key)
    if found is not None:
        return found
    parsed = parse(source)
    arrays: dict[str, Any] = {"key": key, **parsed}
    with contextlib.suppress(OSError):
        write_beside(kept, lambda file: np.savez(file, **arrays))
    return parsed


def _read(kept: Path, key: np.ndarray) -> Parsed | None:
    try:
        with np.load(kept, allow_pickle=False) as file:
            if not np.array_equal(file["key"], key):
                return None
            return {name: file[name] for name in file.files if name != "key"}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
