"""The confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count for each true class how often each class was predicted.

    Arguments:
        truth, predicted: class numbers from 0, each ``(n,)``.
        classes: number of classes.

    Returns:
        Counts ``(classes, classes)``: row true class, column predicted class.

    Raises:
        ValueError: different lengths, or a class number outside the range.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    if truth.ndim != 1 or truth.shape != predicted.shape:
        raise ValueError(
            "A confusion matrix needs two equally long lists of class numbers, "
            f"got shapes {truth.shape} and {predicted.shape}."
        )
    for name, values in (("truth", truth), ("predicted", predicted)):
        if values.size and not 0 <= values.min() <= values.max() < classes:
            raise ValueError(
                f"{name} must hold class numbers from 0 to {classes - 1}, "
                f"got {values.min()} to {values.max()}."
            )
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    return counts


def most_confused(matrix: np.ndarray, top: int = 3) -> list[tuple[int, int, int]]:
    """Give the most frequent mistakes as ``(true class, predicted class, count)``.

    >>> most_confused(np.array([[9, 1], [2, 8]]))
    [(1, 0, 2), (0, 1, 1)]
    """
    rows, columns = np.nonzero(matrix)
    mistakes = [
        (int(r), int(c), int(matrix[r, c])) for r, c in zip(rows, columns, strict=True) if r != c
    ]
    return sorted(mistakes, key=lambda mistake: -mistake[2])[:top]


def confusion_table(matrix: np.ndarray, class_names: Sequence[str]) -> Table:
    """Lay a confusion matrix out for the terminal, mistakes in red.

    Arguments:
        matrix: counts ``(classes, classes)``, row true class.
        class_names: what the classes are called.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(title="True class (row) and what the network said (column)", title_style="bold")
    table.add_column("", justify="right", style="bold")
    for name in class_names:
        table.add_column(name, justify="right")
    table.add_column("right", justify="right", style="bold")
    for number, (name, row) in enumerate(zip(class_names, matrix, strict=True)):
        cells = [_cell(count, number == column) for column, count in enumerate(row)]
        total = row.sum()
        right = f"{100 * row[number] / total:.0f}%" if total else "-"
        table.add_row(Text(name), *cells, right)
    return table


def _cell(count: int, right: bool) -> Text:
    from rich.text import Text

    if right:
        return Text(str(count), style="green")
    return Text(str(count), style="bold red") if count else Text("·", style="dim")
