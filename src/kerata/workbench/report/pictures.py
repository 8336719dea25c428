"""Figures inside the page, as SVG that takes the page's colours, and as PNG files beside it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from kerata.plots.figure import BLUE, GREEN, GREY, GRID, INK, ORANGE, RED
from kerata.utils.files import write_beside
from kerata.workbench.report.markup import esc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours of figures, and the page's own in their place, which differ in the dark.
_COLOURS = {
    INK: "--ink",
    GREY: "--muted",
    GRID: "--line",
    BLUE: "--blue",
    ORANGE: "--orange",
    GREEN: "--green",
    RED: "--red",
}


class FigureFiles:
    """Collects a report's figures.

    Arguments:
        folder: where they are saved as PNG files too; made when there is one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def add(
        self, figure: Figure, name: str, words: str, *, paper: bool = False, wide: bool = False
    ) -> str:
        """Save a figure and give it as HTML.

        Arguments:
            figure: of matplotlib.
            name: of its file.
            words: what it shows, for those who can't see it.
            paper: whether it keeps its own colours on white, in the dark too.
            wide: whether it keeps its size and scrolls where there is less room.
        """
        path = self.folder / f"{name}.png"
        write_beside(path, lambda file: figure.savefig(file, format="png", dpi=150))
        self.count += 1
        kind = "paper" if paper else "drawing" if wide else "chart"
        drawing = svg(figure, f"f{self.count}", own_colours=paper)
        return f'<figure class="{kind}" role="img" aria-label="{esc(words)}">{drawing}</figure>'


def svg(figure: Figure, prefix: str, *, own_colours: bool = False) -> str:
    """Give a figure as SVG for use inside a page.

    Arguments:
        figure: of matplotlib.
        prefix: keeps its names apart from those of other figures in the page.
        own_colours: whether it keeps its colours instead of taking the page's.
    """
    from matplotlib import rc_context

    file = io.StringIO()
    # Same figure, same text.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "kerata"}):
        figure.savefig(file, format="svg", metadata={"Date": None}, transparent=not own_colours)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    text = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "",
        text,
    )
    text = re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", text)
    width = float(re.search(r'width="([\d.]+)pt"', text)[1])  # type: ignore[index]  # always there
    # Points to pixels; the page makes it narrower where there is less room.
    text = re.sub(r'(<svg[^>]*?) height="[^"]+"', r"\1", text, count=1)
    text = re.sub(r'width="[\d.]+pt"', f'style="width:{width * 4 / 3:.0f}px"', text, count=1)
    text = re.sub(r"'?DejaVu Sans'?[^;\"]*", "system-ui, sans-serif", text)
    if not own_colours:
        for colour, variable in _COLOURS.items():
            text = text.replace(colour, f"var({variable})")
        text = text.replace("#ffffff", "var(--page)")
    return text
