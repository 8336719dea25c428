"""A finished run in its folder."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.json_text import MOST_BYTES, read_json_text
from kerata.base.messages import did_you_mean
from kerata.uncertainty import Residuals
from kerata.utils.files import failed_outside, tidy_up
from kerata.utils.plain_files import check_plain, read_plain
from kerata.workbench.core.column import Column
from kerata.workbench.core.result import outputs_of
from kerata.workbench.core.task import Task
from kerata.workbench.features import Preparation, load_with
from kerata.workbench.features.rows import count, take
from kerata.workbench.forecasting.future import forecast_rows
from kerata.workbench.forecasting.preparation import SeriesPreparation
from kerata.workbench.runs.predictions import column_name
from kerata.workbench.runs.record_schema import check_record

FOLDER = "runs"
RECORD = "run.json"
MODEL = "model.keras"
CONFIG = "config.json"
HISTORY = "history.csv"
ANSWERS = "test_predictions.csv"
REPORT = "report.html"
# Number of the first row of data in files and messages; runs that don't say so began at 0.
FIRST_ROW = 1
FUTURE = "forecast.csv"
# What is kept of each answer to a test row.
KEPT = ("truth", "prediction")
# Rows that are prepared and predicted at a time.
CHUNK = 20_000
# Each cell of a kept table costs some 60 bytes of memory.
_MOST_CELLS = 16_000_000


@dataclass
class Run:
    """A finished run.

    Arguments:
        path: its folder.
        record: what ``run.json`` holds: metrics, interval, baselines, verdict, versions, ...
    """

    path: Path
    record: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @cached_property
    def task(self) -> Task:
        """What it predicts."""
        return Task.from_dict(self.record["task"])

    @property
    def is_forecast(self) -> bool:
        """Whether it forecasts the next steps of a table instead of answering rows."""
        return self.record.get("forecast") is not None

    @cached_property
    def residuals(self) -> tuple[Residuals, ...]:
        """Half the widths of the intervals around amounts, for each target; () if unknown."""
        known = (self.record.get("certainty") or {}).get("residuals") or []
        return tuple(
            Residuals(
                one["coverage"],
                one["radius"],
                np.array(one["places"]),
                np.array(one["sizes"]),
                one["rows"],
            )
            for one in known
        )

    @cached_property
    def columns(self) -> list[Column] | None:
        """What was made of each column; None for texts and images."""
        message = self.record["columns"]
        return None if message is None else [Column.from_dict(column) for column in message]

    @cached_property
    def config(self) -> dict[str, Any]:
        """All that another run of the same needs."""
        return read_json(self.path / CONFIG)

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """A list for each figure, with a number an epoch.

        Raises:
            ValueError: the file is missing or damaged.
        """
        path = self.path / HISTORY
        columns = read_columns(path)
        columns.pop("epoch", None)
        if not columns.get("loss"):
            raise ValueError(f"{path} is damaged: it has no losses. Train it again.")
        try:
            return {name: [float(cell) for cell in cells] for name, cells in columns.items()}
        except ValueError as error:
            raise ValueError(f"{path} is damaged ({error}): train it again.") from None

    @cached_property
    def _loaded(self) -> tuple[Any, Preparation]:
        path = self.path / MODEL
        try:
            check_plain(path, within=self.path)
        except FileNotFoundError:
            raise ValueError(
                f"The run {str(self.path)!r} has no {MODEL}: train it again."
            ) from None
        except ValueError as error:
            raise ValueError(f"{error}.") from None
        return load_with(path)[:2]

    @property
    def model(self) -> Any:
        """The network."""
        return self._loaded[0]

    @property
    def preparation(self) -> Preparation:
        """What turns raw rows into the network's inputs."""
        return self._loaded[1]

    def predict(self, data: Any) -> np.ndarray:
        """Give probabilities or values for raw rows, a piece at a time.

        Arguments:
            data: a ``Table``, ``Texts`` or ``Images``.

        Returns:
            ``(n,)`` for two classes (the second one's probability) and for regression, else
            ``(n, k)``.

        Raises:
            ValueError: a missing column; a value that does not fit its column; a run that
                forecasts.
        """
        if self.is_forecast:
            raise ValueError(
                f"The run {self.name!r} forecasts the next steps and answers no rows: use "
                "forecast()."
            )
        rows = count(data)
        if rows <= CHUNK:
            return outputs_of(self.model, self.preparation.transform(data), self.task)
        pieces = [
            take(data, np.arange(start, min(start + CHUNK, rows)))
            for start in range(0, rows, CHUNK)
        ]
        return np.concatenate([self.predict(piece) for piece in pieces])

    def forecast(self, newer: Any = None, notes: list[str] | None = None) -> Any:
        """Forecast the next steps of each series.

        Arguments:
            newer: a ``Table`` of rows after those of the training, to go on from; None to go
                on from the last rows of the training.
            notes: gets a sentence on what is odd.

        Returns:
            A pandas table: time, group, forecast, lower, upper.

        Raises:
            ValueError: a run that does not forecast; rows that don't fit it.
        """
        made = self.preparation
        if not isinstance(made, SeriesPreparation):
            raise ValueError(f"The run {self.name!r} does not forecast: use predict().")
        frame = getattr(newer, "frame", None)
        if newer is not None and frame is None:
            raise ValueError(f"The run {self.name!r} was trained on a table: give a table.")
        return forecast_rows(self.model, made, frame, [] if notes is None else notes)

    def answers(self) -> dict[str, list[str]]:
        """Read the answers to the test rows, a list of cells for each column.

        Raises:
            ValueError: the file is missing or damaged.
        """
        found = read_columns(self.path / ANSWERS)
        task = self.task
        kept = [column_name(n, task, p) for p in task.parts or (task,) for n in KEPT]
        lacking = {"row", *kept} - found.keys()
        if lacking:
            name = sorted(lacking)[0]
            raise ValueError(f"{self.path / ANSWERS} is damaged: it has no column {name!r}.")
        return found


