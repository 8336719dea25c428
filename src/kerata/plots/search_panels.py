"""The single panels of a search's picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import BLUE, GREY, INK, ORANGE, headline, is_share, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Values that span more than this factor are drawn on a logarithmic scale.
LOG_FROM = 50


class ScoreTable:
    """The candidates of a search in a form to draw.

    Attributes:
        names: those of which there are several values.
        columns: the values of each name, one for each candidate.
        means: mean score of each candidate, NaN where there is none.
        best: number of the best candidate.
        is_grid: whether every combination of the values is there.
    """

    def __init__(self, results: Any) -> None:
        candidates = results.candidates
        every = list(dict.fromkeys(name for c in candidates for name in c))
        self.columns = {name: [c.get(name) for c in candidates] for name in every}
        self.names = [n for n in every if len(set(map(repr, self.columns[n]))) > 1]
        self.scores = results.scores()
        self.metric = results.metric.removeprefix("val_")
        has_training = self.metric in results.metrics
        self.training = results.scores(self.metric) if has_training else None
        self.means = self.scores.mean(axis=1)
        self.sign = 1 if results.mode == "max" else -1
        ranked = results.ranking()
        self.best = ranked[0] if ranked else 0
        sizes = [len(self.values(name)) for name in self.names]
        self.is_grid = len(candidates) == int(np.prod(sizes))

    def values(self, name: str) -> list[Any]:
        """Give the different values of a name, numbers in order."""
        found = list({repr(v): v for v in self.columns[name]}.values())
        return sorted(found) if self.is_number(name) else found

    def is_number(self, name: str) -> bool:
        """Say whether all values of a name are numbers."""
        kinds = (int, float, np.integer, np.floating)
        return all(isinstance(v, kinds) and not isinstance(v, bool) for v in self.columns[name])

    def is_wide(self, name: str) -> bool:
        """Say whether the values of a name call for a logarithmic scale."""
        if not self.is_number(name):
            return False
        pairs = zip(self.columns[name], self.means, strict=True)
        used = [v for v, mean in pairs if np.isfinite(mean)]
        return min(used) > 0 and max(used) / min(used) >= LOG_FROM

    def beside_best(self, name: str) -> list[int]:
        """Give the candidates that differ from the best in one name at most, by its value."""
        others = [n for n in self.names if n != name]
        alike = [
            i
            for i in range(len(self.means))
            if all(repr(self.columns[n][i]) == repr(self.columns[n][self.best]) for n in others)
        ]
        order = {repr(v): k for k, v in enumerate(self.values(name))}
        return sorted(alike, key=lambda i: order[repr(self.columns[name][i])])


def label(value: Any) -> str:
    """Write a value at an axis."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(getattr(value, "__name__", value))


