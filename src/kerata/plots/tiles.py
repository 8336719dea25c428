"""Many small grey pictures side by side; filters and feature maps share it."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import new_figure, save, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def tiles(
    images: np.ndarray,
    path: str | os.PathLike[str] | None,
    title_text: str | None,
    columns: int,
    **look: Any,
) -> Figure:
    """Draw images ``(n, height, width)`` or ``(n, height, width, 3)``; look goes to imshow."""
    columns = max(1, min(columns, len(images)))
    rows = math.ceil(len(images) / columns)
    figure = new_figure(max(0.8 * columns, 3.2), 0.5 + 0.8 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, image in zip(grid, images, strict=False):
        axes.imshow(image, **look)
    for axes in grid:
        axes.set_axis_off()
    title(figure, title_text)
    save(figure, path)
    return figure


def find_layer(model: Any, name: str | None) -> Any:
    """Find a layer by name, or without one the first two-dimensional convolution."""
    if name is not None:
        return model.get_layer(name)
    for layer in model.layers:
        if len(getattr(getattr(layer, "kernel", None), "shape", ())) == 4:
            return layer
    raise ValueError(
        f"Model {model.name!r} has no two-dimensional convolution; name a layer: layer='...'."
    )
