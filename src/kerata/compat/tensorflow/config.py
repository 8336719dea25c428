"""``tf.config``: what devices there are; settings of memory and threads change nothing here."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

from kerata.compat.tensorflow import functions
from kerata.compat.tensorflow.lacking import lacking


class PhysicalDevice(NamedTuple):
    """A device: name and kind."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str


def _kind(device: Any) -> str:
    return {"cpu": "CPU", "gpu": "GPU", "cuda": "GPU", "tpu": "TPU"}.get(
        device.platform, device.platform.upper()
    )


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """``tf.config.list_physical_devices``: the devices that JAX sees.

    >>> len(list_physical_devices("CPU")) >= 1
    True
    """
    found = [_kind(d) for d in jax.devices()]
    found = found if "CPU" in found else ["CPU", *found]
    made = [
        PhysicalDevice(f"/physical_device:{kind}:{found[:i].count(kind)}", kind)
        for i, kind in enumerate(found)
    ]
    return [d for d in made if device_type in (None, d.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """``tf.config.list_logical_devices``: the same devices."""
    return [
        LogicalDevice(d.name.replace("/physical_device", "/device"), d.device_type)
        for d in list_physical_devices(device_type)
    ]


get_visible_devices = list_physical_devices


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """``tf.config.set_visible_devices``: without effect; JAX's settings say it."""


def run_functions_eagerly(run_eagerly: bool) -> None:
    """``tf.config.run_functions_eagerly``: whether ``tf.function`` compiles nothing."""
    functions.set_eager(bool(run_eagerly))


def functions_run_eagerly() -> bool:
    """``tf.config.functions_run_eagerly``: whether ``tf.function`` compiles nothing."""
    return functions.is_eager()


class experimental:
    """``tf.config.experimental``: harmless here."""

    list_physical_devices = staticmethod(list_physical_devices)
    list_logical_devices = staticmethod(list_logical_devices)

    @staticmethod
    def set_memory_growth(device: Any, enable: bool) -> None:
        """Change nothing: JAX's settings say how much memory it takes."""

    @staticmethod
    def get_memory_growth(device: Any) -> bool:
        """Say that memory grows."""
        return True

    @staticmethod
    def enable_op_determinism() -> None:
        """Change nothing: training is deterministic."""

    @staticmethod
    def get_device_details(device: Any) -> dict[str, Any]:
        """Give nothing."""
        return {}


class threading:
    """``tf.config.threading``: without effect."""

    @staticmethod
    def set_intra_op_parallelism_threads(num_threads: int) -> None:
        """Change nothing."""

    @staticmethod
    def set_inter_op_parallelism_threads(num_threads: int) -> None:
        """Change nothing."""


class optimizer:
    """``tf.config.optimizer``: without effect."""

    @staticmethod
    def set_jit(enabled: Any) -> None:
        """Change nothing: XLA compiles in any case."""


__getattr__ = lacking(__name__)
