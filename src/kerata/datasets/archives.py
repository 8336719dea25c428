"""Reading publishers' archives: nothing is unpacked to disk, no foreign code is run."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from kerata.utils.files import failed_outside

# Ten times the largest that Keras distributes.
_LARGEST_ARRAY = 1 << 30


@contextlib.contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a damaged file raises into one sentence.

    >>> with reading(Path("mnist.npz"), "the images of MNIST"):
    ...     raise EOFError
    Traceback (most recent call last):
    ValueError: mnist.npz does not hold the images of MNIST: it is damaged, cut short or ...
    """
    try:
        yield
    except Exception as error:
        # Parsers of foreign bytes raise nearly everything; a disk that fails is no damage.
        if failed_outside(error):
            raise
        message = " ".join(str(error).split())[:200]
        detail = f" ({message})" if message else ""
        raise ValueError(
            f"{path} does not hold {what}: it is damaged, cut short or another file; "
            f"remove it and fetch it again{detail}."
        ) from error


def members(path: Path, *, limit: int = 1 << 28) -> Iterator[tuple[str, bytes]]:
    """Give name and content of each regular file in a ``.tar.gz`` or ``.tar.xz`` archive in turn.

    Arguments:
        path: the archive.
        limit: largest member in bytes that is read.

    Raises:
        ValueError: a member is larger than that.
    """
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            if not member.isfile():
                continue
            if member.size > limit:
                raise ValueError(f"{member.name} has {member.size:,} bytes")
            file = archive.extractfile(member)
            if file is not None:
                yield member.name, file.read()


def read_idx(path: Path) -> np.ndarray:
    """Read an array of bytes in MNIST's own format, ``*-ubyte`` or ``*-ubyte.gz``.

    Raises:
        ValueError: it isn't one, or has more or fewer bytes than it says.

    Source: LeCun, Cortes and Burges, the MNIST database, "file formats".
    """
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if raw[:3] != b"\0\0\x08":
        raise ValueError("no IDX file of bytes")
    start = 4 + 4 * raw[3]
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4)
    return np.frombuffer(raw, "uint8", offset=start).reshape(shape).copy()


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read a ``.npz`` file; arrays of lists of integers are read without pickle's powers.

    Raises:
        ValueError: it holds other objects than lists of numbers.
    """
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.file_size > _LARGEST_ARRAY:
                raise ValueError(f"{member.filename} has {member.file_size:,} bytes")
            with archive.open(member) as file:
                name = member.filename.removesuffix(".npy")
                arrays[name] = _read_npy(io.BytesIO(file.read()))
    return arrays


def _read_npy(file: IO[bytes]) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    if not dtype.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    items = _ListsUnpickler(file, encoding="latin1").load()
    if not isinstance(items, _Stored) or not isinstance(items.items, list):
        raise ValueError("an array of objects without its list")
    array = np.empty(len(items.items), dtype=object)
    array[:] = items.items
    return array.reshape(shape)


def read_word_index(path: Path) -> dict[str, int]:
    """Read Keras's ``*_word_index.json``, an object from word to rank.

    Raises:
        ValueError: it is damaged.
    """
    with reading(path, "an object from word to rank"):
        index = json.loads(path.read_bytes())
        if not isinstance(index, dict) or not all(type(rank) is int for rank in index.values()):
            raise ValueError("no object from word to whole number")
    return index


class _Stored:
    """What a pickled array or dtype says about itself, kept as plain data."""

    items: Any = None

    def __init__(self, *arguments: Any) -> None:
        """Take what a dtype is made from, and do nothing with it."""

    def __setstate__(self, state: Any) -> None:
        """Keep the list, which is the last piece of an array's state."""
        self.items = state[-1]


class _ListsUnpickler(pickle.Unpickler):
    """Reads lists of numbers inside an array of objects; names nothing but NumPy's shell."""

    def find_class(self, module: str, name: str) -> Any:
        """Give stand-ins for the three names that such an array needs."""
        if name in ("ndarray", "dtype", "_reconstruct") and module.split(".")[0] == "numpy":
            return _Stored
        raise pickle.UnpicklingError(f"it names {module}.{name}")
