"""Layers with one family's habits: what all its convolutions and normalizations have in common."""

from __future__ import annotations

import math
from typing import Any

from kerata import layers
from kerata.base.symbolic import KerasTensor
from kerata.config import image_data_format


def channel_axis() -> int:
    """Give the axis of the channels in a batch of pictures: 3, or 1 with channels first."""
    return 1 if image_data_format() == "channels_first" else 3


def channels(x: KerasTensor) -> int:
    """Give the number of channels of a batch of pictures.

    Raises:
        ValueError: it isn't known.
    """
    found = x.shape[channel_axis()]
    if found is None:
        raise ValueError(f"The number of channels must be known, got pictures of {x.shape}.")
    return found


def sizes(x: KerasTensor) -> tuple[int | None, int | None]:
    """Give height and width of a batch of pictures."""
    first = 2 if channel_axis() == 1 else 1
    return x.shape[first], x.shape[first + 1]


def halving_borders(x: KerasTensor, kernel: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give the zeros around a picture before a step of 2, TensorFlow's way for even sizes."""
    even = [1 if size is None else 1 - size % 2 for size in sizes(x)]
    half = kernel // 2
    return (half - even[0], half), (half - even[1], half)


def rounded(width: float, step: int = 8) -> int:
    """Give the multiple of ``step`` that is closest, at most a tenth below.

    >>> rounded(18.0), rounded(11.0)
    (24, 16)
    """
    near = max(step, int(width + step / 2) // step * step)
    return near + step if near < 0.9 * width else near


def repeated(times: int, depth: float) -> int:
    """Give the number of blocks of a deeper network."""
    return math.ceil(depth * times)


class Parts:
    """Makes and calls layers; each method takes and gives a symbolic tensor.

    Arguments:
        conv: what all convolutions are given.
        norm: what all batch normalizations are given.
        kind: the activation, a name or a layer class with its arguments.
    """

    def __init__(
        self,
        conv: dict[str, Any] | None = None,
        norm: dict[str, Any] | None = None,
        kind: Any = "relu",
    ) -> None:
        self._conv = conv or {}
        self._norm = norm or {}
        self._kind = kind

    def conv(
        self, x: KerasTensor, filters: int, size: Any, name: str | None = None, **more: Any
    ) -> KerasTensor:
        """Convolve."""
        return layers.Conv2D(filters, size, name=name, **{**self._conv, **more})(x)

    def depthwise(self, x: KerasTensor, size: Any, name: str, **more: Any) -> KerasTensor:
        """Convolve each channel on its own."""
        return layers.DepthwiseConv2D(size, name=name, **more)(x)

    def norm(self, x: KerasTensor, name: str | None = None) -> KerasTensor:
        """Normalize over the batch."""
        return layers.BatchNormalization(axis=channel_axis(), name=name, **self._norm)(x)

    def act(self, x: KerasTensor, name: str | None = None) -> KerasTensor:
        """Apply the activation."""
        if self._kind == "relu6":
            return layers.ReLU(6.0, name=name)(x)
        return layers.Activation(self._kind, name=name)(x)

    def joined(self, xs: list[KerasTensor], name: str | None = None) -> KerasTensor:
        """Put channels side by side."""
        return layers.Concatenate(axis=channel_axis(), name=name)(xs)
