"""Weights by the names and in the layouts that PyTorch's modules have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from kerata import layers
from kerata.export.errors import ExportError

Change = Callable[[np.ndarray], np.ndarray]


class Weight(NamedTuple):
    """A variable and its name there.

    Attributes:
        name: as in ``state_dict()``.
        variable: the box.
        there: gives PyTorch's layout.
        back: gives Kerata's.
    """

    name: str
    variable: Any
    there: Change
    back: Change


def weights_of(model: Any) -> list[Weight]:
    """List a model's weights, layer by layer, named by their layers.

    Raises:
        ExportError: two of one name.
    """
    found = list(_walk(model, ""))
    seen: set[str] = set()
    for weight in found:
        if weight.name in seen:
            raise ExportError(
                f"Two weights would be called {weight.name!r}: give the layers other names."
            )
        seen.add(weight.name)
    return found


def _walk(layer: Any, prefix: str) -> Iterator[Weight]:
    own = _own(layer)
    if own is not None:
        for name, variable, (there, back) in own:
            if variable is not None:
                yield Weight(f"{prefix}{name}", variable, there, back)
        return
    for variable in layer._own_variables():
        yield Weight(f"{prefix}{variable.name}", variable, *_SAME)
    for inner in layer._sublayers():
        yield from _walk(inner, f"{prefix}{inner.name}.")


def _permuted(*order: int) -> tuple[Change, Change]:
    inverse = tuple(int(i) for i in np.argsort(order))
    return (lambda w: w.transpose(order)), (lambda w: w.transpose(inverse))


_SAME: tuple[Change, Change] = (lambda w: w), (lambda w: w)
_TURNED = _permuted(1, 0)
_CONVOLUTIONS = (layers.Conv1D, layers.Conv2D, layers.Conv3D)
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)
_SCALED = (layers.LayerNormalization, layers.GroupNormalization)
_Row = tuple[str, Any, tuple[Change, Change]]


def _own(layer: Any) -> list[_Row] | None:
    """List a layer's weights by PyTorch's names; None for a layer without a module there."""
    kind = type(layer)
    if kind is layers.Dense:
        return [("weight", layer.kernel, _TURNED), ("bias", layer.bias, _SAME)]
    if kind in _CONVOLUTIONS or kind in _TRANSPOSED:
        rank = layer.kernel.ndim - 2
        # (*taps, in, out) there are (out, in, *taps); (*taps, out, in) are (in, out, *taps).
        order = _permuted(rank + 1, rank, *range(rank))
        return [("weight", layer.kernel, order), ("bias", layer.bias, _SAME)]
    if kind in _DEPTHWISE:
        return [("weight", layer.kernel, _apart(layer.kernel.shape)), ("bias", layer.bias, _SAME)]
    if kind is layers.Embedding:
        return [("weight", layer.embeddings, _SAME)]
    if kind is layers.BatchNormalization:
        return [
            ("weight", layer.gamma, _SAME),
            ("bias", layer.beta, _SAME),
            ("running_mean", layer.moving_mean, _SAME),
            ("running_var", layer.moving_variance, _SAME),
        ]
    if kind in _SCALED:
        return [("weight", layer.gamma, _SAME), ("bias", layer.beta, _SAME)]
    return None


def _apart(shape: tuple[int, ...]) -> tuple[Change, Change]:
    """Change kernels ``(*taps, channels, times)`` to ``(channels * times, 1, *taps)`` and back."""
    *taps, channels, times = shape
    rank = len(taps)

    def there(w: np.ndarray) -> np.ndarray:
        return w.transpose(rank, rank + 1, *range(rank)).reshape(channels * times, 1, *taps)

    def back(w: np.ndarray) -> np.ndarray:
        apart = w.reshape(channels, times, *taps)
        return apart.transpose(*range(2, 2 + rank), 0, 1)

    return there, back
