"""A finished run that answers rows as they come in requests."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.serving.bodies import LONGEST, MOST_PIXELS
from kerata.serving.errors import TOLD, BadCell, check_finite, unfit
from kerata.serving.frozen_network import SIZES, FrozenNetwork
from kerata.serving.table_rows import TableRows
from kerata.workbench.core.extras import need
from kerata.workbench.data.containers import Images, Texts
from kerata.workbench.data.folders import read_one
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.description import description
from kerata.workbench.runs.predictions import answer_columns
from kerata.workbench.runs.run import Run

Answer = dict[str, Any]


class Answering:
    """Answers rows of the kind that a run was trained on.

    Arguments:
        run: a finished run that answers rows; not a forecast.

    Attributes:
        kind: ``'table'``, ``'texts'`` or ``'images'``.
        about: what ``description`` says of the run.
        most: rows that are answered together.
    """

    most = SIZES[-1]

    def __init__(self, run: Run) -> None:
        self.run = run
        self.kind = run.preparation.kind
        self.about = description(run)
        self.network = FrozenNetwork(run.model, run.task)
        self._table: TableRows | None = None
        if isinstance(run.preparation, TablePreparation):
            self._table = TableRows(run.preparation)

    def warm(self) -> None:
        """Compile what answers need, so that the first one takes no longer than the others."""
        self.network.warm(self._prepared(self.empty(1)))

    def empty(self, count: int) -> list[Any]:
        """Give rows that hold nothing, as the network takes them."""
        if self._table is not None:
            return [dict.fromkeys(column.name for column in self._table.preparation.read)] * count
        if self.kind == "texts":
            return [""] * count
        return [np.zeros(self.run.preparation.inputs.image or (1, 1, 1), np.uint8)] * count

    def checked(self, rows: Sequence[Any]) -> list[Any]:
        """Give the rows of a request as :meth:`answers` takes them.

        Arguments:
            rows: dictionaries of cells, texts, or pictures as bytes.

        Raises:
            BadRequest: rows of another kind or without some columns.
        """
        found: list[Any] = []
        faults: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            made, reason = self._checked(row)
            found.append(made)
            if reason:
                faults.append({"row": number, "reason": reason})
        if faults:
            raise unfit(faults, len(rows))
        return found

    def answers(self, rows: list[Any]) -> list[Answer]:
        """Give the answer to each row, as ``kerata predict`` writes it.

        Raises:
            BadRequest: cells that their columns can't hold; answers that are no numbers.
        """
        try:
            outputs = self.network(self._prepared(rows))
        except BadCell:
            raise unfit(self._bad_cells(rows), len(rows)) from None
        check_finite(outputs)
        columns = answer_columns(self.run.task, outputs, residuals=self.run.residuals)
        return [
            dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
        ]

    def joined(self, answers: list[Answer]) -> list[Answer]:
        """Give the answers to a request."""
        return answers

    def _prepared(self, rows: list[Any]) -> Any:
        if self._table is not None:
            return self._table(rows)
        made: Any = self.run.preparation
        if self.kind == "texts":
            return made.transform(Texts(rows, None, []))
        return np.concatenate([made.transform(Images(image[None], None, [])) for image in rows])

    def _checked(self, row: Any) -> tuple[Any, str | None]:
        """Give a row as it is taken, and what is wrong with it."""
        if self.kind == "images":
            return self._picture(row)
        if self.kind == "texts":
            return self._text(row)
        if not isinstance(row, Mapping):
            return row, f"is a {_what(row)}, where an object with a value for each column is needed"
        assert self._table is not None
        return row, self._table.lacking(row)

    def _text(self, row: Any) -> tuple[Any, str | None]:
        column = getattr(self.run.preparation, "column", None)
        name = "text" if column is None else column.name
        if isinstance(row, Mapping):
            if name not in row:
                return row, f"has no {name!r}"
            row = row[name]
        if row is None:
            row = ""
        if not isinstance(row, str):
            return row, f"is a {_what(row)}, where a text is needed"
        if len(row) > LONGEST:
            return row, f"has {len(row):,} characters; {LONGEST:,} are the most"
        return row, None

    def _picture(self, row: Any) -> tuple[Any, str | None]:
        if not isinstance(row, bytes):
            return row, f"is a {_what(row)}, where a picture's file is needed"
        picture = need("PIL.Image", "Reading images")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture"
            path.write_bytes(row)
            try:
                with picture.open(path) as opened:
                    pixels = opened.width * opened.height
                if pixels > MOST_PIXELS:
                    most = f"{MOST_PIXELS / 1e6:.0f} are the most"
                    return row, f"has {pixels / 1e6:.0f} million pixels; {most}"
                read = read_one(path, photos=self.run.preparation.photos).train
                assert isinstance(read, Images)
                return read.images[0], None
            except Exception:
                # Pillow raises whatever its decoders raise for a file of that kind.
                return row, "is damaged or no picture that can be read"

    def _bad_cells(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Find what is wrong with each row, the first fault of each."""
        assert self._table is not None
        faults: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            try:
                self._table([row])
            except BadCell as error:
                faults.append({"row": number, "column": error.column, "reason": error.reason})
                if len(faults) == TOLD:
                    break
        return faults


def _what(value: Any) -> str:
    names = {dict: "object", list: "list", str: "text", bytes: "file", bool: "truth value"}
    return names.get(type(value), "missing value" if value is None else "number")
