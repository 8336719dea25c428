"""EfficientNetV2 (Tan and Le 2021, arXiv:2104.00298)."""

from __future__ import annotations

import math
from typing import Any

from kerata import initializers, layers
from kerata.applications.building import COMMON, Architecture, Layers, application, head
from kerata.applications.efficientnet import CONV_START, DENSE_START, added, squeezed
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts, channel_axis, channels
from kerata.base.symbolic import KerasTensor

__all__ = [
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2L",
    "EfficientNetV2M",
    "EfficientNetV2S",
    "decode_predictions",
    "preprocess_input",
]

# Blocks, filters, expansion, stride of the first block; the first three stages are fused.
_BASE = ((1, 16, 1, 1), (2, 32, 4, 2), (2, 48, 4, 2), (3, 96, 4, 2), (5, 112, 6, 1), (8, 192, 6, 2))
_S = ((2, 24, 1, 1), (4, 48, 4, 2), (4, 64, 4, 2), (6, 128, 4, 2), (9, 160, 6, 1), (15, 256, 6, 2))
_M = (
    *((3, 24, 1, 1), (5, 48, 4, 2), (5, 80, 4, 2), (7, 160, 4, 2), (14, 176, 6, 1)),
    *((18, 304, 6, 2), (5, 512, 6, 1)),
)
_L = (
    *((4, 32, 1, 1), (7, 64, 4, 2), (7, 96, 4, 2), (10, 192, 4, 2), (19, 224, 6, 1)),
    *((25, 384, 6, 2), (7, 640, 6, 1)),
)
_FUSED = 3
# Stages, filters of the stem, width, depth, size of pictures, millions of weights, digests.
_FORMS: dict[str, tuple[Any, ...]] = {
    "B0": (_BASE, 32, 1.0, 1.0, 224, "7.2"),
    "B1": (_BASE, 32, 1.0, 1.1, 240, "8.2"),
    "B2": (_BASE, 32, 1.1, 1.2, 260, "10"),
    "B3": (_BASE, 32, 1.2, 1.4, 300, "14"),
    "S": (_S, 24, 1.0, 1.0, 384, "22"),
    "M": (_M, 24, 1.0, 1.0, 480, "54"),
    "L": (_L, 32, 1.0, 1.0, 480, "119"),
}
_HASHES = {
    "B0": ("21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    "B1": ("069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    "B2": ("424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    "B3": ("1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    "S": ("e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    "M": ("a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    "L": ("27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
}
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_parts = Parts(
    conv={"use_bias": False, "padding": "same", "kernel_initializer": CONV_START},
    norm={"momentum": 0.9},
    kind="swish",
)


def _rounded(filters: float) -> int:
    return max(8, int(filters + 4) // 8 * 8)


def _wider(x: KerasTensor, wider: int, size: int, name: str, **more: Any) -> KerasTensor:
    x = _parts.conv(x, channels(x) * wider, size, f"{name}expand_conv", **more)
    return _parts.act(_parts.norm(x, f"{name}expand_bn"), f"{name}expand_activation")


def _fused(x: KerasTensor, filters: int, wider: int, stride: int, name: str) -> KerasTensor:
    if wider != 1:
        x = _wider(x, wider, 3, name, strides=stride)
        x = _parts.conv(x, filters, 1, f"{name}project_conv")
        return _parts.norm(x, f"{name}project_bn")
    x = _parts.conv(x, filters, 3, f"{name}project_conv", strides=stride)
    return _parts.act(_parts.norm(x, f"{name}project_bn"), f"{name}project_activation")


def _depthwise(x: KerasTensor, filters: int, wider: int, stride: int, name: str) -> KerasTensor:
    narrow = max(1, channels(x) // 4)
    x = _parts.depthwise(
        *(_wider(x, wider, 1, name), 3, f"{name}dwconv2"),
        strides=stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=CONV_START,
    )
    x = squeezed(_parts.act(_parts.norm(x, f"{name}bn"), f"{name}activation"), narrow, name)
    return _parts.norm(_parts.conv(x, filters, 1, f"{name}project_conv"), f"{name}project_bn")


def _scaled(x: KerasTensor, colours_apart: bool) -> KerasTensor:
    if not colours_apart:
        return layers.Rescaling(1.0 / 128.0, offset=-1.0)(x)
    x = layers.Rescaling(1.0 / 255.0)(x)
    variance = [spread**2 for spread in _STD]
    return layers.Normalization(axis=channel_axis(), mean=list(_MEAN), variance=variance)(x)


def _body(form: str) -> Layers:
    stages, start, width, depth, *_ = _FORMS[form]

    def body(x: KerasTensor, a: Any) -> KerasTensor:
        if a.include_preprocessing:
            x = _scaled(x, form[0] == "B" and channels(x) == 3)
        x = _parts.conv(x, _rounded(start * width), 3, "stem_conv", strides=2)
        x = _parts.act(_parts.norm(x, "stem_bn"), "stem_activation")
        number, total = 0, sum(blocks for blocks, *_ in stages)
        for stage, (blocks, filters, wider, stride) in enumerate(stages):
            block = _fused if stage < _FUSED else _depthwise
            width_here = _rounded(filters * width)
            for i in range(math.ceil(depth * blocks)):
                before, name = x, f"block{stage + 1}{chr(ord('a') + i)}_"
                x = block(x, width_here, wider, 1 if i else stride, name)
                if (i or stride == 1) and channels(before) == width_here:
                    # Of all blocks before depth makes them more, as Keras counts.
                    x = added(before, x, 0.2 * number / total, name)
                number += 1
        x = _parts.conv(x, _rounded(1280 * width), 1, "top_conv")
        return _parts.act(_parts.norm(x, "top_bn"), "top_activation")

    return body


def _application(form: str) -> Any:
    size, weights = _FORMS[form][4:]
    name = f"efficientnetv2-{form.lower()}"
    files = two_files(f"efficientnet_v2/{name}", *_HASHES[form])
    start = initializers.Constant(0.0)
    top = head(dropout=0.2, kernel_initializer=DENSE_START, bias_initializer=start)
    values = {k: v for k, v in COMMON.items() if k != "name"}
    return application(
        f"EfficientNetV2{form}",
        Architecture(_body(form), size, files, top, names_pooling=True),
        f"EfficientNetV2{form} (Tan and Le 2021, arXiv:2104.00298): {weights} million weights.",
        {**values, "include_preprocessing": True, "name": name},
    )


EfficientNetV2B0 = _application("B0")
EfficientNetV2B1 = _application("B1")
EfficientNetV2B2 = _application("B2")
EfficientNetV2B3 = _application("B3")
EfficientNetV2S = _application("S")
EfficientNetV2M = _application("M")
EfficientNetV2L = _application("L")
preprocess_input = in_mode(None)
