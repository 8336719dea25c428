"""MobileNet (Howard and others 2017, arXiv:1704.04861)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import COMMON, Architecture, application
from kerata.applications.files import (
    STORE,
    WeightFile,
    one_of,
    rows_named,
    tell_of_another_size,
    trained_size,
)
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts
from kerata.base.symbolic import KerasTensor

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

_SIZES = (128, 160, 192, 224)
# Filters and stride of each block.
_BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
_parts = Parts(conv={"use_bias": False, "padding": "same"}, kind="relu6")


def _body(x: KerasTensor, a: Any) -> KerasTensor:
    x = _parts.conv(x, int(32 * a.alpha), 3, "conv1", strides=2)
    x = _parts.act(_parts.norm(x, "conv1_bn"), "conv1_relu")
    for i, (filters, stride) in enumerate(_BLOCKS, 1):
        if stride == 2:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        x = _parts.depthwise(
            x,
            3,
            f"conv_dw_{i}",
            strides=stride,
            padding="same" if stride == 1 else "valid",
            depth_multiplier=a.depth_multiplier,
            use_bias=False,
        )
        x = _parts.act(_parts.norm(x, f"conv_dw_{i}_bn"), f"conv_dw_{i}_relu")
        x = _parts.conv(x, int(filters * a.alpha), 1, f"conv_pw_{i}")
        x = _parts.act(_parts.norm(x, f"conv_pw_{i}_bn"), f"conv_pw_{i}_relu")
    return x


def _top(x: KerasTensor, a: Any) -> KerasTensor:
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(a.dropout, name="dropout")(x)
    x = layers.Conv2D(a.classes, 1, padding="same", name="conv_preds")(x)
    x = layers.Reshape((a.classes,), name="reshape_2")(x)
    return layers.Activation(a.classifier_activation, name="predictions")(x)


def _file(a: Any) -> WeightFile:
    one_of("MobileNet", "depth_multiplier", a.depth_multiplier, (1,))
    one_of("MobileNet", "alpha", a.alpha, (0.25, 0.5, 0.75, 1.0))
    width = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}[a.alpha]
    rest = "" if a.include_top else "_no_top"
    tell_of_another_size("MobileNet", a)
    return WeightFile(f"mobilenet_{width}_{a.size}_tf{rest}.h5", None, f"{STORE}mobilenet/")


MobileNet = application(
    "MobileNet",
    Architecture(
        _body,
        lambda a: trained_size(a, _SIZES),
        _file,
        _top,
        name=lambda a: f"mobilenet_{a.alpha:0.2f}_{rows_named(a)}",
    ),
    "MobileNet (Howard and others 2017, arXiv:1704.04861): 4 million weights.",
    {
        "input_shape": None,
        "alpha": 1.0,
        "depth_multiplier": 1,
        "dropout": 0.001,
        **{n: v for n, v in COMMON.items() if n != "input_shape"},
    },
)
preprocess_input = in_mode("tf")
