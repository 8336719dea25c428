"""Pictures of a search: heat map, parallel coordinates, validation curves."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.plots.figure import new_figure, save, title
from kerata.plots.search_panels import ScoreTable, curve, heat_map, parallel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("heat", "parallel", "curves")


def search(
    results: Any,
    kind: str | Sequence[str] = "auto",
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
) -> Figure:
    """Draw what a search found.

    Arguments:
        results: what ``search.grid`` or ``search.random`` gave.
        kind: ``'heat'``: the score over two of the searched names, the best over the others;
            ``'parallel'``: a line a candidate through all its values to its score;
            ``'curves'``: the scores over one name at a time, with 95 % intervals of the mean
            over the splits, the other names as in the best candidate (for a random search a
            dot a candidate); several of them; or ``'auto'``, what suits the search.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.

    Returns:
        The matplotlib figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: an unknown kind, or a search in which nothing varies.
    """
    table = ScoreTable(results)
    kinds = _kinds(kind, table)
    parts = [part for part in kinds if part != "curves"]
    curves = table.names if "curves" in kinds else []
    columns = min(3, max(1, len(curves)))
    rows = math.ceil(len(curves) / columns)
    heights = [3.9 if part == "heat" else 3.4 for part in parts] + [3.0] * rows
    width = max(6.5, 3.9 * columns)
    figure = new_figure(width, sum(heights) + (0.4 if title_text else 0))
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    for row, part in enumerate(parts):
        (heat_map if part == "heat" else parallel)(figure.add_subplot(grid[row, :]), table)
    for i, name in enumerate(curves):
        place = grid[len(parts) + i // columns, i % columns]
        curve(figure.add_subplot(place), table, name)
    title(figure, title_text)
    save(figure, path)
    return figure


def _kinds(kind: str | Sequence[str], table: ScoreTable) -> list[str]:
    if not table.names:
        raise ValueError(
            "There is nothing to draw: the candidates differ in no value. "
            "For the course of a training see plots.history."
        )
    if not np.isfinite(table.means).any():
        raise ValueError("There is nothing to draw: no candidate has a score.")
    if kind == "auto":
        many = len(table.names) > 2 or not table.is_grid
        return ["curves"] if len(table.names) == 1 else ["parallel" if many else "heat", "curves"]
    kinds = [kind] if isinstance(kind, str) else list(kind)
    for one in kinds:
        if one not in KINDS:
            raise ValueError(f"kind={one!r} is unknown. {did_you_mean(one, [*KINDS, 'auto'])}")
    if "heat" in kinds and len(table.names) < 2:
        raise ValueError("A heat map needs two names that vary; use kind='curves'.")
    return kinds
