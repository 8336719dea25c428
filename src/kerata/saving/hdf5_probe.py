"""HDF5 files of unknown origin are first read by a child process, which may hang or crash.

A damaged header can make libhdf5 loop for ever or break a process, and Ctrl-C is not heard
inside it. So a child reads everything that the reader would look at, under a limit of time
and memory; only a file that it came through is opened here. Files that this process wrote
need no such proof.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

# Seconds that any file gets, and bytes that are read in each further one, on a busy machine.
_PATIENCE = 20
_SPEED = 10_000_000
# Bytes that reading may take beyond what the file holds.
_MEMORY = 1 << 31
_LARGEST_PIECES = 1 << 26

_CHILD = """
import sys, json
sys.path[:], most, pieces = json.loads(sys.argv[1])
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass
import contextlib, h5py, math
# This is about files that hang or crash a process. Whatever else is wrong with one, of any class
# that h5py raises for damage, is met again by the reader, who has the words for it.
left_to_the_reader = contextlib.suppress(Exception)
def attributes(thing):
    for name in thing.attrs:
        with left_to_the_reader:
            thing.attrs[name]
def look(group, seen):
    attributes(group)
    for name in group:
        with left_to_the_reader:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            thing = group[name]
            number = h5py.h5o.get_info(thing.id).addr
            if number in seen:
                continue
            seen.add(number)
            if isinstance(thing, h5py.Group):
                look(thing, seen)
                continue
            attributes(thing)
            # Rows that lie in one piece are copied, nothing is searched for.
            size = math.prod(thing.shape) * thing.dtype.itemsize
            if thing.chunks and not thing.external and not thing.is_virtual and size < pieces:
                thing[()]
with left_to_the_reader, h5py.File(sys.argv[2], "r") as file:
    look(file, set())
"""

_own: set[tuple[int, int, int, int]] = set()


def remember(path: Path) -> None:
    """Note that this process has just written a file."""
    _own.add(_identity(os.stat(path)))


def is_own(file: IO[bytes]) -> bool:
    """Say whether an open file is one that this process wrote, and unchanged since."""
    return _identity(os.fstat(file.fileno())) in _own


def try_reading(file: IO[bytes]) -> None:
    """Let a child read an open HDF5 file before this process does.

    Raises:
        ValueError: the child did not come to an end, or broke.
    """
    if not sys.executable:
        return
    size = os.fstat(file.fileno()).st_size
    # Never the current folder, where a stranger's file may be called h5py.py.
    places = [place for place in sys.path if os.path.isabs(place)]
    limits = json.dumps([places, _MEMORY + 2 * size, _LARGEST_PIECES])
    words = [sys.executable, "-I", "-S", "-c", _CHILD, limits, str(file.name)]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE + size / _SPEED,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ValueError("it is damaged: reading it comes to no end") from None
    if done.returncode < 0:
        raise ValueError(f"it is damaged: reading it ends a process (signal {-done.returncode})")


def _identity(stat: os.stat_result) -> tuple[int, int, int, int]:
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