def load(name: str | Path, folder: str | Path = FOLDER) -> Run:
    """Open a run.

    Arguments:
        name: of a run in the folder, or a path to a run's own folder.
        folder: where runs are.

    Raises:
        FileNotFoundError: no such run, with a suggestion.
        ValueError: a file, or a folder that holds no run.
    """
    tidy_up(folder)
    places = [Path(folder) / name, Path(name)]
    for path in places:
        if (path / RECORD).is_file():
            return Run(path, read_record(path))
        if path.name in (RECORD, MODEL) and (path.parent / RECORD).is_file():
            return Run(path.parent, read_record(path.parent))
    there = next((path for path in places if path.exists()), None)
    if there is not None:
        what = "folder without run.json" if there.is_dir() else "file"
        raise ValueError(
            f"{str(there)!r} is no run but a {what}: a run is a folder that 'kerata train' made."
        )
    names = [run.name for run in every(folder)]
    if not names:
        raise FileNotFoundError(
            f"There is no run {str(name)!r}: the folder {str(folder)!r} has none. "
            "Make one: kerata train."
        )
    raise FileNotFoundError(f"There is no run {str(name)!r}. {did_you_mean(name, names)}")


def every(folder: str | Path = FOLDER) -> list[Run]:
    """Give all runs in a folder, the newest first; folders that hold no run are passed over."""
    return look_through(folder)[0]


def look_through(folder: str | Path = FOLDER) -> tuple[list[Run], list[str]]:
    """Give all runs in a folder, the newest first, and a sentence for each damaged one."""
    tidy_up(folder)
    found, damaged = [], []
    for path in sorted(Path(folder).glob(f"*/{RECORD}")):
        if path.parent.name.startswith("."):
            continue
        try:
            found.append(Run(path.parent, read_record(path.parent)))
        except (ValueError, OSError) as error:
            damaged.append(str(error))
    found.sort(key=lambda run: (run.record["created"], run.name), reverse=True)
    return found, damaged


def read_record(path: Path) -> dict[str, Any]:
    """Read a run's record.

    Raises:
        ValueError: it is damaged, or another program's.
    """
    record = read_json(path / RECORD)
    check_record(record, str(path / RECORD))
    return record


def read_columns(path: Path) -> dict[str, list[str]]:
    """Read a table that a run keeps, a list of cells for each column.

    Raises:
        ValueError: it is missing or damaged.
    """
    try:
        content = read_plain(path, most=MOST_BYTES, within=path.parent)
        if content.count(b",") + content.count(b"\n") > _MOST_CELLS:
            raise ValueError(f"it has more than {_MOST_CELLS:,} cells")
        names, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    except (OSError, ValueError, csv.Error) as error:
        raise ValueError(f"{path} is missing or damaged ({error}): train it again.") from None
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise ValueError(
                f"{path} is damaged: line {number} has {len(row)} cells instead of {len(names)}."
            )
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def read_json(path: Path) -> dict[str, Any]:
    """Read an object from a JSON file.

    Raises:
        ValueError: it is damaged.
    """
    try:
        content = read_plain(path, most=MOST_BYTES, within=path.parent)
        found = read_json_text(content, "its text")
    except (ValueError, OSError) as error:
        if failed_outside(error) and not isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{path} is missing or damaged ({error}).") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} is damaged: it holds no object.")
    return found
