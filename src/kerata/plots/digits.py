"""A picture of small images with what the network said about them."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kerata.plots.figure import GREEN, RED, new_figure, save, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def digits(
    images: np.ndarray,
    truth: Sequence[int] | np.ndarray,
    probabilities: np.ndarray,
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
    columns: int = 6,
) -> Figure:
    """Draw grey images, each with the network's answer, how sure it was, and the truth.

    Arguments:
        images: ``(n, height, width)``, higher values are more ink.
        truth: true class numbers ``(n,)``.
        probabilities: the network's output ``(n, classes)``.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.
        columns: images in a row.

    Returns:
        The matplotlib figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: no images, or lengths that don't fit.

    >>> figure = digits(np.ones((1, 8, 8)), [1], np.array([[0.1, 0.9]]))
    >>> figure.axes[0].get_title()
    '✓ 1, sure to 90%'
    """
    images, truth, probabilities = map(np.asarray, (images, truth, probabilities))
    if len(images) == 0 or not len(images) == len(truth) == len(probabilities):
        raise ValueError(
            "There must be as many images as true classes and rows of probabilities, at least one; "
            f"got {len(images)}, {len(truth)} and {len(probabilities)}."
        )
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    figure = new_figure(max(1.55 * columns, 4.0), 0.6 + 1.95 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    darkest = max(float(images.max()), 1e-9)
    for axes, image, true, row in zip(grid, images, truth, probabilities, strict=False):
        said = int(row.argmax())
        axes.imshow(image, cmap="Greys", vmin=0, vmax=darkest)
        message = f"✓ {said}, sure to {100 * row[said]:.0f}%"
        if said != true:
            message = f"✗ “{said}”, but is {true}\nsure to {100 * row[said]:.0f}%"
        axes.set_title(message, fontsize=9, color=GREEN if said == true else RED)
        axes.set_xticks([])
        axes.set_yticks([])
        for edge in axes.spines.values():
            edge.set_color("#cbd2d9")
    for axes in grid[len(images) :]:
        axes.remove()
    title(figure, title_text)
    save(figure, path)
    return figure
