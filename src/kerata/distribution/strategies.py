"""How a training is shared out: rows over devices, and, if wanted, weights too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import jax

from kerata.base.messages import warn
from kerata.base.placement import Placement, set_placement
from kerata.base.variable import Variable
from kerata.distribution.layout_map import LayoutMap
from kerata.distribution.mesh import DeviceMesh, TensorLayout
from kerata.distribution.sharded_placement import ShardedPlacement

_current: Distribution | None = None


class Distribution:
    """A mesh of devices and what lies where on it.

    Arguments:
        device_mesh: the devices.
        batch_dim_name: axis of the mesh along which the rows of a batch are shared out.
        auto_shard_dataset: True: data are the same in all processes, each of which takes its
            share of every batch.
    """

    def __init__(
        self, device_mesh: DeviceMesh, batch_dim_name: str, auto_shard_dataset: bool = True
    ) -> None:
        if not auto_shard_dataset and jax.process_count() > 1:
            raise ValueError(
                "auto_shard_dataset=False (each process brings its own share of a batch) does not "
                "work here: give all processes the same data, of which each takes its share."
            )
        in_mesh = {d.process_index for d in device_mesh.backend_mesh.devices.flat}
        if 1 < len(in_mesh) < jax.process_count():
            raise ValueError(
                f"The mesh has devices of {len(in_mesh)} processes, but there are "
                f"{jax.process_count()}; use the devices of one process, or of all."
            )
        self.device_mesh = device_mesh
        self.batch_dim_name = batch_dim_name
        self.auto_shard_dataset = auto_shard_dataset
        self.placement: Placement = ShardedPlacement(
            device_mesh.backend_mesh,
            batch_dim_name,
            lambda variable: self.get_variable_layout(variable).backend_layout,
        )

    @property
    def num_model_replicas(self) -> int:
        """Into how many shares a batch is cut."""
        return self.device_mesh.shape[self.device_mesh.axis_names.index(self.batch_dim_name)]

    @property
    def num_processes(self) -> int:
        """Number of processes that train together."""
        return jax.process_count()

    def get_data_layout(self, data_shape: Any) -> TensorLayout:
        """Give the layout of a batch: shared out by rows."""
        return TensorLayout(
            [self.batch_dim_name, *[None] * (len(data_shape) - 1)], self.device_mesh
        )

    def get_variable_layout(self, variable: Variable) -> TensorLayout:
        """Give the layout of a variable: whole on each device."""
        return TensorLayout([None] * len(variable.shape), self.device_mesh)

    def get_tensor_layout(self, path: str) -> TensorLayout | None:
        """Give the layout asked for an intermediate result, or None."""
        return None

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Make this the current distribution inside a ``with`` block."""
        before = distribution()
        set_distribution(self)
        try:
            yield
        finally:
            set_distribution(before)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} device_mesh={self.device_mesh}>"


class DataParallel(Distribution):
    """Every device holds all weights and works on its share of each batch.

    The results are those of one device, up to the rounding of sums; a batch that can't be cut
    into equal shares counts exactly, too.

    Arguments:
        device_mesh: mesh whose first axis takes the rows; or
        devices: names of devices; by default all of them, those of other processes too.
        auto_shard_dataset: True: data are the same in all processes, each of which takes its
            share of every batch.

    Raises:
        ValueError: an unknown device, with a suggestion.

    >>> one = DataParallel(devices=["cpu:0"])
    >>> with one.scope():
    ...     distribution() is one
    True
    """

    def __init__(
        self,
        device_mesh: DeviceMesh | None = None,
        devices: Any = None,
        auto_shard_dataset: bool = True,
    ) -> None:
        if device_mesh is None:
            names = None if devices is None else list(devices)
            count = jax.device_count() if names is None else len(names)
            device_mesh = DeviceMesh((count,), ["batch"], names)
        elif not isinstance(device_mesh, DeviceMesh):
            raise TypeError(f"device_mesh must be a DeviceMesh, got {device_mesh!r}.")
        if len(device_mesh.shape) > 1:
            warn(
                f"DataParallel shares rows out along the first axis of {device_mesh} alone.",
                stacklevel=2,
            )
        super().__init__(device_mesh, device_mesh.axis_names[0], auto_shard_dataset)


class ModelParallel(Distribution):
    """Devices share the rows of each batch, and weights that are too large for one.

    Arguments:
        layout_map: layouts of weights by their paths; others are whole on each device. The
            optimizer's moments lie as their weights do.
        batch_dim_name: axis of the mesh that takes the rows; the first by default.
        auto_shard_dataset: as for ``DataParallel``.

    Raises:
        TypeError: no ``LayoutMap``.
        ValueError: a map without a mesh, an unknown axis; several processes.

    >>> layouts = LayoutMap(DeviceMesh((1, 1), ["batch", "model"], ["cpu:0"]))
    >>> layouts["dense.*kernel"] = (None, "model")
    >>> ModelParallel(layout_map=layouts).batch_dim_name
    'batch'
    """

    def __init__(
        self,
        *,
        layout_map: LayoutMap | None = None,
        batch_dim_name: str | None = None,
        auto_shard_dataset: bool = True,
    ) -> None:
        if not isinstance(layout_map, LayoutMap):
            raise TypeError(f"ModelParallel needs layout_map=LayoutMap(...), got {layout_map!r}.")
        mesh = layout_map.device_mesh
        if mesh is None:
            raise ValueError("The LayoutMap has no mesh: write LayoutMap(DeviceMesh(...)).")
        if jax.process_count() > 1:
            raise ValueError(
                "ModelParallel works within one process, over all devices of one machine; "
                "over several processes use DataParallel."
            )
        axis = mesh.axis_names[0] if batch_dim_name is None else batch_dim_name
        if axis not in mesh.axis_names:
            raise ValueError(
                f"batch_dim_name must be one of the mesh's axes, {', '.join(mesh.axis_names)}, "
                f"got {batch_dim_name!r}."
            )
        self.layout_map = layout_map
        super().__init__(mesh, axis, auto_shard_dataset)

    def get_variable_layout(self, variable: Variable) -> TensorLayout:
        """Give the layout that the map has for a variable, else whole on each device."""
        found = self.layout_map[variable.path]
        return super().get_variable_layout(variable) if found is None else found

    def get_tensor_layout(self, path: str) -> TensorLayout | None:
        """Give the layout that the map has for a path, or None."""
        return self.layout_map[path]


def distribution() -> Distribution | None:
    """Give the current distribution, or None on one device.

    >>> distribution()
    """
    return _current


def set_distribution(value: Distribution | None) -> None:
    """Share out what is trained, evaluated and predicted from now on; None goes back to one device.

    Raises:
        TypeError: something that is not a distribution.

    >>> set_distribution(DataParallel(devices=["cpu:0"]))
    >>> distribution()
    <DataParallel device_mesh=<DeviceMesh shape=(1,), axis_names=['batch']>>
    >>> set_distribution(None)
    """
    if value is not None and not isinstance(value, Distribution):
        raise TypeError(
            f"set_distribution takes DataParallel(), another distribution or None, got {value!r}."
        )
    global _current
    _current = value
    set_placement(None if value is None else value.placement)
