"""Why rows were answered as they were: contributions of columns, words or regions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerata.base.messages import printable
from kerata.utils.html import heading, note, plain_table
from kerata.workbench.core.wording import number

if TYPE_CHECKING:
    import os

    import pandas
    from matplotlib.figure import Figure

# Features of a row, and rows, that are printed.
SHOWN, ROWS = 8, 10


@dataclass(frozen=True)
class RowExplanation:
    """Why one row was answered as it was.

    Arguments:
        where: the row, as in ``"row 3"``.
        output: what is explained, such as ``"probability of 'yes'"``.
        names: of the features: columns, words or regions.
        cells: their values in this row, as text; '' where there is nothing to show.
        contributions: what each adds to the answer, float64 ``(features,)``.
        errors: standard errors for the orders that were drawn, ``(features,)``; NaN if unknown.
        answer: of the network.
        mean: of the answers to the background; contributions sum to ``answer - mean``. None for
            texts, of which words were removed one by one, so that nothing sums.
        share: whether the answer is a probability.
        regions: for images the number of the region of each pixel, ``(height, width)``.
    """

    where: str
    output: str
    names: tuple[str, ...]
    cells: tuple[str, ...]
    contributions: np.ndarray
    errors: np.ndarray
    answer: float
    mean: float | None = None
    share: bool = False
    regions: np.ndarray | None = None

    @property
    def order(self) -> list[int]:
        """Places of the features, what matters most first."""
        return [int(k) for k in np.argsort(-np.abs(self.contributions), kind="stable")]

    @property
    def heat(self) -> np.ndarray | None:
        """For an image what each pixel's region adds, ``(height, width)``."""
        return None if self.regions is None else self.contributions[self.regions]

    def figure(self, value: float, signed: bool = False) -> str:
        """Write a number on the answer's scale; shares in percentage points."""
        if self.share:
            # Rounded first: a difference of minus nothing is nothing.
            points = round(100 * value, 1) + 0.0
            return f"{points:+.1f}" if signed else f"{100 * value:.1f}%"
        return ("+" if signed and value > 0 else "") + number(value)

    def sentence(self) -> str:
        """Say what was answered and where from."""
        said = f"{self.where}: {self.output} {self.figure(self.answer)}"
        if self.mean is None:
            return f"{said}; by how much it falls without each word"
        return f"{said}; {self.figure(self.mean)} on average, and the rest by"

    def lines(self, most: int = SHOWN) -> list[tuple[str, str]]:
        """Give names with values and contributions, what matters most first."""
        shown = [
            (self.label(place), self.figure(float(self.contributions[place]), signed=True))
            for place in self.order[:most]
        ]
        rest = self.order[most:]
        if rest and self.mean is not None:
            left = float(self.contributions[rest].sum())
            shown.append((f"{len(rest)} others", self.figure(left, signed=True)))
        return shown

    def label(self, place: int) -> str:
        """Give a feature's name with its value."""
        cell = self.cells[place]
        return self.names[place] + (f" = {cell}" if cell else "")

    def plot(
        self, path: str | os.PathLike[str] | None = None, title_text: str | None = None
    ) -> Figure:
        """Draw a waterfall from the mean answer to this one; see ``plots.waterfall``.

        Raises:
            ValueError: words that were removed one by one: they don't sum.
        """
        from kerata.plots import waterfall

        if self.mean is None:
            raise ValueError(
                "Words were removed one by one, so what they add does not sum to the answer, and "
                "there is no waterfall to draw."
            )
        labels = [self.label(place) for place in range(len(self.names))]
        return waterfall(
            labels,
            self.contributions,
            self.mean,
            output=self.output,
            share=self.share,
            path=path,
            title_text=title_text,
        )


class Explanation(list[RowExplanation]):
    """Why rows were answered as they were, one after the other.

    Arguments:
        rows: their explanations.
        about: a sentence about how this was found.
    """

    def __init__(self, rows: Iterable[RowExplanation] = (), about: str = "") -> None:
        super().__init__(rows)
        self.about = about

    def to_pandas(self) -> pandas.DataFrame:
        """Give a table: a line for each row, a column for each feature's contribution.

        Of texts, whose words differ, and of images each feature has a line of its own.
        """
        import pandas

        if self and all(row.names == self[0].names and row.regions is None for row in self):
            return pandas.DataFrame(
                [
                    {"row": row.where, "output": row.output, "answer": row.answer}
                    | ({} if row.mean is None else {"mean": row.mean})
                    | {
                        f"by_{name}": float(value)
                        for name, value in zip(row.names, row.contributions, strict=True)
                    }
                    for row in self
                ]
            )
        return pandas.DataFrame(
            [
                {
                    **{"row": row.where, "output": row.output, "answer": row.answer},
                    **{"feature": row.names[k], "adds": float(row.contributions[k])},
                }
                for row in self
                for k in row.order
            ]
        )

    def __str__(self) -> str:
        parts = []
        for row in self[:ROWS]:
            lines = row.lines()
            width = max((len(figure) for _, figure in lines), default=0)
            parts.append(row.sentence())
            parts += [f"  {figure:>{width}}  {name}" for name, figure in lines]
        if len(self) > ROWS:
            parts.append(f"... and {len(self) - ROWS:,} more rows")
        return printable("\n".join([*parts, self.about]))

    def __repr__(self) -> str:
        return f"<Explanation of {len(self)} rows>"

    def _repr_html_(self) -> str:
        parts = []
        for row in self[:ROWS]:
            parts.append(heading(row.sentence()))
            parts.append(plain_table(["", "adds"], row.lines(), right=(1,)))
        if len(self) > ROWS:
            parts.append(note(f"... and {len(self) - ROWS:,} more rows"))
        return "".join(parts) + note(self.about)
