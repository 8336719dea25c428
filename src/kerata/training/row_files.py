"""Rows read from where they lie: memory-mapped files, HDF5 and zarr arrays, large arrays."""

from __future__ import annotations

import contextlib
import mmap
import os
import weakref
from typing import Any, Protocol

import jax
import numpy as np

from kerata.training.interop import is_file_array


class RowSource(Protocol):
    """Something whose rows can be copied out from one number to another."""

    shape: tuple[int, ...]
    dtype: np.dtype

    def read(self, start: int, stop: int, out: np.ndarray) -> None:
        """Copy rows from start to stop (exclusive) into an array of their type."""

    def forget(self) -> None:
        """Free memory that reading has taken."""


class FileRows:
    """Rows that lie one after the other in a file, read without touching a mapping of it.

    Pages of a mapping that were looked at count as memory of this process; what is read
    into an array of one's own does not.
    """

    def __init__(self, path: str, offset: int, array: np.ndarray) -> None:
        self.shape, self.dtype = array.shape, array.dtype
        self._row = array.dtype.itemsize * int(np.prod(array.shape[1:]))
        self._path, self._offset = path, offset
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def read(self, start: int, stop: int, out: np.ndarray) -> None:
        """Copy rows into an array of their type and shape."""
        left = out.reshape(-1).view(np.uint8).data
        place = self._offset + start * self._row
        while left:
            done = os.preadv(self._file, [left], place)
            if not done:
                raise OSError(f"{self._path} ends before row {stop}: has it become shorter?")
            left, place = left[done:], place + done

    def forget(self) -> None:
        """Do nothing: nothing is kept."""


class SlicedRows:
    """Rows of anything that gives them as slices."""

    def __init__(self, array: Any, mapping: mmap.mmap | None = None) -> None:
        self.shape, self.dtype = tuple(array.shape), np.dtype(array.dtype)
        self._array, self._mapping = array, mapping

    def read(self, start: int, stop: int, out: np.ndarray) -> None:
        """Copy rows into an array of their type and shape."""
        out[...] = self._array[start:stop]

    def forget(self) -> None:
        """Give pages of a mapping back; they are read again when they are needed."""
        if self._mapping is not None:
            self._mapping.madvise(mmap.MADV_DONTNEED)


def row_source(array: Any) -> RowSource:
    """Find the way to read an array's rows that takes least memory."""
    root, mapping = _mapped(array)
    if mapping is None:
        return SlicedRows(array)
    shared = isinstance(root, np.memmap) and root.mode != "c"
    if shared and root.filename is not None and array.flags.c_contiguous:
        # A view of a mapping keeps its offset, so its place follows from the addresses.
        offset = root.offset + array.ctypes.data - root.ctypes.data
        with contextlib.suppress(OSError, TypeError, AttributeError):
            source = FileRows(root.filename, offset, array)
            if _same_rows(source, array):
                return source
    # Changes of a copy-on-write mapping are in its pages alone, so these are kept.
    return SlicedRows(array, mapping if shared and hasattr(mapping, "madvise") else None)


def _mapped(array: Any) -> tuple[Any, mmap.mmap | None]:
    """Give the array that a mapping was opened as, and the mapping, if there is one."""
    while isinstance(array, np.ndarray):
        if isinstance(array.base, mmap.mmap):
            return array, array.base
        array = array.base
    return None, None


def _same_rows(source: FileRows, array: np.ndarray) -> bool:
    """Say whether the file of that name is still the one that is mapped."""
    for row in (0, len(array) // 2, len(array) - 1):
        found = np.empty((1, *array.shape[1:]), array.dtype)
        source.read(row, row + 1, found)
        if found.tobytes() != array[row : row + 1].tobytes():
            return False
    return True


def is_stored(value: Any) -> bool:
    """Say whether rows should be read as they are needed instead of all at once."""
    if is_file_array(value) or _mapped(value)[1] is not None:
        return True
    return isinstance(value, np.ndarray) and value.nbytes > _device_share()


def _device_share() -> float:
    """Give the bytes that data may take on an accelerator; the CPU has them already."""
    if jax.default_backend() == "cpu":
        return float("inf")
    stats = jax.local_devices()[0].memory_stats() or {}
    return stats.get("bytes_limit", float("inf")) / 2
