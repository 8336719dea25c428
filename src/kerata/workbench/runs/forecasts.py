"""A finished forecast asked for the next steps, or judged on newer rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kerata.utils.files import write_beside
from kerata.workbench.data import read_source
from kerata.workbench.data.containers import Table
from kerata.workbench.forecasting.baselines import judged
from kerata.workbench.forecasting.forecast import check_whole
from kerata.workbench.forecasting.newer import backtest_of
from kerata.workbench.forecasting.preparation import SeriesPreparation
from kerata.workbench.forecasting.verdict import compared, sentences_of
from kerata.workbench.runs.judged import JudgedForecast
from kerata.workbench.runs.run import Run


def forecast_source(
    run: Run,
    newer: str | Path | None = None,
    out: str | Path | None = None,
    *,
    table: str | None = None,
) -> tuple[Any, list[str]]:
    """Forecast the next steps of a run on a table in time, and write them as CSV.

    Arguments:
        run: a finished forecast.
        newer: rows to go on from, as for ``read_source``; None to go on from the last rows
            of the training.
        out: the CSV file to write; None to write none.
        table: a table or query of a database, or a sheet of a workbook.

    Returns:
        A pandas table (time, group, forecast, lower, upper), and what is worth knowing.

    Raises:
        FileNotFoundError: no such source.
        ValueError: rows that don't fit the run.
        OSError: the file can't be written; one of that name stays as it was.
    """
    if out is not None:
        out = checked_out(out)
    notes: list[str] = []
    data = None
    if newer is not None:
        data = _newer(newer, table)
    found = run.forecast(data, notes)
    if out is not None:
        text = found.to_csv(index=False, lineterminator="\n")
        write_beside(out, lambda file: file.write(text.encode("utf-8")))
    return found, notes


def evaluate_forecast(run: Run, source: str | Path, *, table: str | None = None) -> JudgedForecast:
    """Judge a run's forecasts from its last row and from each newer one.

    Arguments:
        run: a finished forecast.
        source: rows behind those of the training, as for ``read_source``; older ones among
            them are only looked back on.
        table: a table or query of a database, or a sheet of a workbook.

    Raises:
        FileNotFoundError: no such source.
        ValueError: rows that don't fit the run; none of them is newer.
    """
    data = _newer(source, table)
    if not isinstance(data, Table):
        raise ValueError(f"The run {run.name!r} was trained on a table: give a table.")
    made = run.preparation
    assert isinstance(made, SeriesPreparation)
    notes: list[str] = []
    season = int(run.record["forecast"]["season"])
    test = backtest_of(run.model, made, data.frame, season, notes)
    there = ~np.isnan(test.truth)
    if not there.any():
        raise ValueError(f"{source} has no {made.target!r} in the steps that are forecast.")
    simple = tuple(judged(name, test) for name in test.simple)
    intervals = {name: ends for name, ends in test.intervals().items() if not np.isnan(ends[0])}
    figures = {name: value for name, value in test.figures().items() if not np.isnan(value)}
    return JudgedForecast(
        truth=test.truth[there],
        outputs=test.forecast[there],
        metrics=figures,
        interval=intervals["mae"],
        notes=notes,
        intervals=intervals,
        backtest=test,
        baselines=simple,
        sentences=(
            *sentences_of(test, run.task, made.steps),
            *compared(test, simple, run.task),
        ),
    )


def _newer(source: str | Path, table: str | None) -> Any:
    read = read_source(source, table=table, labelled=False)
    check_whole(read)
    return read.train


def checked_out(out: str | Path) -> Path:
    """Give the path of a CSV file that is to be written.

    Raises:
        ValueError: a name of another kind of file, or a folder.
    """
    out = Path(out)
    if out.suffix.lower() in (".parquet", ".feather", ".xlsx", ".json", ".jsonl"):
        raise ValueError(f"Predictions are written as CSV: end {out.name!r} with .csv.")
    if out.is_dir():
        raise ValueError(f"{str(out)!r} is a folder: name the CSV file to write.")
    return out
