"""The curves of a training run."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import (
    BLUE,
    DASHES,
    GREY,
    ORANGE,
    headline,
    is_share,
    new_figure,
    save,
    tidy,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A loss that falls by more than this factor is drawn on a logarithmic scale.
LOG_FROM = 20
# Labels at the ends of two curves stay this share of the axes' height apart.
LABEL_GAP = 0.06


def history(
    history: Any, path: str | os.PathLike[str] | None = None, title_text: str | None = None
) -> Figure:
    """Draw loss and metrics over the epochs, with the best epoch marked.

    The best epoch is the one with the lowest validation loss, else the lowest loss.

    Arguments:
        history: what ``fit`` returned, or its dictionary of lists.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.

    Returns:
        The matplotlib figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: no epochs, or a file name whose format is unknown.

    >>> figure = history({"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]})
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Loss']
    """
    curves: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    curves = {name: [float(v) for v in values] for name, values in curves.items() if len(values)}
    names = [name for name in curves if not name.startswith("val_")]
    if not names:
        raise ValueError("There is nothing to draw: the history has no epochs.")
    best = _best_epoch(curves)
    columns = min(len(names), 2)
    rows = math.ceil(len(names) / columns)
    figure = new_figure(5.2 * columns, 0.5 + 3.3 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(grid, names, strict=False):
        panel(axes, name, curves[name], curves.get(f"val_{name}"), best)
    for axes in grid[len(names) :]:
        axes.remove()
    title(figure, title_text)
    save(figure, path)
    return figure


def _best_epoch(curves: Mapping[str, Sequence[float]]) -> int | None:
    losses = np.asarray(curves.get("val_loss") or curves.get("loss") or [])
    if not np.isfinite(losses).any():
        return None
    return int(np.nanargmin(np.where(np.isfinite(losses), losses, np.nan))) + 1


def panel(
    axes: Axes,
    name: str,
    train: Sequence[float],
    validation: Sequence[float] | None,
    best: int | None,
) -> None:
    """Draw one figure's curves over the epochs into axes, with the best epoch marked."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    tidy(axes)
    curves = [("training", train, BLUE)]
    if validation is not None:
        curves.append(("validation", validation, ORANGE))
    for (_, values, colour), dash in zip(curves, DASHES, strict=False):
        # One epoch is a point, not a line.
        marker = "o" if len(values) == 1 else None
        # Not every epoch need be validated; then these stand at even steps up to the last.
        epochs = np.arange(1, len(values) + 1) * len(train) / len(values)
        axes.plot(epochs, values, color=colour, linewidth=1.8, linestyle=dash, marker=marker, ms=4)
    everything = np.concatenate([np.asarray(values) for _, values, _ in curves])
    finite = everything[np.isfinite(everything)]
    heading = name.replace("_", " ").capitalize()
    if "loss" in name and finite.size and 0 < finite.min() * LOG_FROM < finite.max():
        axes.set_yscale("log")
        heading += " (logarithmic)"
    if name in ("accuracy", "acc") or name.endswith("_accuracy"):
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    if is_share(name):
        low, high = axes.get_ylim()
        axes.set_ylim(max(low, -0.02), min(high, 1.02))
    axes.set_xlabel("epoch", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    headline(axes, heading)
    if best is not None and best <= len(curves[-1][1]):
        _mark_best(axes, best, curves[-1])
    _label_ends(axes, curves)


def _mark_best(axes: Axes, best: int, curve: tuple[str, Sequence[float], str]) -> None:
    _, values, colour = curve
    axes.axvline(best, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.plot([best], [values[best - 1]], "o", color=colour, ms=6, mec="white", mew=1.2, zorder=3)
    left, right = axes.get_xlim()
    # Where there is more room: falling curves leave it above, rising ones below.
    late, rising = best > (left + right) / 2, values[-1] > values[0]
    axes.annotate(
        f"best epoch {best}",
        (best, 0 if rising else 1),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if late else 5, 4 if rising else -4),
        textcoords="offset points",
        ha="right" if late else "left",
        va="bottom" if rising else "top",
        fontsize=8.5,
        color=GREY,
    )


def _label_ends(axes: Axes, curves: Sequence[tuple[str, Sequence[float], str]]) -> None:
    """Write each curve's name at its right end, apart from each other."""
    last = len(curves[0][1])
    ends = [(label, values[-1], last, colour) for label, values, colour in curves]
    ends = [end for end in ends if math.isfinite(end[1])]
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = [float(to_axes.transform((1, value))[1]) for _, value, _, _ in ends]
    if len(heights) == 2 and abs(heights[0] - heights[1]) < LABEL_GAP:
        push = (LABEL_GAP - abs(heights[0] - heights[1])) / 2
        up = 0 if heights[0] >= heights[1] else 1
        heights[up] += push
        heights[1 - up] -= push
    for (label, _, epoch, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            label,
            (epoch, height),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=colour,
            annotation_clip=False,
        )
