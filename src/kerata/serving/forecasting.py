"""A finished forecast that is asked for the next steps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kerata.serving.errors import BadRequest
from kerata.workbench.core.extras import need
from kerata.workbench.data.containers import Table
from kerata.workbench.runs.description import description
from kerata.workbench.runs.run import Run


class Forecasting:
    """Gives the next steps of a forecast.

    Arguments:
        run: a finished run that forecasts.
    """

    kind = "forecast"
    # Series go on from the rows of their own request.
    most = 0

    def __init__(self, run: Run) -> None:
        self.run = run
        self.about = description(run)

    def warm(self) -> None:
        """Compile what answers need."""
        self.run.forecast()

    def checked(self, rows: Sequence[Any]) -> list[Any]:
        """Give the rows after those of the training, as one table.

        Raises:
            BadRequest: rows that are no objects.
        """
        for number, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise BadRequest(
                    422, f"Row {number + 1} is no object with a value for each column."
                )
        return [[row for row in rows if row]]

    def answers(self, tables: list[Any]) -> list[Any]:
        """Give the steps after each table's rows: time, group, forecast, lower, upper.

        Raises:
            BadRequest: rows that don't go on where the training's end.
        """
        try:
            return [self._steps(rows) for rows in tables]
        except ValueError as error:
            raise BadRequest(422, str(error)) from None

    def _steps(self, rows: list[Any]) -> list[dict[str, Any]]:
        pandas = need("pandas", "Forecasting")
        frame = self.run.forecast(Table(pandas.DataFrame(rows)) if rows else None)
        return json.loads(frame.to_json(orient="records", date_format="iso"))

    def joined(self, answers: list[Any]) -> list[dict[str, Any]]:
        """Give the steps of all tables."""
        return [step for steps in answers for step in steps]
