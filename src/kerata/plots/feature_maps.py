"""What a convolution sees in an image."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.tiles import find_layer, tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def feature_maps(
    model: Any,
    image: Any,
    layer: str | None = None,
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
    columns: int = 8,
) -> Figure:
    """Draw an image and what each filter of a layer makes of it, dark where it answers most.

    Arguments:
        model: a built model whose input is an image.
        image: ``(height, width, channels)``.
        layer: the layer's name; by default the first two-dimensional convolution.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.
        columns: maps in a row.

    Returns:
        The matplotlib figure; the image is the last of its axes.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: there is no such layer, or its output is no image.

    >>> from kerata import Sequential, layers
    >>> model = Sequential([layers.Input((8, 8, 1)), layers.Conv2D(4, 3)])
    >>> len(feature_maps(model, np.ones((8, 8, 1))).axes)
    5
    """
    from kerata.models import Model

    chosen = find_layer(model, layer)
    until = Model(inputs=model.inputs, outputs=chosen.output)
    maps = np.asarray(until.predict(np.asarray(image)[None], verbose=0))
    if maps.ndim != 4:
        raise ValueError(
            f"The output of layer {chosen.name!r} is no image: it has shape {maps.shape[1:]}."
        )
    images = np.moveaxis(maps[0], -1, 0)
    return tiles(images, path, title_text, columns, original=image, cmap="Greys")
