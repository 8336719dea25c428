"""What is wrong with a request, for the one who sent it."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.workbench.core.unanswered import WHY, unanswered


class BadRequest(Exception):
    """A request that can't be answered.

    Arguments:
        status: of HTTP.
        message: one sentence on what was wrong and what to do.
        rows: what is wrong with single rows, see ``BadCell``.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        rows: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.rows = status, message, rows or []
        self.headers = headers or {}

    def as_dict(self) -> dict[str, Any]:
        """Give the body of the answer."""
        return {"error": self.message} | ({"rows": self.rows} if self.rows else {})


class BadCell(ValueError):
    """A cell that its column can't hold.

    Arguments:
        row: from 0.
        column: its name.
        reason: such as ``"holds 'old', where a number is expected"``.
    """

    def __init__(self, row: int, column: str, reason: str) -> None:
        super().__init__(f"Row {row + 1} of column {column!r} {reason}.")
        self.row, self.column, self.reason = row, column, reason


# Rows of a request whose faults are told.
TOLD = 20


def unfit(faults: list[dict[str, Any]], rows: int) -> BadRequest:
    """Make the refusal of a request whose rows don't fit.

    Arguments:
        faults: row (from 0), column if one is to blame, and reason.
        rows: of the request.
    """
    first = faults[0]
    where = f"Column {first['column']!r} of row" if "column" in first else "Row"
    many = "" if len(faults) == 1 else f" ({len(faults)} rows have faults, see 'rows')"
    message = f"{where} {first['row'] + 1} of {rows} {first['reason'].rstrip('.')}{many}."
    return BadRequest(422, message, faults[:TOLD])


def check_finite(outputs: np.ndarray) -> None:
    """Refuse rows whose answers are no numbers.

    Arguments:
        outputs: of a network, one row each.

    Raises:
        BadRequest: naming the rows.
    """
    rows = unanswered(outputs)
    if len(rows):
        faults = [{"row": int(row), "reason": f"has no answer: {WHY}"} for row in rows]
        raise unfit(faults, len(outputs))
