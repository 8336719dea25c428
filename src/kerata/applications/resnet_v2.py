"""Residual networks that normalize first (He and others 2016, arXiv:1603.05027)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import Layers, application
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.resnet import DEPTHS, parts, resnet, stem
from kerata.base.symbolic import KerasTensor

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]


def _block(x: KerasTensor, filters: int, stride: int, first: bool, name: str) -> KerasTensor:
    before = parts.act(parts.norm(x, f"{name}_preact_bn"), f"{name}_preact_relu")
    if first:
        shortcut = parts.conv(before, 4 * filters, 1, f"{name}_0_conv", strides=stride)
    else:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = parts.conv(before, filters, 1, f"{name}_1_conv", use_bias=False)
    x = parts.act(parts.norm(x, f"{name}_1_bn"), f"{name}_1_relu")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = parts.conv(x, filters, 3, f"{name}_2_conv", strides=stride, use_bias=False)
    x = parts.act(parts.norm(x, f"{name}_2_bn"), f"{name}_2_relu")
    x = parts.conv(x, 4 * filters, 1, f"{name}_3_conv")
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _body(depths: tuple[int, ...]) -> Layers:
    def body(x: KerasTensor, a: Any) -> KerasTensor:
        x = stem(x, normalized=False)
        for stage, depth in enumerate(depths):
            for i in range(depth):
                # The last block of a stage makes pictures smaller, but for the last stage.
                stride = 2 if i == depth - 1 and stage < 3 else 1
                x = _block(x, 64 << stage, stride, not i, f"conv{stage + 2}_block{i + 1}")
        return parts.act(parts.norm(x, "post_bn"), "post_relu")

    return body


def _application(depth: int, weights: str, with_top: str, without: str) -> Any:
    name = f"resnet{depth}v2"
    return application(
        f"ResNet{depth}V2",
        resnet(name, _body(DEPTHS[depth]), with_top, without),
        f"ResNet{depth}V2 (He and others 2016, arXiv:1603.05027): {weights} million weights.",
        name=name,
    )


ResNet50V2 = _application(
    50, "26", "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"
)
ResNet101V2 = _application(
    101, "45", "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"
)
ResNet152V2 = _application(
    152, "60", "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"
)
preprocess_input = in_mode("tf")
