"""``tf.test``: questions about the machine."""

from __future__ import annotations

from typing import Any

from kerata.compat.tensorflow.config import list_physical_devices
from kerata.compat.tensorflow.lacking import lacking


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Say whether there is a GPU.

    >>> is_gpu_available() in (True, False)
    True
    """
    return bool(list_physical_devices("GPU"))


def is_built_with_cuda() -> bool:
    """Say whether there is a GPU of NVIDIA's."""
    return is_gpu_available()


def gpu_device_name() -> str:
    """Give the first GPU's name, or an empty text."""
    return "/device:GPU:0" if is_gpu_available() else ""


__getattr__ = lacking(__name__)
