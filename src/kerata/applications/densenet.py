"""Densely connected networks (Huang and others 2016, arXiv:1608.06993)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import Architecture, Layers, application, head
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts, channels
from kerata.base.symbolic import KerasTensor

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

_GROWTH = 32
_parts = Parts(conv={"use_bias": False}, norm={"epsilon": 1.001e-5})


def _norm_act(x: KerasTensor, norm: str, act: str) -> KerasTensor:
    return _parts.act(_parts.norm(x, norm), act)


def _block(x: KerasTensor, name: str) -> KerasTensor:
    new = _norm_act(x, f"{name}_0_bn", f"{name}_0_relu")
    new = _parts.conv(new, 4 * _GROWTH, 1, f"{name}_1_conv")
    new = _norm_act(new, f"{name}_1_bn", f"{name}_1_relu")
    new = _parts.conv(new, _GROWTH, 3, f"{name}_2_conv", padding="same")
    return _parts.joined([x, new], f"{name}_concat")


def _transition(x: KerasTensor, name: str) -> KerasTensor:
    x = _norm_act(x, f"{name}_bn", f"{name}_relu")
    x = _parts.conv(x, channels(x) // 2, 1, f"{name}_conv")
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _body(depths: tuple[int, ...]) -> Layers:
    def body(x: KerasTensor, a: Any) -> KerasTensor:
        x = layers.ZeroPadding2D(3)(x)
        x = _parts.conv(x, 64, 7, "conv1_conv", strides=2)
        x = _norm_act(x, "conv1_bn", "conv1_relu")
        x = layers.ZeroPadding2D(1)(x)
        x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
        for stage, depth in enumerate(depths, 2):
            if stage > 2:
                x = _transition(x, f"pool{stage - 1}")
            for i in range(1, depth + 1):
                x = _block(x, f"conv{stage}_block{i}")
        return _norm_act(x, "bn", "relu")

    return body


def _application(
    depth: int, depths: tuple[int, ...], weights: str, with_top: str, without: str
) -> Any:
    name = f"densenet{depth}"
    files = two_files(f"densenet/{name}_weights_tf_dim_ordering_tf_kernels", with_top, without)
    return application(
        f"DenseNet{depth}",
        Architecture(_body(depths), 224, files, head(), names_pooling=True, last_only=True),
        f"DenseNet{depth} (Huang and others 2016, arXiv:1608.06993): {weights} million weights.",
        name=name,
    )


DenseNet121 = _application(
    *(121, (6, 12, 24, 16), "8"),
    *("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
)
DenseNet169 = _application(
    *(169, (6, 12, 32, 32), "14"),
    *("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
)
DenseNet201 = _application(
    *(201, (6, 12, 48, 32), "20"),
    *("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
)
preprocess_input = in_mode("torch")
