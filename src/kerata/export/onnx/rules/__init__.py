"""The table of primitives: importing this fills it."""

from kerata.export.onnx.rules import (
    control_flow,
    convolution,
    elementwise,
    indexing,
    ordering,
    products,
    reductions,
    shaping,
)

__all__ = [
    "control_flow",
    "convolution",
    "elementwise",
    "indexing",
    "ordering",
    "products",
    "reductions",
    "shaping",
]
