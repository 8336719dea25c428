"""Pictures side by side."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from kerata.visualization.pixels import as_bytes, image_batch, is_channels_first


def plot_image_gallery(
    images: Any,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: dict[int, str] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: tuple[float, float] = (0, 255),
    scale: float = 2,
    path: str | os.PathLike[str] | None = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: float = 60,
    legend_handles: Any = None,
    data_format: str | None = None,
) -> None:
    """Show pictures in rows and columns, or save them in one file.

    Arguments:
        images: array ``(images, height, width, channels)``.
        y_true, y_pred: numbers of the true and the predicted classes, ``(images,)``; None for
            no titles.
        label_map: names of the classes by number; needed for titles.
        rows, cols: how many; together about a square with room for all pictures by default.
            The first ``rows * cols`` pictures are shown.
        value_range: the numbers that stand for black and white.
        scale: side of a picture in inches.
        path: file to save to (.png, .svg, .pdf), its folder is made; shown instead by default.
        show: whether to show them; by default if there is no path.
        transparent: whether the background of a saved picture is.
        dpi: dots per inch of a saved picture.
        legend_handles: matplotlib's patches for a legend below.
        data_format: ``'channels_last'`` or ``'channels_first'``; the setting by default.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: both a path and ``show``; classes without ``label_map``; images of another
            shape.

    >>> plot_image_gallery(np.zeros((4, 8, 8, 3)), show=False)
    """
    plt = _pyplot()
    if path is not None and show:
        raise ValueError("plot_image_gallery takes either path=... or show=True, not both.")
    if label_map is None and (y_true is not None or y_pred is not None):
        raise ValueError("plot_image_gallery needs label_map={0: ..., 1: ...} to name classes.")
    batch = image_batch("plot_image_gallery", images, is_channels_first(data_format))
    rows, cols = _grid(len(batch), rows, cols)
    figure, axes = plt.subplots(
        nrows=rows, ncols=cols, figsize=(cols * scale, rows * scale), frameon=False, squeeze=False
    )
    try:
        # Room for the titles alone.
        titled = y_true is not None or y_pred is not None
        figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
        for place, axis in enumerate(axes.flat):
            axis.axis("off")
            if place >= len(batch):
                continue
            picture = as_bytes(batch[place], value_range)
            axis.imshow(picture.repeat(3, -1) if picture.shape[-1] == 1 else picture)
            if titled:
                axis.set_title(_title(place, y_true, y_pred, label_map), fontsize=8)
        if legend_handles is not None:
            figure.legend(handles=legend_handles, loc="outside lower center", ncols=2)
        if path is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, bbox_inches="tight", transparent=transparent, dpi=dpi)
        elif show is None or show:
            plt.show()
    finally:
        plt.close(figure)


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as problem:
        raise ImportError(
            "Galleries need matplotlib: install it with pip install 'kerata[plots]'."
        ) from problem
    return plt


def _grid(count: int, rows: int | None, cols: int | None) -> tuple[int, int]:
    """Choose rows and columns with room for all pictures, where they are not given."""
    if count == 0:
        raise ValueError("plot_image_gallery got no images.")
    if rows is None:
        rows = math.ceil(math.sqrt(count)) if cols is None else math.ceil(count / cols)
    return rows, math.ceil(count / rows) if cols is None else cols


def _title(place: int, y_true: Any, y_pred: Any, names: dict[int, str] | None) -> str:
    parts = []
    for what, numbers in (("Label", y_true), ("Pred", y_pred)):
        if numbers is not None and place < len(numbers):
            name = (names or {}).get(np.asarray(numbers)[place].item(), "Unknown")
            parts.append(f"{what}: {name}")
    return "  ".join(parts)
