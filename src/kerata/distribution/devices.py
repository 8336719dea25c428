"""The devices that programs can be shared out over, by name."""

from __future__ import annotations

import contextlib
from typing import Any

import jax

from kerata.base.messages import did_you_mean

_KINDS = ("cpu", "gpu", "tpu")


def list_devices(device_type: str | None = None) -> list[str]:
    """Give the names of all devices of one type, those of other processes too.

    Arguments:
        device_type: ``'cpu'``, ``'gpu'`` or ``'tpu'``; by default the fastest type there is.

    Raises:
        ValueError: an unknown type, or one of which this machine has no device.

    >>> list_devices("cpu")[0]
    'cpu:0'
    """
    return [name_of(device) for device in devices_of(device_type)]


def get_device_count(device_type: str | None = None) -> int:
    """Give the number of devices of one type, those of other processes too.

    Arguments: as for ``list_devices``.

    >>> get_device_count("cpu") == len(list_devices("cpu"))
    True
    """
    return len(devices_of(device_type))


def devices_of(device_type: str | None) -> list[jax.Device]:
    """Give the devices of one type."""
    kind = None if device_type is None else str(device_type).lower()
    if kind is not None and kind not in _KINDS:
        raise ValueError(
            f"device_type must be 'cpu', 'gpu' or 'tpu', got {device_type!r}. "
            f"{did_you_mean(kind, _KINDS)}"
        )
    try:
        return jax.devices(kind)
    except RuntimeError:
        raise ValueError(
            f"There is no {kind} here; the devices are {', '.join(map(name_of, jax.devices()))}."
        ) from None


def device(device_name: str | jax.Device) -> contextlib.AbstractContextManager[Any]:
    """Compute on one device inside a ``with`` block, on this thread.

    What is made inside (tensors, variables, models) lies there, and what has no fixed place
    is computed there, a training included.

    Arguments:
        device_name: ``'cpu'``, ``'cpu:0'``, ``'gpu:1'``, or a device of JAX's; a type alone is
            its first device.

    Raises:
        ValueError: there is no such device here.
        TypeError: neither a name nor a device.

    >>> from kerata import ops
    >>> with device("cpu:0"):
    ...     x = ops.ones((2, 2))
    >>> [name_of(where) for where in x.devices()]
    ['cpu:0']
    """
    if not isinstance(device_name, (str, jax.Device)):
        raise TypeError(f"device() takes a name such as 'cpu:0', got {device_name!r:.80}.")
    return jax.default_device(device_named(device_name))


def device_named(name: Any) -> jax.Device:
    """Find a device by its name, ``'gpu:1'``; a type alone is its first device.

    Raises:
        ValueError: there is no such device, naming those there are.
    """
    if isinstance(name, jax.Device):
        return name
    kind, _, number = str(name).partition(":")
    found = devices_of(kind) if kind.lower() in _KINDS else []
    wanted = f"{kind.lower()}:{number or found[0].id if found else ''}"
    for device in found:
        if name_of(device) == wanted:
            return device
    names = [name_of(d) for d in found or jax.devices()]
    raise ValueError(f"There is no device {str(name)!r}. {did_you_mean(name, names)}")


def name_of(device: jax.Device) -> str:
    """Name a device as Keras does."""
    # JAX calls a GPU by its maker's platform in places; Keras's names know one kind.
    kind = "gpu" if device.platform in ("cuda", "rocm") else device.platform
    return f"{kind}:{device.id}"
