"""ConvNeXt (Liu and others 2022, arXiv:2201.03545)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import COMMON, Architecture, Layers, application
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.own_layers import LayerScale
from kerata.applications.parts import channels
from kerata.base.symbolic import KerasTensor
from kerata.models import Sequential

__all__ = [
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtSmall",
    "ConvNeXtTiny",
    "ConvNeXtXLarge",
    "decode_predictions",
    "preprocess_input",
]

_DEEP = (3, 3, 27, 3)
# Blocks and channels of the first stage (then twice as many each), millions of weights, digests.
_FORMS: dict[str, tuple[tuple[int, ...], int, str]] = {
    "Tiny": ((3, 3, 9, 3), 96, "29"),
    "Small": (_DEEP, 96, "50"),
    "Base": (_DEEP, 128, "89"),
    "Large": (_DEEP, 192, "198"),
    "XLarge": (_DEEP, 256, "350"),
}
_HASHES = {
    "Tiny": (
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    "Small": (
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    "Base": (
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    "Large": (
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    "XLarge": (
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
}
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _norm(name: str | None = None) -> layers.LayerNormalization:
    return layers.LayerNormalization(epsilon=1e-6, name=name)


def _smaller(called: str, stage: int, filters: int) -> Sequential:
    """Give the layers between stages, which Keras keeps in a model of their own."""
    if not stage:
        conv = layers.Conv2D(filters, 4, strides=4, name=f"{called}_stem_conv")
        return Sequential([conv, _norm(f"{called}_stem_layernorm")], name=f"{called}_stem")
    i = stage - 1
    conv = layers.Conv2D(filters, 2, strides=2, name=f"{called}_downsampling_conv_{i}")
    norm = _norm(f"{called}_downsampling_layernorm_{i}")
    return Sequential([norm, conv], name=f"{called}_downsampling_block_{i}")


def _block(before: KerasTensor, name: str) -> KerasTensor:
    n = channels(before)
    x = layers.Conv2D(n, 7, padding="same", groups=n, name=f"{name}_depthwise_conv")(before)
    x = _norm(f"{name}_layernorm")(x)
    x = layers.Dense(4 * n, name=f"{name}_pointwise_conv_1")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(n, name=f"{name}_pointwise_conv_2")(x)
    x = LayerScale(1e-6, n, name=f"{name}_layer_scale")(x)
    return before + layers.Activation("linear", name=f"{name}_identity")(x)


def _body(depths: tuple[int, ...], start: int) -> Layers:
    def body(x: KerasTensor, a: Any) -> KerasTensor:
        if a.include_preprocessing and channels(x) == 3:
            mean = [255 * m for m in _MEAN]
            variance = [(255 * s) ** 2 for s in _STD]
            name = f"{a.name}_prestem_normalization"
            x = layers.Normalization(mean=mean, variance=variance, name=name)(x)
        # Keras makes all of these first, which numbers no layer but keeps their order.
        between = [_smaller(a.name, stage, start << stage) for stage in range(4)]
        for stage, depth in enumerate(depths):
            x = between[stage](x)
            for i in range(depth):
                x = _block(x, f"{a.name}_stage_{stage}_block_{i}")
        return x

    return body


def _top(x: KerasTensor, a: Any) -> KerasTensor:
    x = layers.GlobalAveragePooling2D(name=f"{a.name}_head_gap")(x)
    x = _norm(f"{a.name}_head_layernorm")(x)
    name = f"{a.name}_head_dense"
    return layers.Dense(a.classes, activation=a.classifier_activation, name=name)(x)


def _application(form: str) -> Any:
    depths, start, weights = _FORMS[form]
    name = f"convnext_{form.lower()}"
    files = two_files(f"convnext/{name}", *_HASHES[form])
    body = _body(depths, start)
    network = Architecture(
        body, 224, files, _top, after_pooling=lambda x: _norm()(x), last_only=True
    )
    rest = {k: v for k, v in COMMON.items() if k not in ("include_top", "name")}
    return application(
        f"ConvNeXt{form}",
        network,
        f"ConvNeXt{form} (Liu and others 2022, arXiv:2201.03545): {weights} million weights.",
        {"include_top": True, "include_preprocessing": True, **rest, "name": name},
    )


ConvNeXtTiny = _application("Tiny")
ConvNeXtSmall = _application("Small")
ConvNeXtBase = _application("Base")
ConvNeXtLarge = _application("Large")
ConvNeXtXLarge = _application("XLarge")
preprocess_input = in_mode(None)
