"""EfficientNet (Tan and Le 2019, arXiv:1905.11946), and what its second version shares."""

from __future__ import annotations

import math
from typing import Any

from kerata import layers
from kerata.applications.building import Architecture, Layers, application, head
from kerata.applications.files import WeightFile
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts, channel_axis, channels, halving_borders, rounded
from kerata.base.symbolic import KerasTensor

__all__ = [
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "decode_predictions",
    "preprocess_input",
]

# Width, depth, size of pictures, dropout, millions of weights, digests.
_SCALES = {
    "B0": (1.0, 1.0, 224, 0.2, "5.3"),
    "B1": (1.0, 1.1, 240, 0.2, "7.9"),
    "B2": (1.1, 1.2, 260, 0.3, "9.2"),
    "B3": (1.2, 1.4, 300, 0.3, "12"),
    "B4": (1.4, 1.8, 380, 0.4, "19"),
    "B5": (1.6, 2.2, 456, 0.4, "31"),
    "B6": (1.8, 2.6, 528, 0.5, "43"),
    "B7": (2.0, 3.1, 600, 0.5, "67"),
}
_HASHES = {
    "B0": ("902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    "B1": ("1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    "B2": ("b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    "B3": ("ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    "B4": ("18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    "B5": ("ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    "B6": ("165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    "B7": ("8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
}
# Kernel, blocks, filters, expansion, stride of the first block.
_STAGES = (
    *((3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 3, 80, 6, 2)),
    *((5, 3, 112, 6, 1), (5, 4, 192, 6, 2), (3, 1, 320, 6, 1)),
)
_SPREAD = (0.229, 0.224, 0.225)
CONV_START = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
DENSE_START = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0 / 3.0, "mode": "fan_out", "distribution": "uniform"},
}
_CONV = {"use_bias": False, "padding": "same", "kernel_initializer": CONV_START}
_parts = Parts(conv=_CONV, kind="swish")


def squeezed(x: KerasTensor, narrow: int, name: str) -> KerasTensor:
    """Weigh the channels by what is in the whole picture (Hu and others, arXiv:1709.01507)."""
    filters, axis = channels(x), channel_axis()
    s = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    shape = (filters, 1, 1) if axis == 1 else (1, 1, filters)
    s = layers.Reshape(shape, name=f"{name}se_reshape")(s)
    conv = {"use_bias": True}
    s = _parts.conv(s, narrow, 1, f"{name}se_reduce", activation="swish", **conv)
    s = _parts.conv(s, filters, 1, f"{name}se_expand", activation="sigmoid", **conv)
    return layers.Multiply(name=f"{name}se_excite")([x, s])


def added(before: KerasTensor, x: KerasTensor, drop: float, name: str) -> KerasTensor:
    """Add what came before the block; whole pictures of the block are dropped in training."""
    if drop > 0:
        x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.Add(name=f"{name}add")([x, before])


def _block(
    x: KerasTensor, kernel: int, filters: int, wider: int, stride: int, drop: float, name: str
) -> KerasTensor:
    before = x
    if wider != 1:
        x = _parts.norm(
            _parts.conv(x, channels(x) * wider, 1, f"{name}expand_conv"), f"{name}expand_bn"
        )
        x = _parts.act(x, f"{name}expand_activation")
    if stride == 2:
        x = layers.ZeroPadding2D(halving_borders(x, kernel), name=f"{name}dwconv_pad")(x)
    x = _parts.depthwise(
        *(x, kernel, f"{name}dwconv"),
        strides=stride,
        padding="same" if stride == 1 else "valid",
        use_bias=False,
        depthwise_initializer=CONV_START,
    )
    x = _parts.act(_parts.norm(x, f"{name}bn"), f"{name}activation")
    x = squeezed(x, max(1, channels(before) // 4), name)
    x = _parts.norm(_parts.conv(x, filters, 1, f"{name}project_conv"), f"{name}project_bn")
    if stride == 1 and channels(before) == filters:
        return added(before, x, drop, name)
    return x


def _body(width: float, depth: float) -> Layers:
    depths = [math.ceil(depth * blocks) for _, blocks, *_ in _STAGES]

    def body(x: KerasTensor, a: Any) -> KerasTensor:
        x = layers.Rescaling(1.0 / 255.0)(x)
        x = layers.Normalization(axis=channel_axis())(x)
        if a.pretrained:
            # The published weights know the variance in the place of the standard deviation.
            x = layers.Rescaling([1.0 / math.sqrt(spread) for spread in _SPREAD])(x)
        x = layers.ZeroPadding2D(halving_borders(x, 3), name="stem_conv_pad")(x)
        x = _parts.conv(x, rounded(32 * width), 3, "stem_conv", strides=2, padding="valid")
        x = _parts.act(_parts.norm(x, "stem_bn"), "stem_activation")
        number = 0
        for stage, (kernel, _, filters, wider, stride) in enumerate(_STAGES):
            for i in range(depths[stage]):
                x = _block(
                    *(x, kernel, rounded(filters * width), wider, 1 if i else stride),
                    *(0.2 * number / sum(depths), f"block{stage + 1}{chr(ord('a') + i)}_"),
                )
                number += 1
        x = _parts.conv(x, rounded(1280 * width), 1, "top_conv")
        return _parts.act(_parts.norm(x, "top_bn"), "top_activation")

    return body


def _application(kind: str) -> Any:
    width, depth, size, dropout, weights = _SCALES[kind]
    name, folder = (
        f"efficientnet{kind.lower()}",
        "https://storage.googleapis.com/keras-applications/",
    )
    with_top, without = _HASHES[kind]
    files = {
        True: WeightFile(f"{name}.h5", with_top, folder),
        False: WeightFile(f"{name}_notop.h5", without, folder),
    }
    top = head(dropout=dropout, kernel_initializer=DENSE_START)
    return application(
        f"EfficientNet{kind}",
        Architecture(_body(width, depth), size, files, top, names_pooling=True),
        f"EfficientNet{kind} (Tan and Le 2019, arXiv:1905.11946): {weights} million weights.",
        name=name,
    )


EfficientNetB0 = _application("B0")
EfficientNetB1 = _application("B1")
EfficientNetB2 = _application("B2")
EfficientNetB3 = _application("B3")
EfficientNetB4 = _application("B4")
EfficientNetB5 = _application("B5")
EfficientNetB6 = _application("B6")
EfficientNetB7 = _application("B7")
preprocess_input = in_mode(None)
