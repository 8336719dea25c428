"""MobileNetV3 (Howard and others 2019, arXiv:1905.02244)."""

from __future__ import annotations

from typing import Any

from kerata import layers, ops
from kerata.applications.building import Architecture, Layers, application
from kerata.applications.files import STORE, WeightFile, one_of, tell_of_another_size
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts, channels, halving_borders, rounded
from kerata.base.symbolic import KerasTensor

__all__ = ["decode_predictions", "preprocess_input"]

# Expansion, filters, kernel (0: 5, or 3 if minimalistic), stride, squeezed, hard swish.
_SMALL = (
    *((1, 16, 3, 2, True, False), (72 / 16, 24, 3, 2, False, False)),
    *((88 / 24, 24, 3, 1, False, False), (4, 40, 0, 2, True, True)),
    *((6, 40, 0, 1, True, True),) * 2,
    *((3, 48, 0, 1, True, True),) * 2,
    *((6, 96, 0, 2, True, True), (6, 96, 0, 1, True, True), (6, 96, 0, 1, True, True)),
)
_LARGE = (
    *((1, 16, 3, 1, False, False), (4, 24, 3, 2, False, False), (3, 24, 3, 1, False, False)),
    *((3, 40, 0, 2, True, False), (3, 40, 0, 1, True, False), (3, 40, 0, 1, True, False)),
    *((6, 80, 3, 2, False, True), (2.5, 80, 3, 1, False, True)),
    *((2.3, 80, 3, 1, False, True),) * 2,
    *((6, 112, 3, 1, True, True),) * 2,
    *((6, 160, 0, 2, True, True), (6, 160, 0, 1, True, True), (6, 160, 0, 1, True, True)),
)
_HASHES = {
    "large_224_0.75": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0": (
        *("675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"),
    ),
    "small_224_0.75": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0": (
        *("99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"),
    ),
}
_parts = Parts(
    conv={"use_bias": False, "padding": "same"}, norm={"epsilon": 1e-3, "momentum": 0.999}
)


def _act(x: KerasTensor, hard: bool) -> KerasTensor:
    return layers.Activation("hard_swish")(x) if hard else layers.ReLU()(x)


def _squeezed(x: KerasTensor, prefix: str) -> KerasTensor:
    """Weigh the channels by what is in the whole picture (Hu and others, arXiv:1709.01507)."""
    filters = channels(x)
    s = layers.GlobalAveragePooling2D(keepdims=True, name=f"{prefix}avg_pool")(x)
    s = _parts.conv(s, rounded(filters * 0.25), 1, f"{prefix}conv", use_bias=True)
    s = layers.ReLU(name=f"{prefix}relu")(s)
    s = _parts.conv(s, filters, 1, f"{prefix}conv_1", use_bias=True)
    s = ops.multiply(layers.ReLU(6.0)(ops.add(s, 3.0)), 1.0 / 6.0)
    return layers.Multiply(name=f"{prefix}mul")([x, s])


def _block(
    x: KerasTensor,
    wider: float,
    filters: int,
    kernel: int,
    stride: int,
    squeezed: bool,
    hard: bool,
    i: int,
) -> KerasTensor:
    before, prefix = x, f"expanded_conv_{i}_" if i else "expanded_conv_"
    if i:
        x = _parts.conv(x, rounded(channels(x) * wider), 1, f"{prefix}expand")
        x = _act(_parts.norm(x, f"{prefix}expand_bn"), hard)
    if stride == 2:
        x = layers.ZeroPadding2D(halving_borders(x, kernel), name=f"{prefix}depthwise_pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = _parts.depthwise(
        x, kernel, f"{prefix}depthwise", strides=stride, padding=padding, use_bias=False
    )
    x = _act(_parts.norm(x, f"{prefix}depthwise_bn"), hard)
    if squeezed:
        x = _squeezed(x, f"{prefix}squeeze_excite_")
    x = _parts.norm(_parts.conv(x, filters, 1, f"{prefix}project"), f"{prefix}project_bn")
    if stride == 1 and channels(before) == filters:
        return layers.Add(name=f"{prefix}add")([before, x])
    return x


def _body(blocks: tuple[tuple[Any, ...], ...]) -> Layers:
    def body(x: KerasTensor, a: Any) -> KerasTensor:
        full = not a.minimalistic
        if a.include_preprocessing:
            x = layers.Rescaling(1.0 / 127.5, offset=-1.0)(x)
        x = _act(_parts.norm(_parts.conv(x, 16, 3, "conv", strides=2), "conv_bn"), full)
        for i, (wider, filters, kernel, stride, squeezed, hard) in enumerate(blocks):
            x = _block(
                *(x, wider, rounded(filters * a.alpha), kernel or (5 if full else 3), stride),
                *(squeezed and full, hard and full, i),
            )
        x = _parts.conv(x, rounded(channels(x) * 6), 1, "conv_1")
        return _act(_parts.norm(x, "conv_1_bn"), full)

    return body


def _top(features: int) -> Layers:
    def top(x: KerasTensor, a: Any) -> KerasTensor:
        width = rounded(features * a.alpha) if a.alpha > 1 else features
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = _parts.conv(x, width, 1, "conv_2", use_bias=True)
        x = _act(x, not a.minimalistic)
        if a.dropout_rate > 0:
            x = layers.Dropout(a.dropout_rate)(x)
        x = layers.Flatten()(_parts.conv(x, a.classes, 1, "logits", use_bias=True))
        return layers.Activation(a.classifier_activation, name="predictions")(x)

    return top


def _application(size: str, blocks: tuple[tuple[Any, ...], ...], features: int, about: str) -> Any:
    called = f"MobileNetV3{size.capitalize()}"

    def file(a: Any) -> WeightFile:
        one_of(called, "alpha", a.alpha, (1.0,) if a.minimalistic else (0.75, 1.0))
        tell_of_another_size(called, a)
        kind = f"{size}{'_minimalistic' if a.minimalistic else ''}_224_{float(a.alpha)}"
        with_top, without = _HASHES[kind]
        name = f"weights_mobilenet_v3_{kind}_float{'' if a.include_top else '_no_top_v2'}.h5"
        digest = with_top if a.include_top else without
        return WeightFile(name, digest, f"{STORE}mobilenet_v3/")

    return application(
        called,
        Architecture(_body(blocks), 224, file, _top(features), names_pooling=True, any_size=True),
        f"{called} (Howard and others 2019, arXiv:1905.02244): {about} million weights.",
        {
            "input_shape": None,
            "alpha": 1.0,
            "minimalistic": False,
            "include_top": True,
            "weights": "imagenet",
            "input_tensor": None,
            "classes": 1000,
            "pooling": None,
            "dropout_rate": 0.2,
            "classifier_activation": "softmax",
            "include_preprocessing": True,
            "name": called,
        },
    )


MobileNetV3Small = _application("small", _SMALL, 1024, "2.6")
MobileNetV3Large = _application("large", _LARGE, 1280, "5.5")
preprocess_input = in_mode(None)
