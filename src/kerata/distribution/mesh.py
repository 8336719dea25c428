"""Devices in rows and columns, and arrays laid out over them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from kerata.base.forking import check_process
from kerata.base.messages import did_you_mean
from kerata.base.symbolic import is_symbolic
from kerata.distribution.devices import device_named, list_devices


class DeviceMesh:
    """Devices arranged along named axes.

    Arguments:
        shape: devices along each axis, ``(8,)`` or ``(4, 2)``.
        axis_names: a name for each axis, ``('batch', 'model')``.
        devices: names of the devices; all of them by default.

    Raises:
        ValueError: no axes, unequal numbers of axes and names, a name given twice, another
            number of devices than the shape says, an unknown device.

    >>> DeviceMesh((1,), ["batch"], ["cpu:0"])
    <DeviceMesh shape=(1,), axis_names=['batch']>
    """

    def __init__(
        self, shape: Sequence[int], axis_names: Sequence[str], devices: Any = None
    ) -> None:
        if not len(shape) or len(shape) != len(axis_names):
            raise ValueError(
                "A DeviceMesh needs one or more axes and a name for each, got "
                f"shape={tuple(shape)} and axis_names={list(axis_names)}."
            )
        if len(set(axis_names)) != len(axis_names):
            raise ValueError(f"The axes need different names, got axis_names={list(axis_names)}.")
        names = np.array(list_devices() if devices is None else devices)
        if names.size != math.prod(shape):
            raise ValueError(
                f"A DeviceMesh of shape {tuple(shape)} takes {math.prod(shape)} devices, "
                f"got {names.size}."
            )
        self.shape = tuple(int(n) for n in shape)
        self.axis_names = list(axis_names)
        self.devices = names.reshape(self.shape)
        found = [device_named(name) for name in names.reshape(-1)]
        if len(set(found)) != len(found):
            raise ValueError(f"Each device can be named once, got devices={names.tolist()}.")
        self.backend_mesh = Mesh(np.array(found).reshape(self.shape), tuple(self.axis_names))

    def __repr__(self) -> str:
        return f"<DeviceMesh shape={self.shape}, axis_names={self.axis_names}>"


class TensorLayout:
    """Says which axes of an array are cut up along which axes of a mesh.

    Arguments:
        axes: for each axis of the array the name of a mesh axis, or None to leave it whole.
        device_mesh: the mesh; may be set later, once.

    Raises:
        ValueError: a name that the mesh does not have; a second mesh.

    >>> TensorLayout((None, "model")).axes
    (None, 'model')
    """

    def __init__(self, axes: Iterable[str | None], device_mesh: DeviceMesh | None = None) -> None:
        self.axes = tuple(axes)
        self._device_mesh: DeviceMesh | None = None
        if device_mesh is not None:
            self.device_mesh = device_mesh

    @property
    def device_mesh(self) -> DeviceMesh | None:
        """The mesh, or None as long as it is not known."""
        return self._device_mesh

    @device_mesh.setter
    def device_mesh(self, mesh: DeviceMesh) -> None:
        if self._device_mesh is not None:
            raise ValueError(f"This layout has a mesh already: {self._device_mesh}.")
        for name in self.axes:
            if name is not None and name not in mesh.axis_names:
                raise ValueError(
                    f"The layout {self.axes} names the axis {name!r}, which the mesh does not "
                    f"have. {did_you_mean(name, mesh.axis_names)}"
                )
        self._device_mesh = mesh

    @property
    def backend_layout(self) -> NamedSharding:
        """The same as JAX's sharding."""
        if self._device_mesh is None:
            raise ValueError(f"The layout {self.axes} has no mesh yet: set its device_mesh.")
        return NamedSharding(self._device_mesh.backend_mesh, PartitionSpec(*self.axes))

    def __repr__(self) -> str:
        return f"<TensorLayout axes={self.axes}, device_mesh={self.device_mesh}>"


def distribute_tensor(tensor: Any, layout: Any) -> Any:
    """Lay an array out over devices; inside a compiled program, ask the compiler to.

    Arguments:
        tensor: array; a symbolic tensor is given back as it is.
        layout: ``TensorLayout``, or one of JAX's shardings.

    >>> mesh = DeviceMesh((1,), ["batch"], ["cpu:0"])
    >>> distribute_tensor(np.zeros((2, 3)), TensorLayout(("batch", None), mesh)).shape
    (2, 3)
    """
    if is_symbolic(tensor):
        return tensor
    sharding = layout.backend_layout if isinstance(layout, TensorLayout) else layout
    if isinstance(tensor, jax.core.Tracer):
        return lax.with_sharding_constraint(tensor, sharding)
    check_process()
    return jax.device_put(tensor, sharding)
