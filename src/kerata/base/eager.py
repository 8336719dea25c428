"""How results look to a program outside all compiled code, and who notes what it computes.

By default they are plain arrays. Another front, such as TensorFlow's language, has its own kind
of tensor and its own gradients: it is set once, and the functions that programs call ask for it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np


class Front(Protocol):
    """What a front decides."""

    def present(self, array: np.ndarray) -> Any:
        """Give an array in the form that a program gets."""


class HostArray(np.ndarray):
    """A NumPy array that has TensorFlow's ``numpy()`` too.

    >>> np.arange(3).view(HostArray).numpy().tolist()
    [0, 1, 2]
    """

    def numpy(self) -> np.ndarray:
        """Give the plain array."""
        return self.view(np.ndarray)


_front: Front | None = None


def current_front() -> Front | None:
    """Give the front that was set, or None."""
    return _front


def set_front(front: Front | None) -> None:
    """Set the front of this process; None is plain arrays."""
    global _front
    _front = front


def present(array: np.ndarray) -> Any:
    """Give an array of data in the form that a program gets.

    >>> present(np.ones(2)).numpy().tolist()
    [1.0, 1.0]
    """
    return array.view(HostArray) if _front is None else _front.present(array)
