"""The look that all pictures share, and how they are saved."""

from __future__ import annotations

import os
import textwrap
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
# Lines of several classes differ by these as well as by colour.
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (5, 1.5, 1, 1.5)))
# Metrics that lie between 0 and 1.
_SHARES = ("accuracy", "acc", "auc", "precision", "recall", "f1", "iou")
# Width of a bold letter as a share of the type's size, on average.
_LETTER = 0.6


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


def headline(axes: Axes, text: str, pad: float = 6.0) -> None:
    """Write a headline above the left edge of axes, with some points between them."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    width = axes.get_position().width * figure.get_figwidth()
    lines = wrapped(text, width, 11)
    axes.set_title(lines, loc="left", fontsize=11, color=INK, fontweight="bold", pad=pad)


def title(figure: Figure, text: str | None) -> None:
    """Write a title above a whole figure, or nothing for None."""
    if text:
        lines = wrapped(text, figure.get_figwidth(), 13)
        figure.suptitle(lines, x=0.01, ha="left", fontsize=13, color=INK, fontweight="bold")


def wrapped(text: str, inches: float, points: float) -> str:
    """Break a title into lines that fit.

    Arguments:
        text: the title; its own line breaks stay.
        inches: room for a line.
        points: size of the type.

    >>> wrapped("Accuracy of held-out rows", 1.5, 11).splitlines()
    ['Accuracy of', 'held-out rows']
    """
    most = max(8, int(inches * 72 / (points * _LETTER)))
    return "\n".join(textwrap.fill(line, most) for line in text.splitlines())


def is_share(name: str) -> bool:
    """Say whether a metric lies between 0 and 1, so that nothing is drawn beyond.

    >>> is_share("val_accuracy"), is_share("loss")
    (True, False)
    """
    return any(part in _SHARES for part in name.lower().split("_"))


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


def rounded_percent(share: float) -> str:
    """Write a share in whole percent, so that only none and all look like it.

    >>> [rounded_percent(share) for share in (0.0, 0.002, 0.124, 0.998)]
    ['0%', '<1%', '12%', '>99%']
    """
    whole = round(100 * share)
    if whole == 0 and share:
        return "<1%"
    return ">99%" if whole == 100 and share < 1 else f"{whole}%"
