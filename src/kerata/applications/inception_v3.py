"""InceptionV3 (Szegedy and others 2015, arXiv:1512.00567)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kerata import layers
from kerata.applications.building import Architecture, application, head
from kerata.applications.files import two_files
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts
from kerata.base.symbolic import KerasTensor

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

_parts = Parts(conv={"use_bias": False, "padding": "same"}, norm={"scale": False})
# Filters and kernel of a convolution.
Conv = tuple[int, Any]
_DOWN = {"strides": 2, "padding": "valid"}


def conv_norm(x: KerasTensor, filters: int, size: Any, **more: Any) -> KerasTensor:
    """Convolve, normalize without a scale, and cut at zero."""
    return _parts.act(_parts.norm(_parts.conv(x, filters, size, **more)))


def chain(x: KerasTensor, convs: Iterable[Conv], **last: Any) -> KerasTensor:
    """Apply convolutions one after the other.

    Arguments:
        convs: filters and kernel of each.
        **last: what the last one is given.
    """
    convs = list(convs)
    for i, (filters, size) in enumerate(convs):
        x = conv_norm(x, filters, size, **(last if i == len(convs) - 1 else {}))
    return x


def stem(x: KerasTensor) -> KerasTensor:
    """Reduce pictures to an eighth of their sides."""
    x = conv_norm(x, 32, 3, **_DOWN)
    x = conv_norm(conv_norm(x, 32, 3, padding="valid"), 64, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = conv_norm(conv_norm(x, 80, 1, padding="valid"), 192, 3, padding="valid")
    return layers.MaxPooling2D(3, strides=2)(x)


def averaged(x: KerasTensor, filters: int) -> KerasTensor:
    """Average neighbours, then mix channels."""
    return conv_norm(layers.AveragePooling2D(3, strides=1, padding="same")(x), filters, 1)


def smaller(x: KerasTensor, branches: Iterable[Iterable[Conv]], name: str) -> KerasTensor:
    """Join branches whose last convolution has a step of 2, and pooling."""
    joined = [chain(x, branch, **_DOWN) for branch in branches]
    return _parts.joined([*joined, layers.MaxPooling2D(3, strides=2)(x)], name)


def _wide(x: KerasTensor, name: str, n: int, long: bool) -> KerasTensor:
    """One block on pictures of 35 pixels (``long`` False) or 17."""
    branches: list[list[Conv]]
    if long:
        across, down = (1, 7), (7, 1)
        branches = [
            [(192, 1)],
            [(n, 1), (n, across), (192, down)],
            [(n, 1), (n, down), (n, across), (n, down), (192, across)],
        ]
        last = 192
    else:
        branches = [[(64, 1)], [(48, 1), (64, 5)], [(64, 1), (96, 3), (96, 3)]]
        last = n
    return _parts.joined([*(chain(x, b) for b in branches), averaged(x, last)], name)


def _widest(x: KerasTensor, i: int) -> KerasTensor:
    """One block on pictures of 8 pixels."""
    one = conv_norm(x, 320, 1)
    small = conv_norm(x, 384, 1)
    small = _parts.joined(
        [conv_norm(small, 384, (1, 3)), conv_norm(small, 384, (3, 1))], f"mixed9_{i}"
    )
    twice = chain(x, [(448, 1), (384, 3)])
    twice = _parts.joined([conv_norm(twice, 384, (1, 3)), conv_norm(twice, 384, (3, 1))])
    return _parts.joined([one, small, twice, averaged(x, 192)], f"mixed{9 + i}")


def _body(x: KerasTensor, a: Any) -> KerasTensor:
    x = stem(x)
    for i, n in enumerate((32, 64, 64)):
        x = _wide(x, f"mixed{i}", n, long=False)
    x = smaller(x, [[(384, 3)], [(64, 1), (96, 3), (96, 3)]], "mixed3")
    for i, n in enumerate((128, 160, 160, 192), 4):
        x = _wide(x, f"mixed{i}", n, long=True)
    long = [(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3)]
    x = smaller(x, [[(192, 1), (320, 3)], long], "mixed8")
    return _widest(_widest(x, 0), 1)


InceptionV3 = application(
    "InceptionV3",
    Architecture(
        _body,
        299,
        two_files(
            "inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels",
            "9a0d58056eeedaa3f26cb7ebd46da564",
            "bcbd6486424b2319ff4ef7d526e38f63",
        ),
        head(),
        smallest=75,
    ),
    "InceptionV3 (Szegedy and others 2015, arXiv:1512.00567): 24 million weights.",
    name="inception_v3",
)
preprocess_input = in_mode("tf")
