"""Many small grey pictures side by side; filters and feature maps share it."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import INK, new_figure, save, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def tiles(
    images: np.ndarray,
    path: str | os.PathLike[str] | None,
    title_text: str | None,
    columns: int,
    original: Any = None,
    **look: Any,
) -> Figure:
    """Draw small pictures side by side.

    Arguments:
        images: ``(n, height, width)`` or ``(n, height, width, 3)``.
        path, title_text, columns: as for ``filters``.
        original: an image ``(height, width, channels)`` to draw large beside them.
        look: goes to imshow.
    """
    columns = max(1, min(columns, len(images)))
    rows = math.ceil(len(images) / columns)
    figure = new_figure(max(0.8 * columns, 3.2) + (1.9 if original is not None else 0), 0.5)
    figure.set_figheight(max(0.5 + 0.8 * rows, 0.5 if original is None else 2.2))
    # Two columns' room for the original, at the left.
    beside = 0 if original is None else max(1, round(1.9 / 0.8))
    grid = figure.add_gridspec(rows, columns + beside)
    for place, image in enumerate(images):
        axes = figure.add_subplot(grid[place // columns, beside + place % columns])
        axes.imshow(image, **look)
        axes.set_axis_off()
    if original is not None:
        axes = figure.add_subplot(grid[: min(rows, beside), :beside])
        pixels, grey = shown_image(original)
        axes.imshow(pixels, **grey)
        axes.set_axis_off()
        axes.set_title("the image", fontsize=9, color=INK)
    title(figure, title_text)
    save(figure, path)
    return figure


def shown_image(image: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Give an image ``(height, width, channels)`` as imshow takes it, and how to colour it."""
    pixels = np.asarray(image, dtype="float32")
    low, high = float(pixels.min()), float(pixels.max())
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        return (pixels - low) / max(high - low, 1e-9), {}
    return (pixels[..., 0] if pixels.ndim == 3 else pixels), {"cmap": "gray"}


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
