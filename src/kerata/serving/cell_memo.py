"""Raw cells to prepared values, remembered, since most cells of a table come again and again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerata.serving.errors import BadCell
from kerata.workbench.core.extras import need

# Cells that are remembered for a column; with more it begins anew, so that memory stays bounded.
MOST = 50_000
# Characters of a cell that is remembered.
LONGEST = 200
_SIMPLE = (str, int, float, bool, type(None))


class CellMemo:
    """The prepared values of one column's cells.

    The preparation that training used reads each cell that was not seen before; so a cell means
    here what it means in a file. One call of pandas takes half a millisecond, a memory of its
    result less than a thousandth of that.

    Arguments:
        name: the column.
        read: gives a prepared value for each cell of a pandas series of one type; a ``ValueError``
            for what it can't read.
        alone: whether it reads a cell differently in other company, such as ``1,234``, so that
            each is read alone.

    >>> memo = CellMemo("size", lambda cells: cells.str.len().tolist())
    >>> memo(["small", "large", "small"])
    [5, 5, 5]
    """

    def __init__(
        self, name: str, read: Callable[[Any], Sequence[Any]], *, alone: bool = False
    ) -> None:
        self.name = name
        self._read, self._alone = read, alone
        self._known: dict[tuple[type, Any], Any] = {}

    def __call__(self, cells: Sequence[Any]) -> list[Any]:
        """Give the prepared value of each cell.

        Raises:
            BadCell: a cell that can't be read, with its row.
        """
        try:
            return [self._known[type(cell), cell] for cell in cells]
        except (KeyError, TypeError):
            return self._with_new(cells)

    def _with_new(self, cells: Sequence[Any]) -> list[Any]:
        new: dict[type, dict[Any, int]] = {}
        for row, cell in enumerate(cells):
            if not isinstance(cell, _SIMPLE):
                raise BadCell(row, self.name, f"holds a {type(cell).__name__}, not one value")
            if (type(cell), cell) not in self._known:
                new.setdefault(type(cell), {}).setdefault(cell, row)
        if sum(map(len, new.values())) + len(self._known) > MOST:
            self._known.clear()
            # What was known is to be read again.
            new = {}
            for row, cell in enumerate(cells):
                new.setdefault(type(cell), {}).setdefault(cell, row)
        found = {
            (kind, cell): value
            for kind, rows in new.items()
            for cell, value in self._values(kind, rows).items()
        }
        self._known |= {key: value for key, value in found.items() if len(str(key[1])) <= LONGEST}
        return [
            found[key] if (key := (type(cell), cell)) in found else self._known[key]
            for cell in cells
        ]

    def _values(self, kind: type, rows: dict[Any, int]) -> dict[Any, Any]:
        """Give the value of each cell; ``rows`` are their first rows, for errors."""
        pandas = need("pandas", "Reading a table")
        dtype = {str: "str", type(None): "object"}.get(kind)
        if not self._alone and len(rows) > 1:
            # Of a batch with a cell that can't be read, that cell is looked for one by one.
            with contextlib.suppress(ValueError, OverflowError):
                return dict(
                    zip(rows, self._read(pandas.Series(list(rows), dtype=dtype)), strict=True)
                )
        found = {}
        for cell, row in rows.items():
            try:
                found[cell] = self._read(pandas.Series([cell], dtype=dtype))[0]
            except (ValueError, OverflowError) as error:
                raise BadCell(row, self.name, _reason(error, cell)) from None
        return found


def _reason(error: Exception, cell: Any) -> str:
    """Say what is wrong with a cell, without the number that its row has in a file of one row."""
    shown = repr(cell if not isinstance(cell, str) else cell[:60])
    said = str(error)
    if ", where a " in said:
        wanted = said.split(", where a ", 1)[1].split(" is expected", 1)[0]
        return f"holds {shown}, where a {wanted} is expected"
    if " is in " in said:
        return f"holds {shown}: " + said.split(", but ", 1)[-1].rstrip(".")
    return f"holds {shown}, which can't be read"


def plain_numbers(cells: Sequence[Any]) -> np.ndarray | None:
    """Give cells as float64, NaN for None, if all of them are numbers; else None.

    >>> plain_numbers([1, 2.5, None])
    array([1. , 2.5, nan])
    >>> plain_numbers([1, "2"]) is None, plain_numbers([True]) is None
    (True, True)
    """
    if not {type(cell) for cell in cells} <= {int, float, type(None)}:
        return None
    try:
        return np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    except OverflowError:
        return None
