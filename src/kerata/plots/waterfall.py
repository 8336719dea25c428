"""From the mean answer to a row's answer, feature by feature."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.plots.figure import BLUE, GREY, INK, ORANGE, headline, new_figure, save, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Letters of a name that are shown.
_LONGEST = 30


def waterfall(
    names: Sequence[str],
    contributions: Any,
    mean: float,
    *,
    output: str = "answer",
    share: bool = False,
    most: int = 9,
    path: str | os.PathLike[str] | None = None,
    title_text: str | None = None,
) -> Figure:
    """Draw what features add to an answer, what matters most above.

    Bars to the right raise the answer, bars to the left lower it.

    Arguments:
        names: of the features, with their values.
        contributions: what each adds, ``(features,)``.
        mean: the mean answer, from which they lead to the row's.
        output: what the answer is.
        share: whether it is a probability, to be written in percent.
        most: features that have bars of their own.
        path: file to save the picture to (.png, .svg, .pdf); nothing is saved by default.
        title_text: title above the picture.

    Returns:
        The matplotlib figure.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: another number of names than contributions, or none.

    >>> figure = waterfall(["size = 3", "age = 2"], [2.0, -0.5], mean=1.0)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['age = 2', 'size = 3']
    """
    values = np.asarray(contributions, float)
    if values.shape != (len(names),) or not len(names):
        raise ValueError(
            f"Each feature has a name: got {len(names)} names and contributions of shape "
            f"{values.shape}."
        )
    order = np.argsort(-np.abs(values), kind="stable")
    shown = [(_short(names[place]), float(values[place])) for place in order[:most]]
    if len(order) > most:
        shown.append((f"{len(order) - most} others", float(values[order[most:]].sum())))
    # The smallest stands nearest to the mean, at the bottom.
    shown.reverse()
    ends = mean + np.cumsum([value for _, value in shown])
    starts = np.concatenate([[mean], ends[:-1]])
    figure = new_figure(3.75, 1.3 + 0.27 * len(shown))
    axes = figure.subplots()
    tidy(axes)
    axes.grid(visible=False, axis="y")
    low, high = min(starts.min(), ends.min()), max(starts.max(), ends.max())
    room = (high - low) or 1.0
    for place, ((_, value), start) in enumerate(zip(shown, starts, strict=True)):
        colour = BLUE if value >= 0 else ORANGE
        axes.barh(place, value, left=start, height=0.62, color=colour)
        if place + 1 < len(shown):
            axes.plot([start + value] * 2, [place - 0.31, place + 1.31], color=GREY, linewidth=0.7)
        right = value >= 0
        axes.text(
            start + value + (0.02 if right else -0.02) * room,
            place,
            _signed(value, share),
            ha="left" if right else "right",
            va="center",
            fontsize=8.5,
            color=INK,
        )
    axes.axvline(mean, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.set_xlim(low - 0.24 * room, high + 0.24 * room)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown])
    axes.tick_params(axis="y", colors=INK, labelsize=8.5)
    if share:
        from matplotlib.ticker import PercentFormatter

        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.locator_params(axis="x", nbins=4)
    said = f"{_plain(mean, share)} on average (dashed), {_plain(float(ends[-1]), share)} here"
    axes.set_xlabel(f"{_short(output)}:\n{said}", fontsize=9)
    if title_text:
        headline(axes, title_text)
    save(figure, path)
    return figure


def _plain(value: float, share: bool) -> str:
    return f"{100 * value:.1f}%" if share else f"{value:.4g}"


def _signed(value: float, share: bool) -> str:
    return f"{100 * value:+.1f}" if share else f"{value:+.3g}"


def _short(name: str) -> str:
    """Shorten a name; a dollar would begin a formula."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return short.replace("$", r"\$")
