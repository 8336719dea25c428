"""The look that all pictures share, and how they are saved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.base.messages import did_you_mean
from kerata.utils.files import write_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1f2933"
GREY = "#7b8794"
GRID = "#e4e7eb"
BLUE = "#2563eb"
ORANGE = "#e8590c"
GREEN = "#2b8a3e"
RED = "#c92a2a"


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure, width and height in inches, outside pyplot's global list."""
    try:
        from kerata.utils.notebook_figure import NotebookFigure
    except ImportError as error:
        raise ImportError(
            "Pictures need matplotlib, which is not installed: pip install 'kerata[plots]'."
        ) from error
    return NotebookFigure(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")


def tidy(axes: Axes) -> None:
    """Style axes: a light grid below the data, no frame, small grey numbers."""
    axes.set_axisbelow(True)
    axes.grid(color=GRID, linewidth=0.8)
    axes.tick_params(colors=GREY, labelsize=9, length=0)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side in axes.spines.values():
        side.set_visible(False)


def headline(axes: Axes, text: str) -> None:
    """Write a headline above the left edge of axes."""
    axes.set_title(text, loc="left", fontsize=11, color=INK, fontweight="bold")


def title(figure: Figure, text: str | None) -> None:
    """Write a title above a whole figure, or nothing for None."""
    if text:
        figure.suptitle(text, x=0.01, ha="left", fontsize=13, color=INK, fontweight="bold")


def check_path(path: str | os.PathLike[str]) -> Path:
    """Check that a picture can be written in the format that a file name asks for.

    Raises:
        ValueError: unknown or missing ending.
    """
    path = Path(path)
    known = new_figure(1, 1).canvas.get_supported_filetypes()
    ending = path.suffix.lower().removeprefix(".")
    if ending not in known:
        raise ValueError(
            f"A picture's file name must end in a format such as .png, .svg or .pdf, "
            f"got {path.name!r}. {did_you_mean(ending, known)}"
        )
    return path


def save(figure: Figure, path: str | os.PathLike[str] | None, **options: Any) -> None:
    """Save a figure if a path is given; a file of that name is replaced only when all went well.

    Raises:
        ValueError: unknown format.
        OSError: the folder can't be made or written.
    """
    if path is None:
        return
    path = check_path(path)
    ending = path.suffix.lower().removeprefix(".")
    write_beside(path, lambda file: figure.savefig(file, format=ending, **options))
