"""InceptionResNetV2 (Szegedy and others 2016, arXiv:1602.07261)."""

from __future__ import annotations

from typing import Any

from kerata.applications.building import Architecture, application, head
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.inception_v3 import averaged, chain, smaller, stem
from kerata.applications.own_layers import CustomScaleLayer
from kerata.applications.parts import Parts, channels
from kerata.base.symbolic import KerasTensor

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]

_parts = Parts(conv={"padding": "same"}, norm={"scale": False})
# Branches of each kind of block: filters and kernel of their convolutions.
_BRANCHES: dict[str, list[list[tuple[int, Any]]]] = {
    "block35": [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (48, 3), (64, 3)]],
    "block17": [[(192, 1)], [(128, 1), (160, (1, 7)), (192, (7, 1))]],
    "block8": [[(192, 1)], [(192, 1), (224, (1, 3)), (256, (3, 1))]],
}


def _blocks(x: KerasTensor, kind: str, times: int, scale: float) -> KerasTensor:
    for i in range(1, times + 1):
        x = _block(x, kind, i, scale)
    return x


def _block(x: KerasTensor, kind: str, i: int, scale: float, active: bool = True) -> KerasTensor:
    name = f"{kind}_{i}"
    mixed = _parts.joined([chain(x, b) for b in _BRANCHES[kind]], f"{name}_mixed")
    up = _parts.conv(mixed, channels(x), 1, f"{name}_conv")
    x = CustomScaleLayer(scale)([x, up])
    return _parts.act(x, f"{name}_ac") if active else x


def _body(x: KerasTensor, a: Any) -> KerasTensor:
    x = stem(x)
    branches: list[Any] = [[(96, 1)], [(48, 1), (64, 5)], [(64, 1), (96, 3), (96, 3)]]
    x = _parts.joined([*(chain(x, b) for b in branches), averaged(x, 64)], "mixed_5b")
    x = _blocks(x, "block35", 10, 0.17)
    x = smaller(x, [[(384, 3)], [(256, 1), (256, 3), (384, 3)]], "mixed_6a")
    x = _blocks(x, "block17", 20, 0.1)
    branches = [[(256, 1), (384, 3)], [(256, 1), (288, 3)], [(256, 1), (288, 3), (320, 3)]]
    x = smaller(x, branches, "mixed_7a")
    x = _blocks(x, "block8", 9, 0.2)
    x = _block(x, "block8", 10, 1.0, active=False)
    x = _parts.norm(_parts.conv(x, 1536, 1, "conv_7b", use_bias=False), "conv_7b_bn")
    return _parts.act(x, "conv_7b_ac")


InceptionResNetV2 = application(
    "InceptionResNetV2",
    Architecture(
        _body,
        299,
        two_files(
            "inception_resnet_v2/inception_resnet_v2_weights_tf_dim_ordering_tf_kernels",
            "e693bd0210a403b3192acc6073ad2e96",
            "d19885ff4a710c122648d3b5c3b684e4",
        ),
        head(),
        smallest=75,
    ),
    "InceptionResNetV2 (Szegedy and others 2016, arXiv:1602.07261): 56 million weights.",
    name="inception_resnet_v2",
)
preprocess_input = in_mode("tf")
