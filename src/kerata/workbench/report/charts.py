"""Figures that a report draws itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import (
    BLUE,
    DASHES,
    GREEN,
    GREY,
    INK,
    ORANGE,
    headline,
    new_figure,
    tidy,
)
from kerata.plots.history import panel
from kerata.workbench.explain import Bin, calibration_error, precision_recall, roc

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# As wide as a phone's page, so that type keeps its size there; wider pages draw it larger.
WIDTH, HEIGHT = 3.75, 2.9
# All can be distinguished on white and in dark mode.
COLOURS = (BLUE, ORANGE, GREEN, "#b05cc7", "#1098ad", "#d6569a", "#b58900", "#8a7cf0", "#868e96")
_STEPS: Any = "steps-post"
# Points of a cloud that are drawn.
POINTS = 1200


def curves(history: dict[str, list[float]], name: str, best: int) -> Figure:
    """Draw one figure over the epochs, training and validation, with the best epoch marked."""
    figure = new_figure(WIDTH, HEIGHT)
    panel(figure.subplots(), name, history[name], history.get(f"val_{name}"), best)
    return figure


def roc_curves(truth: np.ndarray, shares: np.ndarray, names: Sequence[str]) -> Figure:
    """Draw ROC curves of classes against the others.

    Arguments:
        truth: 1 where a row belongs to a class, ``(n, k)``.
        shares: probabilities, ``(n, k)``.
        names: of the classes.
    """
    figure, axes = _square("ROC: found, false alarms")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    for place, name in enumerate(names):
        _line(axes, *roc(truth[:, place], shares[:, place]), place, name, len(names))
    _ends(axes, "false alarms, share of others", "found, share of the class")
    _legend(axes, names, "lower right")
    return figure


def precision_curves(truth: np.ndarray, shares: np.ndarray, names: Sequence[str]) -> Figure:
    """Draw precision over recall of classes against the others."""
    figure, axes = _square("Precision and recall")
    for place, name in enumerate(names):
        recall, precision = precision_recall(truth[:, place], shares[:, place])
        _line(axes, recall, precision, place, name, len(names))
    _ends(axes, "recall: share of the class found", "precision: share of alarms right")
    _legend(axes, names, "lower left")
    return figure


def calibration_chart(groups: list[Bin]) -> Figure:
    """Draw how often probabilities came true; circles grow with their rows."""
    figure, axes = _square(f"Calibration: off by {100 * calibration_error(groups):.1f} points")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    said, true = [group.said for group in groups], [group.true for group in groups]
    most = max(group.rows for group in groups)
    sizes = [12 + 140 * group.rows / most for group in groups]
    axes.plot(said, true, color=BLUE, linewidth=1.2)
    axes.scatter(said, true, s=sizes, color=BLUE, alpha=0.6, linewidths=0)
    _ends(axes, "probability that the network says", "share that came true")
    return figure


def predicted_chart(truth: np.ndarray, outputs: np.ndarray, target: str) -> Figure:
    """Draw answers over true values."""
    chosen = _some(len(truth))
    figure = new_figure(WIDTH, 3.2)
    axes = figure.subplots()
    tidy(axes)
    low, high = float(min(truth.min(), outputs.min())), float(max(truth.max(), outputs.max()))
    axes.plot([low, high], [low, high], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    axes.scatter(truth[chosen], outputs[chosen], s=10, color=BLUE, alpha=0.45, linewidths=0)
    axes.set_xlabel(f"true {_short(target)}", fontsize=9)
    axes.set_ylabel(f"predicted {_short(target)}", fontsize=9)
    headline(axes, "Predicted and true values")
    return figure


def residual_chart(truth: np.ndarray, outputs: np.ndarray, target: str) -> Figure:
    """Draw errors over answers, with the mean error along them."""
    error = outputs - truth
    chosen = _some(len(truth))
    figure = new_figure(WIDTH, 3.2)
    axes = figure.subplots()
    tidy(axes)
    axes.axhline(0, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    axes.scatter(outputs[chosen], error[chosen], s=10, color=BLUE, alpha=0.45, linewidths=0)
    order = np.argsort(outputs, kind="stable")
    groups = np.array_split(order, min(10, max(1, len(order) // 8)))
    middle = [float(outputs[group].mean()) for group in groups]
    axes.plot(middle, [float(error[group].mean()) for group in groups], color=ORANGE, lw=1.8)
    axes.set_xlabel(f"predicted {_short(target)}", fontsize=9)
    axes.set_ylabel("error: predicted minus true", fontsize=9)
    headline(axes, "Errors, and their mean (line)")
    return figure


def error_chart(truth: np.ndarray, outputs: np.ndarray, rows: str) -> Figure:
    """Draw how errors are spread; ``rows`` names what was judged."""
    figure = new_figure(WIDTH, 3.2)
    axes = figure.subplots()
    tidy(axes)
    error = outputs - truth
    axes.hist(error, bins=min(40, max(8, len(error) // 8)), color=BLUE, alpha=0.8)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_xlabel("error: predicted minus true", fontsize=9)
    axes.set_ylabel(rows, fontsize=9)
    headline(axes, "How large errors are")
    return figure


def _square(text: str) -> tuple[Figure, Any]:
    figure = new_figure(WIDTH, 3.4)
    axes = figure.subplots()
    tidy(axes)
    headline(axes, text)
    return figure, axes


def _line(axes: Axes, x: np.ndarray, y: np.ndarray, place: int, name: str, many: int) -> None:
    colour = COLOURS[place % len(COLOURS)]
    # So many points are enough for the eye, and keep the page small.
    if len(x) > 400:
        kept = np.unique(np.linspace(0, len(x) - 1, 400).astype(int))
        x, y = x[kept], y[kept]
    label = _short(name) if many > 1 else None
    # Curves of two classes that are the same lie upon each other: both must be seen.
    dash = DASHES[place % len(DASHES)]
    axes.plot(x, y, color=colour, linewidth=1.6, linestyle=dash, label=label, drawstyle=_STEPS)


def _ends(axes: Axes, x: str, y: str) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(x, fontsize=9)
    axes.set_ylabel(y, fontsize=9)


def _legend(axes: Any, names: Sequence[str], where: str) -> None:
    if len(names) > 1:
        axes.legend(loc=where, fontsize=8, frameon=False)


def _short(name: str) -> str:
    """Shorten a name; a dollar would begin a formula."""
    return (name if len(name) <= 18 else name[:17] + "…").replace("$", r"\$")


def _some(rows: int) -> np.ndarray:
    if rows <= POINTS:
        return np.arange(rows)
    return np.random.default_rng(0).choice(rows, POINTS, replace=False)
