"""Short digests by which arrays are recognised."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

# Bytes of each array that are looked at.
LOOKED_AT = 2**24


def digest_of(arrays: Iterable[Any]) -> str:
    """Give a digest of shapes, types and (of large arrays, some of) the values.

    >>> digest_of([np.arange(3)]) == digest_of([np.arange(3)])
    True
    >>> digest_of([np.arange(3)]) == digest_of([np.arange(1, 4)])
    False
    """
    digest = hashlib.blake2b(digest_size=12)
    for value in arrays:
        array = np.asarray(value)
        digest.update(f"{array.shape}{array.dtype}".encode())
        every = max(1, array.nbytes // LOOKED_AT)
        digest.update(np.ascontiguousarray(array[::every] if array.ndim else array).tobytes())
    return digest.hexdigest()
