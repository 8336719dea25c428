"""Which class a network gives to each point of the plane."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import BLUE, GREEN, INK, ORANGE, RED, headline, new_figure, save, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = (
    BLUE,
    ORANGE,
    GREEN,
    RED,
    "#7048e8",
    "#0c8599",
    "#a61e4d",
    "#5c940d",
    "#495057",
    "#e67700",
)
# Classes differ by these as well as by colour.
MARKERS = "os^Dv<>Ph*"
# With more classes a legend would cover the picture.
MOST_NAMES = 10


def decision_boundary(
    model: Any,
    x: Any,
    y: Any,
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
    steps: int = 200,
    axes: Axes | None = None,
    class_names: Sequence[str] | None = None,
) -> Figure:
    """Colour the plane by the class that a model gives, with the points upon it.

    The paler the colour, the less sure the model; the dark line is where two classes meet.

    Arguments:
        model: a model (or scikit-learn estimator) of two inputs; its output is one
            probability ``(n, 1)``, probabilities ``(n, classes)`` or class numbers ``(n,)``.
        x: points ``(n, 2)``.
        y: class numbers ``(n,)`` or ``(n, 1)``.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: headline.
        steps: how many places along each axis the model is asked about.
        axes: axes of a figure of your own to draw into.
        class_names: what the classes are called in the legend; their numbers by default.

    Returns:
        The matplotlib figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: the points aren't in the plane, lengths that don't fit, or fewer names than
            classes.

    >>> class Right:
    ...     def predict(self, x, verbose=0):
    ...         return (x[:, :1] > 0) * 1.0
    >>> decision_boundary(Right(), [[-1, 0], [1, 0]], [0, 1]).axes[0].get_xlabel()
    'first input'
    """
    x, y = np.asarray(x, dtype="float32"), np.asarray(y)
    y = y.reshape(len(y)) if y.size == len(y) else y
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != x.shape[:1] or not len(x):
        raise ValueError(
            "decision_boundary takes points of shape (n, 2) and one class number for each, at "
            f"least one point; got shapes {x.shape} and {y.shape}."
        )
    classes = int(y.max()) + 1
    if class_names is not None and len(class_names) < classes:
        raise ValueError(f"There are {classes} classes, but {len(class_names)} class_names.")
    low, high = x.min(axis=0), x.max(axis=0)
    rim = 0.12 * np.maximum(high - low, 1e-3)
    across, up = (np.linspace(a, b, steps) for a, b in zip(low - rim, high + rim, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype("float32")
    shares = _shares(_predict(model, grid), classes)
    if axes is None:
        axes = new_figure(5.2, 4.4).subplots()
    tidy(axes)
    axes.grid(visible=False)
    extent = (across[0], across[-1], up[0], up[-1])
    picture = _picture(shares).reshape(steps, steps, 3)
    axes.imshow(picture, origin="lower", extent=extent, aspect="auto", interpolation="bilinear")
    winner = shares.argmax(axis=1).reshape(steps, steps)
    for number in np.unique(winner)[1:]:
        edge = shares[:, number] - np.delete(shares, number, axis=1).max(axis=1)
        axes.contour(across, up, edge.reshape(steps, steps), levels=[0], colors=INK, linewidths=1.2)
    for number in np.unique(y):
        colour = COLOURS[int(number) % len(COLOURS)]
        places = x[y == number]
        axes.scatter(
            places[:, 0],
            places[:, 1],
            s=22,
            color=colour,
            marker=MARKERS[int(number) % len(MARKERS)],
            label=f"class {number}" if class_names is None else class_names[int(number)],
            edgecolor="white",
            linewidth=0.7,
            zorder=3,
        )
    if 1 < len(np.unique(y)) <= MOST_NAMES:
        # Above the picture, where no point can lie below it.
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=4,
            fontsize=8.5,
            frameon=False,
            labelcolor=INK,
            handletextpad=0.2,
            columnspacing=1.2,
            borderaxespad=0.2,
        )
    axes.set_xlabel("first input", fontsize=9)
    axes.set_ylabel("second input", fontsize=9)
    if title_text:
        rows = 0 if axes.get_legend() is None else -(-len(np.unique(y)) // 4)
        headline(axes, title_text, pad=6 + 16 * rows)
    figure = axes.get_figure(root=True)
    assert figure is not None
    save(figure, path)
    return figure


def _predict(model: Any, grid: np.ndarray) -> np.ndarray:
    """Ask a model, ours or scikit-learn's, about points."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(grid))
    if hasattr(model, "get_params"):
        return np.asarray(model.predict(grid))
    return np.asarray(model.predict(grid, verbose=0))


def _shares(output: np.ndarray, classes: int) -> np.ndarray:
    """Give each class's share ``(n, classes)`` from any kind of output."""
    if output.ndim == 1:
        return np.eye(max(classes, int(output.max()) + 1))[output.astype(int)]
    if output.shape[1] == 1:
        return np.concatenate([1 - output, output], axis=1)
    return output


def _picture(shares: np.ndarray) -> np.ndarray:
    """Mix white with the winner's colour, more of it the surer it is."""
    from matplotlib.colors import to_rgb

    colours = np.array([to_rgb(COLOURS[i % len(COLOURS)]) for i in range(shares.shape[1])])
    chance = 1 / shares.shape[1]
    sure = np.clip((shares.max(axis=1, keepdims=True) - chance) / (1 - chance), 0, 1)
    depth = 0.08 + 0.32 * sure
    return 1 - depth * (1 - colours[shares.argmax(axis=1)])
