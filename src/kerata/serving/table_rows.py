"""Rows of a table, as they come in a request, to a network's inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.serving.cell_memo import CellMemo, plain_numbers
from kerata.workbench.core.column import Column
from kerata.workbench.core.extras import need
from kerata.workbench.data.column_cells import column_values
from kerata.workbench.features.numbers import stacked
from kerata.workbench.features.tables import TablePreparation, days_of, texts_of

Row = Mapping[str, Any]
# What is the same number in every company, as long as the column has no form of its own.
_PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")


class TableRows:
    """Prepares few rows at a time, as ``TablePreparation.transform`` prepares a file.

    Arguments:
        preparation: of a run on tables.
    """

    def __init__(self, preparation: TablePreparation) -> None:
        self.preparation = preparation
        self._columns = {column.name: column for column in preparation.read}
        reads = {
            "number": self._numbers_of,
            "date": self._dates_of,
            "text": self._texts_of,
            "category": self._categories_of,
        }
        self._memos = {
            column.name: CellMemo(
                column.name,
                reads.get(column.kind, self._categories_of)(column),
                alone=column.kind == "number",
            )
            for column in preparation.read
        }

    def lacking(self, row: Row) -> str | None:
        """Say which columns a row lacks; None if it has all."""
        lacking = [name for name in self._columns if name not in row]
        if not lacking:
            return None
        if len(lacking) == 1:
            return f"has no {lacking[0]!r}. {did_you_mean(lacking[0], list(row))}".strip()
        return f"lacks {', '.join(map(repr, lacking[:12]))}" + (
            f" and {len(lacking) - 12:,} more" if len(lacking) > 12 else ""
        )

    def __call__(self, rows: Sequence[Row]) -> dict[str, np.ndarray]:
        """Give the network's inputs.

        Arguments:
            rows: each with a cell for every column of the run; others are ignored. A cell is a
                number, text as in a file, true, false, or None where it is missing.

        Raises:
            BadCell: what a column can't hold.
        """
        made = self.preparation
        inputs: dict[str, Any] = {}
        if made.numbers:
            parts: list[np.ndarray] = []
            for column in made.numbers:
                parts += column.transform(self._values(column.name, rows))
            inputs["numbers"] = stacked(parts)
        if made.categories:
            ids = [self._values(column.name, rows) for column in made.categories]
            inputs["categories"] = made.numbered_on(ids)
        if made.bag is not None:
            texts = [self._cells(name, rows) for name in made.texts]
            inputs["words"] = made.bag.transform(
                [" . ".join(row) for row in zip(*texts, strict=True)]
            )
        return inputs

    def _values(self, name: str, rows: Sequence[Row]) -> np.ndarray:
        column = self._columns[name]
        cells = [row[name] for row in rows]
        if column.kind == "number":
            if not column.form:
                cells = [
                    float(c) if isinstance(c, str) and _PLAIN.fullmatch(c) else c for c in cells
                ]
            numbers = plain_numbers(cells)
            if numbers is not None:
                numbers[np.isin(numbers, column.sentinels) | ~np.isfinite(numbers)] = np.nan
                return numbers
        return np.array(self._memos[name](cells))

    def _cells(self, name: str, rows: Sequence[Row]) -> list[str]:
        return self._memos[name]([row[name] for row in rows])

    def _numbers_of(self, column: Column) -> Callable[[Any], Any]:
        return lambda cells: _read(cells, column).to_numpy()

    def _dates_of(self, column: Column) -> Callable[[Any], Any]:
        return lambda cells: days_of(_read(cells, column))

    def _texts_of(self, column: Column) -> Callable[[Any], Any]:
        return lambda cells: texts_of(_read(cells, column))

    def _categories_of(self, column: Column) -> Callable[[Any], Any]:
        known = next((c for c in self.preparation.categories if c.name == column.name), None)

        def read(cells: Any) -> Any:
            values = _read(cells, column).tolist()
            listed = [value if isinstance(value, str) else None for value in values]
            return listed if known is None else known.transform(listed)

        return read


def _read(cells: Any, column: Column) -> Any:
    pandas = need("pandas", "Reading a table")
    return column_values(pandas.DataFrame({column.name: cells}), column)
