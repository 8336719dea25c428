"""Why a finished run answers the rows of a file as it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kerata.utils.files import write_beside
from kerata.workbench.explain import Explainer, Explanation
from kerata.workbench.features.rows import count, take
from kerata.workbench.runs.forecasts import checked_out
from kerata.workbench.runs.inference import fitting, pieces
from kerata.workbench.runs.rerun import own_source
from kerata.workbench.runs.run import Run

# Rows of a file that are explained; the first ones.
MOST = 1000


def explain_source(
    run: Run,
    source: str | Path,
    *,
    data: str | Path | None = None,
    answer: Any = None,
    table: str | None = None,
    rounds: int = 1,
    seed: int = 0,
) -> tuple[Explanation, list[str]]:
    """Say what columns, words or regions add to a run's answers to a file's rows.

    Arguments:
        run: a finished run.
        source: raw rows, as for ``read_source``; of more than 1,000 the first ones.
        data: where the data are that the run learned from, of which the background is drawn. By
            default where they were, if that is in the current folder.
        answer, rounds, seed: as for ``Trained.explain``.
        table: a table or query of a database, or a sheet of a workbook.

    Returns:
        The explanation, and notes on the rows, a sentence each.

    Raises:
        FileNotFoundError: no such source; the data are no longer there.
        ValueError: a forecast; data that have changed since; a missing column; no rows.
    """
    if run.is_forecast:
        raise ValueError(
            f"The run {run.name!r} forecasts: its answers follow from the rows before, not from "
            "columns of one row, and can't be explained by them."
        )
    own, _ = own_source(run, data, "explain")
    known = fitting(run, own.train, own.name)
    explainer = Explainer(run.model, run.preparation, run.task, known, rounds, seed)
    notes: list[str] = []
    found = Explanation()
    for _, rows in pieces(run, source, table, notes):
        left = MOST - len(found)
        if left > 0:
            some = rows if count(rows) <= left else _first(rows, left)
            part = explainer(some, answer)
            found.extend(part)
            found.about = part.about
        if count(rows) > left:
            notes.append(f"The first {MOST:,} rows were explained.")
            break
    if not found:
        raise ValueError(f"{source} has no rows.")
    return found, notes


def write_explanation(found: Explanation, out: str | Path) -> Path:
    """Write contributions as CSV, a line for each row or for each of its words or regions.

    Raises:
        OSError: the file can't be written; one of that name stays as it was.
    """
    out = checked_out(out)
    text = found.to_pandas().to_csv(index=False, lineterminator="\n")
    write_beside(out, lambda file: file.write(text.encode("utf-8")))
    return out


def _first(rows: Any, number: int) -> Any:
    return take(rows, np.arange(number))
