"""HDF5 files read with care: nothing outside the file, nothing larger than what is expected."""

from __future__ import annotations

import contextlib
import io
import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import numpy as np

from kerata.saving.hdf5_probe import try_reading

# A header of HDF5 holds no more than this many bytes of one attribute.
_HEADER_LIMIT = 64512
# Reading a part of a data set unpacks a whole chunk.
_CHUNK_LIMIT = 1 << 26
# Names of a model's layers and weights are shorter than this together.
_LARGEST_ATTRIBUTE = 1 << 26
# Files of this many bytes are put together in memory, larger ones on the disk.
_IN_MEMORY = 1 << 28


def write_file(file: IO[bytes], folder: str, fill: Callable[[Any], Any]) -> None:
    """Write a whole HDF5 file into an open file that may only take bytes one after another.

    Arguments:
        file: where to.
        folder: where a temporary file can be, for large ones.
        fill: gets the open HDF5 file.
    """
    import h5py

    # HDF5 jumps back and forth, and does not survive a disk that is full half-way.
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=folder) as spool:
        with h5py.File(spool, "w") as f:
            fill(f)
        spool.seek(0)
        shutil.copyfileobj(spool, file, 1 << 20)


@contextlib.contextmanager
def reading(file: IO[bytes], own: bool) -> Iterator[Any]:
    """Open an HDF5 file for reading.

    Arguments:
        file: open file, or one in memory.
        own: whether this process wrote it; others are first read by a child process.

    Raises:
        ValueError: reading it comes to no end, or breaks a process.
    """
    import h5py

    if not own:
        with contextlib.ExitStack() as stack:
            proof = file
            if isinstance(file, io.BytesIO):
                proof = stack.enter_context(tempfile.NamedTemporaryFile(prefix="kerata-"))
                proof.write(file.getbuffer())
                proof.flush()
            try_reading(proof)
    with h5py.File(file, "r") as f:
        yield f


def child(group: Any, path: str) -> Any:
    """Give the group or data set at a path, or None if there is none.

    Raises:
        ValueError: a link on the way that leads elsewhere.
    """
    import h5py

    for part in path.split("/") if path else ():
        if not isinstance(group, h5py.Group):
            return None
        link = group.get(part, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{group.name}/{part} is a link to another place, which is refused")
        group = group[part]
    return group


def read(group: Any, path: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Read a data set of numbers.

    Arguments:
        group: where the path starts.
        path: names of groups and the data set, with slashes between.
        shape: the expected shape; any shape that the file really fills if left out.

    Raises:
        ValueError: no data set, another shape, data outside the file, or no numbers.
    """
    import h5py

    found = child(group, path)
    where = f"{group.name}/{path}"
    if not isinstance(found, h5py.Dataset):
        raise ValueError(f"{where} is missing")
    if found.external or found.is_virtual:
        raise ValueError(f"{where} keeps its data in another file, which is refused")
    kind = found.dtype
    short = kind.kind == "V" and kind.itemsize == 2
    if kind.kind not in "biufc" and not short:
        raise ValueError(f"{where} holds no numbers but {kind}")
    if found.shape is None or (shape is not None and tuple(found.shape) != tuple(shape)):
        raise ValueError(f"{where} has shape {found.shape}, expected {shape}")
    size = math.prod(found.shape) * kind.itemsize
    chunk = math.prod(found.chunks or ()) * kind.itemsize
    if shape is None and size > 1000 * found.id.get_storage_size() + _CHUNK_LIMIT:
        raise ValueError(f"{where} claims {size} bytes, far more than the file holds")
    if chunk > 2 * size + _CHUNK_LIMIT:
        raise ValueError(f"{where} is packed in pieces of {chunk} bytes, which is refused")
    array = np.asarray(found[()])
    if short or _says_bfloat16(found):
        import ml_dtypes

        array = array.view(ml_dtypes.bfloat16) if short else array.astype(ml_dtypes.bfloat16)
    return array


def _says_bfloat16(dataset: Any) -> bool:
    return "dtype" in dataset.attrs and attribute(dataset, "dtype") in ("bfloat16", b"bfloat16")


def write(group: Any, name: str, value: Any) -> None:
    """Write an array as a data set."""
    array = np.asarray(value)
    dataset = group.create_dataset(name, data=array)
    if array.dtype.name == "bfloat16":
        dataset.attrs["dtype"] = "bfloat16"


def read_names(group: Any, name: str) -> list[str]:
    """Read an attribute that lists names; long lists are spread over name0, name1, ..."""
    if name in group.attrs:
        parts = [attribute(group, name)]
    else:
        parts = []
        while f"{name}{len(parts)}" in group.attrs:
            parts.append(attribute(group, f"{name}{len(parts)}"))
    return [text(x) for part in parts for x in np.ravel(part)]


def attribute(group: Any, name: str) -> Any:
    """Read an attribute, unless it claims to be larger than any that is written.

    Raises:
        ValueError: it does.
    """
    found = group.attrs.get_id(name)
    size = math.prod(found.shape or ()) * found.dtype.itemsize
    if size > _LARGEST_ATTRIBUTE:
        raise ValueError(f"the attribute {name!r} of {group.name} claims {size} bytes")
    return group.attrs[name]


def write_names(group: Any, name: str, names: Iterable[str]) -> None:
    """Write a list of names as an attribute."""
    array = np.asarray([n.encode() for n in names])
    pieces = 1 + array.nbytes // _HEADER_LIMIT
    if pieces == 1:
        group.attrs[name] = array
        return
    # One name at most sticks out of a piece, so twice as many pieces are always enough.
    for i, piece in enumerate(np.array_split(array, 2 * pieces)):
        group.attrs[f"{name}{i}"] = piece


def text(value: Any) -> str:
    """Turn an attribute into text.

    Raises:
        ValueError: something that is no text.
    """
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return str(value)
    raise ValueError(f"expected text in an attribute, got {type(value).__name__}")
