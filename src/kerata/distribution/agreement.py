"""Values that several processes exchange before and between programs."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils

from kerata.base.randomness import global_generator

# Rows of each array that are compared; arrays that differ at all nearly always differ there.
_COMPARED_ROWS = 64


def first_number(number: int) -> int:
    """Give the first process's number to all."""
    return int(multihost_utils.broadcast_one_to_all(np.int32(number)))


def first_value(load: Callable[[], bytes | None]) -> bytes | None:
    """Let the first process load some bytes, or find none, and give them to all."""
    own = load() if jax.process_index() == 0 else None
    length = first_number(-1 if own is None else len(own))
    if length < 0:
        return None
    sent = np.zeros(length, np.uint8) if own is None else np.frombuffer(own, np.uint8)
    return np.asarray(multihost_utils.broadcast_one_to_all(sent)).tobytes()


def share_seed() -> None:
    """Let all processes draw the first one's random numbers from here on."""
    generator = global_generator()
    own = np.array([generator.seed % 2**32, generator.seed >> 32, generator._drawn], np.uint32)
    low, high, drawn = (int(n) for n in multihost_utils.broadcast_one_to_all(own))
    generator.go_to((high << 32) + low, drawn)


def check_same(tree: Any, what: str, remedy: str) -> None:
    """Refuse to start where processes were given different things.

    Raises:
        ValueError: on all processes, naming the first one that differs.
    """
    sums = multihost_utils.process_allgather(np.uint32(fingerprint(tree)))
    different = np.flatnonzero(sums != sums[0])
    if len(different):
        raise ValueError(f"Process {different[0]} has {what} than process 0; {remedy}.")


def fingerprint(tree: Any) -> int:
    """Give a number that nearly always differs where shapes, types or values do.

    >>> fingerprint([np.zeros(3)]) == fingerprint([np.zeros(3)]) != fingerprint([np.ones(3)])
    True
    """
    leaves, structure = jax.tree.flatten(tree)
    found = zlib.crc32(str(structure).encode())
    for leaf in leaves:
        every = max(1, leaf.shape[0] // _COMPARED_ROWS) if leaf.ndim else 1
        rows = np.asarray(leaf[::every] if leaf.ndim else leaf)
        found = zlib.crc32(f"{leaf.shape} {leaf.dtype}".encode(), found)
        found = zlib.crc32(np.ascontiguousarray(rows).tobytes(), found)
    return found
