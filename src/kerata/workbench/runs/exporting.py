"""A finished run as a file that other programs run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerata import layers
from kerata.base.messages import did_you_mean
from kerata.export.errors import ExportError
from kerata.export.formats import write_as
from kerata.models import Model
from kerata.saving import save_model
from kerata.workbench.core.onnx_file import export_answers
from kerata.workbench.data.chunks import ROWS, read_pieces
from kerata.workbench.data.column_cells import BadCells
from kerata.workbench.data.containers import Table
from kerata.workbench.features.files import fresh_optimizers
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.forecasting.onnx_series import export_forecast
from kerata.workbench.forecasting.preparation import SeriesPreparation
from kerata.workbench.runs.examination import divided_again
from kerata.workbench.runs.inference import fitting
from kerata.workbench.runs.paging import export_page
from kerata.workbench.runs.rerun import own_source
from kerata.workbench.runs.run import Run

FORMATS = ("onnx", "page", "stablehlo", "safetensors", "keras")
# What holds the network alone, which takes prepared rows.
ALONE = FORMATS[2:]
ENDINGS = {"page": "html"}


def export_run(
    run: Run,
    path: str | Path | None = None,
    *,
    format: str = "onnx",
    rows: str | Path | None = None,
) -> Any:
    """Write a run for other programs.

    ONNX files and pages have network and preparation: raw rows in, answers out. The other formats
    have the network alone, which takes what ``run.preparation.transform`` gives.

    Arguments:
        run: a finished run.
        path: of the file; the run's name with the format's ending by default.
        format: ``'onnx'``, ``'page'`` (one HTML file that answers in a browser, without server
            or network), ``'stablehlo'``, ``'safetensors'`` (weights by PyTorch's names) or
            ``'keras'`` (opens in Keras 3).
        rows: raw rows to try an ONNX file or a page with, as for ``read_source``; the run's test
            rows by default, if its data are where they were.

    Returns:
        What was written, which says so as text.

    Raises:
        ExportError: what can't be exported, named; answers that differ by more than 1e-4. No
            file is written then.
        FileNotFoundError: the rows, or the run's data, are not there.
        ValueError: an unknown format; rows that don't fit.
        ImportError: ``onnx`` or ``onnxruntime`` is missing.
    """
    if format not in FORMATS:
        raise ValueError(f"Unknown format {format!r}. {did_you_mean(format, FORMATS)}")
    out = Path(f"{run.name}.{ENDINGS.get(format, format)}") if path is None else Path(path)
    if run.is_forecast:
        return _forecast(run, out, format, rows)
    if format == "keras":
        return _keras(run, out)
    if format in ALONE:
        return write_as(format, run.model, out)
    tried = _test_rows(run) if rows is None else _given_rows(run, rows)
    if format == "page":
        return export_page(run, tried, out)
    return export_answers(run.model, run.preparation, run.task, tried, run.predict(tried), out)


def _forecast(run: Run, out: Path, format: str, rows: Any) -> Any:
    """Write a forecast, which goes on from the last values of its series."""
    if format not in ("onnx", "safetensors", "stablehlo"):
        raise ExportError(
            f"The run {run.name!r} is a forecast, which goes on from a table's last rows: it can "
            "be exported as onnx."
        )
    if rows is not None:
        raise ExportError(
            "A forecast is tried with the last values of its own series: leave --rows out."
        )
    if format != "onnx":
        return write_as(format, run.model, out)
    made = run.preparation
    assert isinstance(made, SeriesPreparation)
    return export_forecast(run.model, made, out)


@dataclass(frozen=True)
class KerasFile:
    """A model that Keras opens: ``path``."""

    path: Path

    def __str__(self) -> str:
        return f"{self.path}: a model that Keras 3 opens"


def _keras(run: Run, path: Path) -> KerasFile:
    own = [x for x in run.model._flatten_layers() if not hasattr(layers, type(x).__name__)]
    inner = [x for x in own if not isinstance(x, Model)]
    if inner:
        raise ExportError(
            f"Layer {inner[0].name!r} ({type(inner[0]).__name__}) is the workbench's own, which "
            "Keras does not have: export the run as ONNX, or train another network, such as mlp."
        )
    with fresh_optimizers(run.model):
        save_model(run.model, path)
    return KerasFile(path)


def _test_rows(run: Run) -> Any:
    source, _ = own_source(run, None, "export")
    return divided_again(run, source)[0].parts["test"]


def _given_rows(run: Run, rows: str | Path) -> Any:
    """Read the first rows of a file, as many as are predicted at a time."""
    for piece, _ in read_pieces(
        rows, target=run.task.target_columns, rows=ROWS, photos=run.preparation.photos
    ):
        data = fitting(run, piece, str(rows))
        if isinstance(data, Table) and isinstance(run.preparation, TablePreparation):
            frame = BadCells(str(rows)).without(data.frame, run.preparation.read)
            return Table(frame, data.origins)
        return data
    raise ValueError(f"{rows} has no rows.")
