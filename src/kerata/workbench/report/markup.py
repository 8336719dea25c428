"""Pieces of HTML; everything from outside is escaped here."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerata.utils.html import esc

# What scrolls sideways where it is too wide, by keys too; a shadow shows that there is more.
WIDE = '<div class="wide" tabindex="0" role="group">'


def paragraph(text: str, kind: str = "") -> str:
    """Give a paragraph of plain text."""
    return f'<p class="{kind}">{esc(text)}</p>' if kind else f"<p>{esc(text)}</p>"


def bullets(lines: Sequence[str]) -> str:
    """Give a list of plain texts."""
    return "<ul>" + "".join(f"<li>{esc(line)}</li>" for line in lines) + "</ul>"


def table(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), kind: str = ""
) -> str:
    """Give a table that scrolls sideways where it is too wide.

    Arguments:
        names: of the columns, plain text.
        rows: cells of each row, as HTML.
        right: places of columns that stand at the right.
        kind: its class.
    """
    marks = [' class="n"' if place in right else "" for place in range(len(names))]
    head = "".join(f"<th{mark}>{esc(name)}</th>" for name, mark in zip(names, marks, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{mark}>{cell}</td>" for cell, mark in zip(row, marks, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'{WIDE}<table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def bar(share: float, kind: str = "") -> str:
    """Give a bar, its length a share of the whole.

    >>> bar(0.25)
    '<span class="bar"><i style="width:25.0%"></i></span>'
    """
    length = 100 * min(max(share, 0.0), 1.0)
    return f'<span class="{f"bar {kind}".strip()}"><i style="width:{length:.1f}%"></i></span>'


def image(pixels: np.ndarray, words: str, kind: str = "pixels") -> str:
    """Give a picture inside the page.

    Arguments:
        pixels: uint8 ``(height, width)`` or ``(height, width, channels)``.
        words: what it shows, for those who can't see it.
        kind: its class.
    """
    from matplotlib.image import imsave

    pixels = np.asarray(pixels, np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] not in (3, 4):
        pixels = pixels[..., 0]
    file = io.BytesIO()
    look: dict[str, Any] = {"cmap": "gray", "vmin": 0, "vmax": 255} if pixels.ndim == 2 else {}
    imsave(file, pixels, format="png", **look)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img class="{kind}" alt="{esc(words)}" src="data:image/png;base64,{data}">'
