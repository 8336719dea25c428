"""MobileNetV2 (Sandler and others 2018, arXiv:1801.04381)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import COMMON, Architecture, application, head
from kerata.applications.files import (
    STORE,
    WeightFile,
    one_of,
    rows_named,
    tell_of_another_size,
    trained_size,
)
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts, channels, halving_borders, rounded
from kerata.base.symbolic import KerasTensor

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

_SIZES = (96, 128, 160, 192, 224)
# Filters, stride of the first block, blocks.
_STAGES = (
    *((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3)),
    (320, 1, 1),
)
_parts = Parts(
    conv={"use_bias": False, "padding": "same"},
    norm={"epsilon": 1e-3, "momentum": 0.999},
    kind="relu6",
)


def _block(x: KerasTensor, filters: int, stride: int, i: int) -> KerasTensor:
    before, prefix = x, f"block_{i}_" if i else "expanded_conv_"
    if i:
        x = _parts.conv(x, 6 * channels(x), 1, f"{prefix}expand")
        x = _parts.act(_parts.norm(x, f"{prefix}expand_BN"), f"{prefix}expand_relu")
    if stride == 2:
        x = layers.ZeroPadding2D(halving_borders(x, 3), name=f"{prefix}pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = _parts.depthwise(
        x, 3, f"{prefix}depthwise", strides=stride, padding=padding, use_bias=False
    )
    x = _parts.act(_parts.norm(x, f"{prefix}depthwise_BN"), f"{prefix}depthwise_relu")
    x = _parts.norm(_parts.conv(x, filters, 1, f"{prefix}project"), f"{prefix}project_BN")
    if stride == 1 and channels(before) == filters:
        return layers.Add(name=f"{prefix}add")([before, x])
    return x


def _body(x: KerasTensor, a: Any) -> KerasTensor:
    x = _parts.conv(x, rounded(32 * a.alpha), 3, "Conv1", strides=2)
    x = _parts.act(_parts.norm(x, "bn_Conv1"), "Conv1_relu")
    number = 0
    for filters, stride, depth in _STAGES:
        for i in range(depth):
            x = _block(x, rounded(int(filters * a.alpha)), 1 if i else stride, number)
            number += 1
    last = rounded(1280 * a.alpha) if a.alpha > 1 else 1280
    x = _parts.conv(x, last, 1, "Conv_1", padding="valid")
    return _parts.act(_parts.norm(x, "Conv_1_bn"), "out_relu")


def _file(a: Any) -> WeightFile:
    one_of("MobileNetV2", "alpha", a.alpha, (0.35, 0.5, 0.75, 1.0, 1.3, 1.4))
    tell_of_another_size("MobileNetV2", a)
    name = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(a.alpha)}_{a.size}"
    rest = "" if a.include_top else "_no_top"
    return WeightFile(f"{name}{rest}.h5", None, f"{STORE}mobilenet_v2/")


MobileNetV2 = application(
    "MobileNetV2",
    Architecture(
        _body,
        lambda a: trained_size(a, _SIZES),
        _file,
        head(pool=None),
        name=lambda a: f"mobilenetv2_{a.alpha:0.2f}_{rows_named(a)}",
    ),
    "MobileNetV2 (Sandler and others 2018, arXiv:1801.04381): 3.5 million weights.",
    {
        "input_shape": None,
        "alpha": 1.0,
        **{n: v for n, v in COMMON.items() if n != "input_shape"},
    },
)
preprocess_input = in_mode("tf")
