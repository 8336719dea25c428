"""Residual networks (He and others 2015, arXiv:1512.03385), and what their second form shares."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import Architecture, Layers, application, head
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts
from kerata.base.symbolic import KerasTensor

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
parts = Parts(norm={"epsilon": 1.001e-5})


def resnet(name: str, body: Layers, with_top: str, without: str) -> Architecture:
    """Give a residual network with the usual top."""
    files = two_files(f"resnet/{name}_weights_tf_dim_ordering_tf_kernels", with_top, without)
    return Architecture(body, 224, files, head(), names_pooling=True)


def stem(x: KerasTensor, normalized: bool) -> KerasTensor:
    """Reduce pictures to a quarter of their sides, before the blocks."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = parts.conv(x, 64, 7, "conv1_conv", strides=2)
    if normalized:
        x = parts.act(parts.norm(x, "conv1_bn"), "conv1_relu")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def _block(x: KerasTensor, filters: int, stride: int, first: bool, name: str) -> KerasTensor:
    shortcut = x
    if first:
        shortcut = parts.conv(x, 4 * filters, 1, f"{name}_0_conv", strides=stride)
        shortcut = parts.norm(shortcut, f"{name}_0_bn")
    x = parts.conv(x, filters, 1, f"{name}_1_conv", strides=stride)
    x = parts.act(parts.norm(x, f"{name}_1_bn"), f"{name}_1_relu")
    x = parts.conv(x, filters, 3, f"{name}_2_conv", padding="same")
    x = parts.act(parts.norm(x, f"{name}_2_bn"), f"{name}_2_relu")
    x = parts.norm(parts.conv(x, 4 * filters, 1, f"{name}_3_conv"), f"{name}_3_bn")
    return parts.act(layers.Add(name=f"{name}_add")([shortcut, x]), f"{name}_out")


def _body(depths: tuple[int, ...]) -> Layers:
    def body(x: KerasTensor, a: Any) -> KerasTensor:
        x = stem(x, normalized=True)
        for stage, depth in enumerate(depths):
            for i in range(depth):
                stride = 2 if stage and not i else 1
                x = _block(x, 64 << stage, stride, not i, f"conv{stage + 2}_block{i + 1}")
        return x

    return body


def _application(depth: int, weights: str, with_top: str, without: str) -> Any:
    name = f"resnet{depth}"
    return application(
        f"ResNet{depth}",
        resnet(name, _body(DEPTHS[depth]), with_top, without),
        f"ResNet{depth} (He and others 2015, arXiv:1512.03385): {weights} million weights.",
        name=name,
    )


ResNet50 = _application(
    50, "26", "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"
)
ResNet101 = _application(
    101, "45", "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"
)
ResNet152 = _application(
    152, "60", "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"
)
preprocess_input = in_mode("caffe")
