"""Training on several devices and on several machines, in Keras's words."""

from kerata.distribution.devices import get_device_count, list_devices
from kerata.distribution.layout_map import LayoutMap
from kerata.distribution.mesh import DeviceMesh, TensorLayout, distribute_tensor
from kerata.distribution.processes import initialize
from kerata.distribution.strategies import (
    DataParallel,
    Distribution,
    ModelParallel,
    distribution,
    set_distribution,
)

__all__ = [
    "DataParallel",
    "DeviceMesh",
    "Distribution",
    "LayoutMap",
    "ModelParallel",
    "TensorLayout",
    "distribute_tensor",
    "distribution",
    "get_device_count",
    "initialize",
    "list_devices",
    "set_distribution",
]