def heat_map(axes: Axes, table: ScoreTable) -> None:
    """Draw the mean score over the two names with the most values."""
    across, down = sorted(table.names, key=lambda n: -len(table.values(n)))[:2]
    columns, rows = table.values(across), table.values(down)
    cells = np.full((len(rows), len(columns)), np.nan)
    places = {repr(v): i for i, v in enumerate(columns)}, {repr(v): i for i, v in enumerate(rows)}
    for i, mean in enumerate(table.means):
        at = places[1][repr(table.columns[down][i])], places[0][repr(table.columns[across][i])]
        if np.isfinite(mean) and not table.sign * mean <= table.sign * cells[at]:
            cells[at] = mean
    shown = table.sign * cells
    picture = axes.imshow(shown, cmap="Blues", aspect="auto")
    low, high = np.nanmin(shown), np.nanmax(shown)
    picture.set_clim(low - 0.15 * (high - low), high + 0.25 * (high - low) + 1e-12)
    best = np.unravel_index(int(np.nanargmax(shown)), shown.shape)
    small = cells.size > 120
    for (r, c), value in np.ndenumerate(cells):
        dark = np.isfinite(value) and shown[r, c] > low + 0.75 * (high - low)
        if not small:
            axes.text(
                c,
                r,
                f"{value:.4g}" if np.isfinite(value) else "failed",
                ha="center",
                va="center",
                fontsize=9 if np.isfinite(value) else 8,
                color="white" if dark else INK if np.isfinite(value) else GREY,
                fontweight="bold" if (r, c) == best else "normal",
            )
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle((best[1] - 0.5, best[0] - 0.5), 1, 1, fill=False, edgecolor=ORANGE, linewidth=2.5)
    )
    axes.set_xticks(range(len(columns)), [label(v) for v in columns])
    axes.set_yticks(range(len(rows)), [label(v) for v in rows])
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(down, color=INK)
    axes.tick_params(colors=GREY, labelsize=9, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    others = ", the best over the other names" if len(table.names) > 2 else ""
    headline(axes, f"{table.metric} (mean over the folds{others})")


def parallel(axes: Axes, table: ScoreTable) -> None:
    """Draw a line for each candidate through its values to its score."""
    from matplotlib import colormaps

    scored = np.flatnonzero(np.isfinite(table.means))
    low, high = table.means[scored].min(), table.means[scored].max()
    names = [*table.names, table.metric]
    heights = np.array([_heights(table, name) for name in table.names]).T
    ends = (table.means - low) / (high - low or 1)
    # The best lie on top.
    order = sorted(scored, key=lambda i: table.sign * table.means[i])
    for i in order:
        rank = ends[i] if table.sign > 0 else 1 - ends[i]
        axes.plot(
            range(len(names)),
            [*heights[i], ends[i]],
            color=ORANGE if i == table.best else colormaps["Blues"](0.25 + 0.7 * rank),
            linewidth=2.6 if i == table.best else 1.1,
            alpha=1 if i == table.best else 0.8,
            solid_joinstyle="round",
        )
    for place, name in enumerate(table.names):
        axes.axvline(place, color=GREY, linewidth=0.8, zorder=0)
        for height, text in _ticks(table, name):
            _tick(axes, place, height, text)
    axes.axvline(len(names) - 1, color=INK, linewidth=1.2, zorder=0)
    for height, value in ((0, low), (1, high)):
        _tick(axes, len(names) - 1, height, f"{value:.4g}")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks([])
    axes.set_xlim(-0.25, len(names) - 0.75)
    axes.set_ylim(-0.08, 1.08)
    axes.tick_params(colors=INK, labelsize=9, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    headline(axes, f"All candidates, the best in {table.metric} in orange")


def _tick(axes: Axes, place: float, height: float, text: str) -> None:
    axes.text(
        place + 0.02,
        height,
        text,
        fontsize=8,
        color=INK,
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.75},
    )


def _heights(table: ScoreTable, name: str) -> list[float]:
    """Give the place of each candidate's value on its axis, 0 to 1."""
    values = table.values(name)
    if not table.is_number(name):
        order = {repr(v): i / max(1, len(values) - 1) for i, v in enumerate(values)}
        return [order[repr(v)] for v in table.columns[name]]
    # A failed candidate may lie where there is no logarithm.
    scale = np.log if table.is_wide(name) and values[0] > 0 else np.asarray
    low, high = scale(values[0]), scale(values[-1])
    return [float((scale(v) - low) / (high - low)) for v in table.columns[name]]


def _ticks(table: ScoreTable, name: str) -> list[tuple[float, str]]:
    heights = {repr(v): h for v, h in zip(table.columns[name], _heights(table, name), strict=True)}
    values = table.values(name)
    if len(values) > 6:
        values = [values[0], values[-1]]
    return [(heights[repr(v)], label(v)) for v in values]


def curve(axes: Axes, table: ScoreTable, name: str) -> None:
    """Draw the score over one name, held back and in training, with intervals."""
    chosen = table.beside_best(name)
    lines = len(chosen) > 2 or table.is_grid
    if not lines:
        chosen = list(range(len(table.means)))
    chosen = [i for i in chosen if np.isfinite(table.means[i])]
    number = table.is_number(name)
    used = {repr(table.columns[name][i]) for i in chosen}
    values = [v for v in table.values(name) if repr(v) in used]
    order = {repr(v): i for i, v in enumerate(values)}
    own = table.columns[name]
    places = np.array([own[i] if number else order[repr(own[i])] for i in chosen], float)
    shown = [("held back", table.scores, BLUE)]
    if table.training is not None:
        shown.append(("training", table.training, GREY))
    for text, scores, colour in shown if lines else shown[:1]:
        means, margin = interval(scores[chosen])
        low, high = means - margin, means + margin
        if is_share(table.metric):
            # No share lies beyond 0 and 1, however wide the interval.
            low, high = np.clip(low, 0, means), np.clip(high, means, 1)
        if lines and number:
            axes.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(places, means, color=colour, marker="o", markersize=4, label=text)
        else:
            axes.errorbar(
                places,
                means,
                np.stack([means - low, high - means]),
                color=colour,
                ecolor=colour,
                fmt="o",
                markersize=4,
                elinewidth=0.8,
                alpha=0.7,
                label=text,
            )
    best = own[table.best] if number else order[repr(own[table.best])]
    axes.plot(best, table.means[table.best], "o", color=ORANGE, markersize=7, zorder=5)
    if table.is_wide(name):
        axes.set_xscale("log")
        axes.minorticks_off()
    tidy(axes)
    if not number:
        axes.set_xticks(range(len(values)), [label(v) for v in values])
        axes.set_xlim(-0.5, len(values) - 0.5)
    elif len(values) <= 6:
        axes.set_xticks(values, [label(v) for v in values])
        axes.minorticks_off()
    axes.set_ylabel(table.metric)
    if lines and table.training is not None:
        axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    headline(axes, name)


def interval(scores: np.ndarray) -> tuple[np.ndarray, float]:
    """Give means over the splits and half the width of their 95 % interval.

    A few folds tell little about the spread of one candidate, so the candidates' spreads are
    taken together.

    >>> means, margin = interval(np.array([[0.8, 0.9], [0.6, 0.7]]))
    >>> means.round(2).tolist(), round(margin, 3)
    ([0.85, 0.65], 0.215)
    """
    count = scores.shape[1]
    means = scores.mean(axis=1)
    if count < 2:
        return means, 0.0
    from scipy.stats import t

    spread = np.sqrt(scores.var(axis=1, ddof=1).mean() / count)
    return means, float(t.ppf(0.975, len(scores) * (count - 1)) * spread)
