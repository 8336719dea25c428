"""VGG16, and what VGG19 shares with it (Simonyan and Zisserman 2014, arXiv:1409.1556)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import Architecture, Layers, application
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.base.symbolic import KerasTensor

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]

_FILTERS = (64, 128, 256, 512, 512)


def vgg(name: str, depths: tuple[int, ...], with_top: str, without: str) -> Architecture:
    """Give the network of five blocks with these numbers of convolutions."""
    files = two_files(f"{name}/{name}_weights_tf_dim_ordering_tf_kernels", with_top, without)
    return Architecture(_body(depths), 224, files, _top)


def _body(depths: tuple[int, ...]) -> Layers:
    def body(x: KerasTensor, a: Any) -> KerasTensor:
        for block, (depth, filters) in enumerate(zip(depths, _FILTERS, strict=True), 1):
            for i in range(1, depth + 1):
                name = f"block{block}_conv{i}"
                x = layers.Conv2D(filters, 3, activation="relu", padding="same", name=name)(x)
            x = layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
        return x

    return body


def _top(x: KerasTensor, a: Any) -> KerasTensor:
    x = layers.Flatten(name="flatten")(x)
    for name in ("fc1", "fc2"):
        x = layers.Dense(4096, activation="relu", name=name)(x)
    return layers.Dense(a.classes, activation=a.classifier_activation, name="predictions")(x)


VGG16 = application(
    "VGG16",
    vgg(
        "vgg16",
        (2, 2, 3, 3, 3),
        "64373286793e3c8b2b4e3219cbf3544b",
        "6d6bbae143d832006294945121d1f1fc",
    ),
    "VGG16 (Simonyan and Zisserman 2014, arXiv:1409.1556): 138 million weights.",
    name="vgg16",
)
preprocess_input = in_mode("caffe")
