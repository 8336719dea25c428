"""What a convolution looks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.tiles import find_layer, tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def filters(
    model: Any,
    layer: str | None = None,
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
    columns: int = 8,
    image: Any = None,
) -> Figure:
    """Draw the filters of a two-dimensional convolution, blue below zero and red above.

    Arguments:
        model: a built model.
        layer: the layer's name; by default the first two-dimensional convolution.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.
        columns: filters in a row.
        image: ``(height, width, channels)``, drawn beside them.

    Returns:
        The matplotlib figure; of each filter the slice of its first input channel, of filters
        on images of three colours all of it, grey where it is zero.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: there is no such convolution.

    >>> from kerata import Sequential, layers
    >>> model = Sequential([layers.Input((8, 8, 1)), layers.Conv2D(4, 3)])
    >>> len(filters(model).axes)
    4
    """
    kernel = getattr(find_layer(model, layer), "kernel", None)
    if kernel is None or len(kernel.shape) != 4:
        raise ValueError(f"Layer {layer!r} is no two-dimensional convolution.")
    weights = np.moveaxis(np.asarray(kernel, dtype="float32"), -1, 0)
    if weights.shape[3] == 3:
        most = np.maximum(np.abs(weights).max(axis=(1, 2, 3), keepdims=True), 1e-9)
        return tiles(0.5 + 0.5 * weights / most, path, title_text, columns, original=image)
    weights = weights[..., 0]
    most = max(float(np.abs(weights).max()), 1e-9)
    look = {"cmap": "RdBu_r", "vmin": -most, "vmax": most}
    return tiles(weights, path, title_text, columns, original=image, **look)
