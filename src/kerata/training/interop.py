"""Data of other libraries, recognised without importing them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def is_tensor(value: Any) -> bool:
    """Recognise tensors of torch, TensorFlow and their like: a shape, and a way to NumPy."""
    if isinstance(value, (np.ndarray, jax.Array)) or not hasattr(value, "shape"):
        return False
    return callable(getattr(value, "numpy", None))


def tensor_to_numpy(tensor: Any) -> Any:
    """Give a tensor's numbers, also if it lies on a GPU or takes part in torch's gradients."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
    return tensor.numpy()


def is_file_array(value: Any) -> bool:
    """Recognise arrays of h5py and zarr, which are read by slices."""
    library = type(value).__module__.partition(".")[0]
    return library in ("h5py", "zarr") and hasattr(value, "shape") and hasattr(value, "dtype")


def length_of(source: Any) -> int | None:
    """Give the number of batches that a source tells, None if it tells none.

    >>> length_of([1, 2]), length_of(iter([1, 2]))
    (2, None)
    """
    try:
        return len(source)
    except TypeError:
        # tf.data and torch have __len__ also where the length is unknown.
        return None


def is_infinite(source: Any) -> bool:
    """Say whether a ``tf.data``-like source tells that it never ends."""
    cardinality = getattr(source, "cardinality", None)
    # tf.data.INFINITE_CARDINALITY is -1.
    return callable(cardinality) and int(cardinality()) == -1
