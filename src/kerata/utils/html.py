"""Pieces of HTML for notebooks and pages; everything from outside is escaped here.

A notebook has a theme of its own that no style sheet of ours knows. So text takes the colour that
surrounds it, and the colours that are ours can be read on white and on black.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from html import escape

import numpy as np

from kerata.base.messages import printable

# Points of a curve that are drawn; the eye sees no more on so small a picture.
_POINTS = 160
_BLUE, _ORANGE = "#3b82f6", "#e8590c"
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 300, 120, 46, 22, 18
# A loss that falls by more than this factor is drawn on a logarithmic scale.
LOG_FROM = 20


def esc(value: object) -> str:
    """Escape a value for use in text and attributes.

    >>> esc('<a href="x">')
    '&lt;a href=&quot;x&quot;&gt;'
    """
    return escape(printable(str(value)), quote=True)


def note(text: str) -> str:
    """Give a line of plain text for a notebook."""
    return f'<div style="margin:.3em 0;max-width:60em">{esc(text)}</div>'


def heading(text: str) -> str:
    """Give a bold line of plain text for a notebook."""
    return f'<div style="margin:.3em 0;font-weight:bold">{esc(text)}</div>'


def plain_table(
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Collection[int] = (),
    bold: Collection[int] = (),
) -> str:
    """Give a table for a notebook; all cells are plain text.

    Arguments:
        names: of the columns.
        rows: cells of each row.
        right: places of columns that stand at the right.
        bold: places of rows that stand out.

    >>> "<b>" in plain_table(["a"], [["<b>"]])
    False
    """
    sides = ["right" if place in right else "left" for place in range(len(names))]
    head = "".join(
        f'<th style="text-align:{side}">{esc(name)}</th>'
        for name, side in zip(names, sides, strict=True)
    )
    body = ""
    for place, row in enumerate(rows):
        weight = ";font-weight:bold" if place in bold else ""
        cells = "".join(
            f'<td style="text-align:{side};vertical-align:top{weight}">{esc(cell)}</td>'
            for cell, side in zip(row, sides, strict=True)
        )
        body += f"<tr>{cells}</tr>"
    return (
        '<div style="overflow-x:auto;max-width:100%"><table style="color:inherit">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def curves(history: Mapping[str, Sequence[float]], first: int = 1, most: int = 4) -> str:
    """Draw loss and metrics over the epochs as SVG, a small picture for each.

    Training is a whole line and validation a broken one, so that they differ without colours.

    Arguments:
        history: maps names to lists with a number an epoch, as ``History.history``.
        first: number of the first epoch.
        most: upper limit of the pictures.

    >>> curves({"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]}).count("<polyline")
    2
    """
    names = [name for name in history if not name.startswith("val_") and name != "learning_rate"]
    drawn = [
        _panel(name, history[name], history.get(f"val_{name}", ()), first) for name in names[:most]
    ]
    return f'<div style="display:flex;flex-wrap:wrap;gap:.5em 1.5em">{"".join(drawn)}</div>'


def _panel(name: str, train: Sequence[float], validation: Sequence[float], first: int) -> str:
    lines = [_thinned(train), _thinned(validation)]
    if 0 < len(validation) < len(train):
        # Not every epoch was validated: they stand at even steps up to the last.
        places, values = lines[1]
        lines[1] = (places + 1) * len(train) / len(validation) - 1, values
    heights = np.concatenate([values for _, values in lines])
    heights = heights[np.isfinite(heights)]
    if not heights.size:
        return ""
    low, high = float(heights.min()), float(heights.max())
    logarithmic = "loss" in name and 0 < low * LOG_FROM < high
    bottom, top = (math.log(low), math.log(high)) if logarithmic else (low, high)
    epochs = max(len(train), len(validation))
    parts = []
    for (places, values), colour, dash in zip(
        lines, (_BLUE, _ORANGE), ("", ' stroke-dasharray="5 3"'), strict=True
    ):
        with np.errstate(all="ignore"):
            y = np.log(values) if logarithmic else values
        kept = np.isfinite(y)
        x = _LEFT + (_WIDTH - _LEFT - 8) * places[kept] / max(epochs - 1, 1)
        share = (y[kept] - bottom) / (top - bottom or 1)
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        if len(x) == 1:
            parts.append(f'<circle cx="{x[0]:.1f}" cy="{y[0]:.1f}" r="3" fill="{colour}"/>')
        elif len(x):
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}" '
                f'stroke-width="1.8"{dash}/>'
            )
    title = name.replace("_", " ") + (" (logarithmic)" if logarithmic else "")
    words = f"{title} over {epochs} epochs, from {_short(low)} to {_short(high)}"
    text = 'fill="currentColor" font-size="11" font-family="sans-serif"'
    frame = _HEIGHT - _BOTTOM
    key = ""
    if len(validation):
        # The dash before each word is drawn as its line is.
        key = (
            f'<line x1="{_WIDTH - 138}" x2="{_WIDTH - 122}" y1="8" y2="8" stroke="{_BLUE}" '
            f'stroke-width="1.8"/><text x="{_WIDTH - 118}" y="12" {text}>training</text>'
            f'<line x1="{_WIDTH - 72}" x2="{_WIDTH - 56}" y1="8" y2="8" stroke="{_ORANGE}" '
            f'stroke-width="1.8" stroke-dasharray="5 3"/>'
            f'<text x="{_WIDTH - 52}" y="12" {text}>validation</text>'
        )
    ends = f'<text x="{_LEFT - 5}" y="{_TOP + 4}" text-anchor="end" {text}>{_short(high)}</text>'
    if high > low:
        ends += f'<text x="{_LEFT - 5}" y="{frame}" text-anchor="end" {text}>{_short(low)}</text>'
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{esc(words)}" style="max-width:100%;overflow:visible">'
        f'<text x="0" y="12" font-weight="bold" {text}>{esc(title)}</text>{key}'
        f'<path d="M{_LEFT} {_TOP}V{frame}H{_WIDTH - 8}" fill="none" stroke="currentColor" '
        f'stroke-opacity=".35"/>{"".join(parts)}{ends}'
        f'<text x="{_LEFT}" y="{_HEIGHT - 4}" {text}>{first}</text>'
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 4}" text-anchor="end" {text}>'
        f"epoch {first + epochs - 1}</text></svg>"
    )


def _thinned(values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Give places and values of as many points as are drawn, the first and last among them."""
    count = len(values)
    places = np.unique(np.linspace(0, max(count - 1, 0), min(count, _POINTS)).astype(int))
    chosen = [values[place] for place in places]
    return np.asarray(places, float), np.asarray(chosen, float)


def _short(value: float) -> str:
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.1e}"
