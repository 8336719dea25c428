"""Xception (Chollet 2016, arXiv:1610.02357)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import Architecture, application, head
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts
from kerata.base.symbolic import KerasTensor

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

_parts = Parts(conv={"use_bias": False})


def _separable(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    conv = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)
    return _parts.norm(conv(x), f"{name}_bn")


def _smaller_block(x: KerasTensor, block: int, first: int, filters: int) -> KerasTensor:
    """Two separable convolutions and pooling, beside a convolution with a step of 2."""
    shortcut = _parts.norm(_parts.conv(x, filters, 1, strides=2, padding="same"))
    for i, n in enumerate((first, filters), 1):
        name = f"block{block}_sepconv{i}"
        # The very first of these follows an activation already.
        x = x if block == 2 and i == 1 else _parts.act(x, f"{name}_act")
        x = _separable(x, n, name)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
    return layers.Add()([x, shortcut])


def _body(x: KerasTensor, a: Any) -> KerasTensor:
    for i, (filters, stride) in enumerate(((32, 2), (64, 1)), 1):
        x = _parts.conv(x, filters, 3, f"block1_conv{i}", strides=stride)
        x = _parts.act(_parts.norm(x, f"block1_conv{i}_bn"), f"block1_conv{i}_act")
    for block, filters in ((2, 128), (3, 256), (4, 728)):
        x = _smaller_block(x, block, filters, filters)
    for block in range(5, 13):
        before = x
        for i in (1, 2, 3):
            name = f"block{block}_sepconv{i}"
            x = _separable(_parts.act(x, f"{name}_act"), 728, name)
        x = layers.Add()([x, before])
    x = _smaller_block(x, 13, 728, 1024)
    for i, filters in enumerate((1536, 2048), 1):
        x = _separable(x, filters, f"block14_sepconv{i}")
        x = _parts.act(x, f"block14_sepconv{i}_act")
    return x


Xception = application(
    "Xception",
    Architecture(
        _body,
        299,
        two_files(
            "xception/xception_weights_tf_dim_ordering_tf_kernels",
            "0a58e3b7378bc2990ea3b43d5981f1f6",
            "b0042744bf5b25fce3cb969f33bebb97",
        ),
        head(),
        smallest=71,
    ),
    "Xception (Chollet 2016, arXiv:1610.02357): 23 million weights.",
    name="xception",
)
preprocess_input = in_mode("tf")
