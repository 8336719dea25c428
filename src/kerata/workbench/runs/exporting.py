"""A finished run as a file that other programs run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kerata.base.messages import did_you_mean
from kerata.export.errors import ExportError
from kerata.workbench.core.onnx_file import export_answers
from kerata.workbench.data.chunks import ROWS, read_pieces
from kerata.workbench.data.column_cells import BadCells
from kerata.workbench.data.containers import Table
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.examination import divided_again
from kerata.workbench.runs.inference import fitting
from kerata.workbench.runs.rerun import own_source
from kerata.workbench.runs.run import Run

FORMATS = ("onnx",)


def export_run(
    run: Run,
    path: str | Path | None = None,
    *,
    format: str = "onnx",
    rows: str | Path | None = None,
) -> Any:
    """Write a run's network and preparation as one file: raw rows in, answers out.

    Arguments:
        run: a finished run.
        path: of the file; the run's name with the format's ending by default.
        format: ``'onnx'``.
        rows: raw rows to try the file with, as for ``read_source``; the run's test rows by
            default, if its data are where they were.

    Returns:
        What was written; its ``difference`` is the largest between answers.

    Raises:
        ExportError: what can't be exported, named; answers that differ by more than 1e-4. No
            file is written then.
        FileNotFoundError: the rows, or the run's data, are not there.
        ValueError: an unknown format; rows that don't fit.
        ImportError: ``onnx`` or ``onnxruntime`` is missing.
    """
    if format not in FORMATS:
        raise ValueError(f"Unknown format {format!r}. {did_you_mean(format, FORMATS)}")
    if run.is_forecast:
        raise ExportError(
            f"The run {run.name!r} is a forecast, which goes on from a table's last rows: only "
            "runs that answer rows can be exported."
        )
    tried = _test_rows(run) if rows is None else _given_rows(run, rows)
    out = Path(f"{run.name}.{format}") if path is None else Path(path)
    return export_answers(run.model, run.preparation, run.task, tried, run.predict(tried), out)


def _test_rows(run: Run) -> Any:
    source, _ = own_source(run, None, "export")
    return divided_again(run, source)[0].parts["test"]


def _given_rows(run: Run, rows: str | Path) -> Any:
    """Read the first rows of a file, as many as are predicted at a time."""
    for piece, _ in read_pieces(rows, target=run.task.target_columns, rows=ROWS):
        data = fitting(run, piece, str(rows))
        if isinstance(data, Table) and isinstance(run.preparation, TablePreparation):
            frame = BadCells(str(rows)).without(data.frame, run.preparation.read)
            return Table(frame, data.origins)
        return data
    raise ValueError(f"{rows} has no rows.")
