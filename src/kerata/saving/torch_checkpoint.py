"""PyTorch's checkpoints, read without PyTorch: dictionaries and tensors, and nothing is run.

Two layouts are known: a zip archive with one pickle and a file for each storage (PyTorch 1.6 and
later), and a file of pickles one after the other, followed by the storages (before).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from kerata.base.messages import printable
from kerata.saving import archive
from kerata.saving.torch_pickle import Storage, Tensor, read_pickle
from kerata.utils.plain_files import open_plain

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_DEEPEST = 100


def read_checkpoint(path: str | Path) -> Any:
    """Read what ``torch.save`` has written of dictionaries, lists, numbers and tensors.

    Nothing from the file is imported or executed; a name in it that is no tensor's or
    dictionary's is refused.

    Arguments:
        path: of the checkpoint.

    Returns:
        The same, with read-only NumPy arrays in the places of tensors.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no checkpoint, damage, or anything else than tensors and dictionaries.
    """
    with open_plain(path) as file:
        try:
            begins = file.read(4)
            file.seek(0)
            if begins == b"PK\x03\x04":
                return _from_zip(file)
            # In memory, where a length that lies asks for no more than there is.
            return _from_stream(io.BytesIO(file.read()))
        except (ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
            raise ValueError(
                printable(f"{path} can't be read as a checkpoint of PyTorch: {error}.")
            ) from None


def _from_zip(file: IO[bytes]) -> Any:
    with archive.entries(file) as entries, zipfile.ZipFile(file) as names:
        found = [n for n in names.namelist() if n.endswith("/data.pkl") and n.count("/") == 1]
        if len(found) != 1:
            raise ValueError("it has no entry data.pkl")
        root = found[0].removesuffix("data.pkl")
        order = f"{root}byteorder"
        if order in entries and entries.read(order) != b"little":
            raise ValueError("its numbers begin with the highest byte")
        stored: dict[str, bytes] = {}

        def numbers_of(storage: Storage) -> bytes:
            if storage.key not in stored:
                stored[storage.key] = entries.read(f"{root}data/{storage.key}")
            return stored[storage.key]

        return _with_arrays(read_pickle(io.BytesIO(entries.read(found[0]))), numbers_of)


def _from_stream(file: IO[bytes]) -> Any:
    if file.read(2) != b"\x80\x02":
        raise ValueError("it begins like none")
    file.seek(0)
    if read_pickle(file) != _MAGIC or read_pickle(file) != _PROTOCOL:
        raise ValueError("it begins like none")
    machine = read_pickle(file)
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise ValueError("its numbers begin with the highest byte")
    value, keys = read_pickle(file), read_pickle(file)
    needed = {storage.key: storage for storage in _storages(value)}
    stored: dict[str, bytes] = {}
    for key in keys if isinstance(keys, list) else ():
        if key not in needed:
            raise ValueError(f"its list of storages has {key!r}, which no tensor uses")
        count = int.from_bytes(file.read(8), "little")
        if count != needed[key].count:
            raise ValueError(f"the storage {key!r} has {count} numbers, not {needed[key].count}")
        stored[key] = file.read(count * needed[key].dtype.itemsize)
    return _with_arrays(value, lambda storage: stored.get(storage.key, b""))


def _storages(value: Any) -> list[Storage]:
    found: dict[str, Storage] = {}
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Tensor):
            found[current.storage.key] = current.storage
        elif id(current) not in seen:
            seen.add(id(current))
            if isinstance(current, dict):
                waiting += current.values()
            elif isinstance(current, list | tuple):
                waiting += current
    return list(found.values())


def _with_arrays(value: Any, numbers_of: Callable[[Storage], bytes]) -> Any:
    """Put arrays in the places of tensors; what occurs twice is made once."""
    made: dict[int, Any] = {}
    unfinished: set[int] = set()

    def turned(value: Any, depth: int = 0) -> Any:
        if id(value) in made:
            return made[id(value)]
        if id(value) in unfinished or depth > _DEEPEST:
            raise ValueError("its containers lie too deep, or in circles")
        unfinished.add(id(value))
        found: Any = value
        if isinstance(value, Tensor):
            found = _array(value, numbers_of(value.storage))
        elif isinstance(value, dict):
            found = {key: turned(inner, depth + 1) for key, inner in value.items()}
        elif isinstance(value, list | tuple):
            found = type(value)(turned(inner, depth + 1) for inner in value)
        elif not isinstance(value, str | int | float | None):
            raise ValueError(f"it holds a {type(value).__name__} outside of a tensor")
        unfinished.discard(id(value))
        made[id(value)] = found
        return found

    return turned(value)


def _array(tensor: Tensor, content: bytes) -> np.ndarray:
    """Look at a storage as a tensor does; nothing is copied, so that none grows."""
    storage = tensor.storage
    size = storage.dtype.itemsize
    if len(content) != storage.count * size:
        raise ValueError(
            f"the storage {storage.key!r} has {len(content)} bytes, not {storage.count * size}"
        )
    whole = np.frombuffer(content, storage.dtype)
    if 0 in tensor.shape:
        return np.empty(tensor.shape, storage.dtype)
    strides = [step * size for step in tensor.strides]
    found = np.lib.stride_tricks.as_strided(
        whole[tensor.offset :], tensor.shape, strides, writeable=False
    )
    return found
