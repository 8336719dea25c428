"""A plot of the confusion matrix."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import GREY, INK, RED, new_figure, rounded_percent, save, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def confusion(
    matrix: np.ndarray,
    class_names: Sequence[str] | None = None,
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
) -> Figure:
    """Draw a confusion matrix: right answers in pale blue, mistakes in red by their share.

    Each cell has its count, and below it the share of its row: of those of the true class.

    Arguments:
        matrix: counts ``(classes, classes)``, row true class, column predicted class.
        class_names: what the classes are called; their numbers by default.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.

    Returns:
        The matplotlib figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: a matrix that is not square, or names that don't fit it.

    >>> figure = confusion(np.array([[9, 1], [0, 10]]), ["cat", "dog"])
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['cat', 'dog']
    """
    matrix = np.asarray(matrix)
    classes = len(matrix)
    names = [str(n) for n in (range(classes) if class_names is None else class_names)]
    if matrix.shape != (classes, classes) or classes == 0:
        raise ValueError(f"A confusion matrix is square, got shape {matrix.shape}.")
    if len(names) != classes:
        raise ValueError(f"The matrix has {classes} classes, but there are {len(names)} names.")
    side = max(3.6, 1.4 + 0.56 * classes)
    figure = new_figure(side, side)
    axes = figure.subplots()
    axes.imshow(_colours(matrix))
    for row in range(classes):
        for column in range(classes):
            count = matrix[row, column]
            if count:
                share = count / matrix[row].sum()
                right = row == column
                axes.text(
                    column,
                    row,
                    f"{count:,}\n{rounded_percent(share)}",
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color=INK,
                    linespacing=1.1,
                    fontweight="normal" if right else "bold",
                )
    slanted: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    long = max(map(len, names)) > 8
    axes.set_xticks(range(classes), names, **(slanted if long else {}))
    axes.set_yticks(range(classes), names)
    axes.set_xlabel("predicted class", fontsize=9, color=INK)
    axes.set_ylabel("true class", fontsize=9, color=INK)
    axes.tick_params(colors=GREY, labelsize=9, length=0)
    axes.set_xticks(np.arange(-0.5, classes), minor=True)
    axes.set_yticks(np.arange(-0.5, classes), minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    for edge in axes.spines.values():
        edge.set_visible(False)
    title(figure, title_text)
    save(figure, path)
    return figure


def _colours(matrix: np.ndarray) -> np.ndarray:
    """Give each cell its colour ``(classes, classes, 3)``."""
    from matplotlib.colors import to_rgb

    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    wrong, right = np.array(to_rgb(RED)), np.array(to_rgb("#d0e1fd"))
    empty = np.array(to_rgb("#f5f7fa"))
    # A single mistake among many must be seen; a tenth of a class is as red as it gets.
    strength = np.where(matrix > 0, 0.25 + 0.5 * np.minimum(shares / 0.1, 1), 0)[..., None]
    colours = empty * (1 - strength) + wrong * strength
    diagonal = np.arange(len(matrix))
    colours[diagonal, diagonal] = right
    return colours
