"""A finished run asked about new rows: answers for each of them, or how good they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.utils.files import write_beside
from kerata.workbench.core import metrics
from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.extras import need
from kerata.workbench.data.chunks import ROWS, read_pieces
from kerata.workbench.data.containers import Images, Table, Texts
from kerata.workbench.features.rows import kind_of, take, target_values
from kerata.workbench.runs.predictions import answer_columns
from kerata.workbench.runs.run import Run

NAMES = {"table": "a table", "texts": "texts", "images": "images"}


@dataclass(frozen=True)
class Answered:
    """What came of predicting a file.

    Arguments:
        path: the file that was written.
        rows: how many rows it has.
        notes: what is worth knowing, a sentence each.
    """

    path: Path
    rows: int
    notes: list[str]


@dataclass(frozen=True)
class Judged:
    """How good a run's answers to labelled rows are.

    Arguments:
        truth: encoded targets.
        outputs: of the network.
        metrics: figures, the main one first.
        interval: of the main figure, with 95 % confidence.
        notes: what is worth knowing, a sentence each.
    """

    truth: np.ndarray
    outputs: np.ndarray
    metrics: dict[str, float]
    interval: tuple[float, float]
    notes: list[str]


def predict_source(
    run: Run, source: str | Path, out: str | Path, *, table: str | None = None
) -> Answered:
    """Predict raw rows and write them with their answers as CSV.

    A table keeps its columns and gets ``prediction`` and ``probability_CLASS`` behind them;
    texts and images get a line each with the file's name. Large tables go through in pieces.

    Arguments:
        run: a finished run.
        source: raw rows, as for ``read_source``; columns in any order.
        out: the CSV file to write.
        table: a table or query of a database, or a sheet of a workbook.

    Raises:
        FileNotFoundError: no such source.
        ValueError: a missing column, a value that does not fit its column, no rows.
        OSError: the file can't be written; one of that name stays as it was.
    """
    out = Path(out)
    if out.suffix.lower() in (".parquet", ".feather", ".xlsx", ".json", ".jsonl"):
        raise ValueError(f"Predictions are written as CSV: end {out.name!r} with .csv.")
    if out.is_dir():
        raise ValueError(f"{str(out)!r} is a folder: name the CSV file to write.")
    message: list[str] = []
    rows = 0

    def write(file: Any) -> None:
        nonlocal rows
        names: list[str] | None = None
        for data in _pieces(run, source, table, message):
            frame = _answered(run, data)
            if names is None:
                names = list(frame.columns)
            # A later piece may have its own view of columns that are empty there.
            text = frame.reindex(columns=names).to_csv(
                index=False, header=rows == 0, lineterminator="\n"
            )
            file.write(text.encode("utf-8"))
            rows += len(frame)

    write_beside(out, write)
    return Answered(out, rows, message)


def evaluate_source(run: Run, source: str | Path, *, table: str | None = None) -> Judged:
    """Judge a run on labelled rows that it never saw.

    Arguments:
        run: a finished run.
        source: raw rows with their true values, as for ``read_source``.
        table: a table or query of a database, or a sheet of a workbook.

    Raises:
        FileNotFoundError: no such source.
        ValueError: a missing column, a class that was not there in training, no labels.
    """
    notes: list[str] = []
    truths, outputs = [], []
    seen = 0
    for data in _pieces(run, source, table, notes):
        values = target_values(data, run.task.target)
        if values is None:
            raise ValueError(_no_labels(run, source, data))
        known = np.flatnonzero(
            [run.task.kind == "labels" or not is_missing(value) for value in values]
        )
        truths.append(_encoded(run, values, known, seen))
        seen += len(values)
        if len(known):
            outputs.append(run.predict(take(data, known)))
    if not outputs:
        raise ValueError(f"{source} has no row with a value for the target {run.task.target!r}.")
    truth, answer = np.concatenate(truths), np.concatenate(outputs)
    if len(truth) < seen:
        notes.append(f"{seen - len(truth):,} rows without a target were left out.")
    return Judged(
        truth,
        answer,
        metrics.figures(run.task, truth, answer),
        metrics.interval_of(run.task, metrics.row_values(run.task, truth, answer)),
        notes,
    )


def _pieces(run: Run, source: str | Path, table: str | None, message: list[str]) -> Iterator[Any]:
    """Give pieces of a source as the run's preparation takes them; what is odd is noted once."""
    for piece, notes in read_pieces(source, target=run.task.target, table=table, rows=ROWS):
        data = fitting(run, piece, str(source))
        for note in [*notes, *run.preparation.check(data)]:
            if note not in message:
                message.append(note)
        yield data


def fitting(run: Run, data: Any, where: str) -> Any:
    """Give new rows in the form that the run was trained on.

    Raises:
        ValueError: rows of another kind, such as images for a run on tables.
    """
    wanted, given = run.preparation.kind, kind_of(data)
    column = getattr(run.preparation, "column", None)
    if wanted == "texts" and given == "table" and column is None:
        return _texts_of(data, run.task.target, where)
    if wanted == "texts" and given == "texts" and column is not None:
        pandas = need("pandas", "Predicting texts")
        columns = {column.name: data.texts}
        if data.labels is not None:
            columns[run.task.target] = data.labels
        return Table(pandas.DataFrame(columns), data.origins)
    if wanted != given and not (wanted == "texts" and given == "table"):
        raise ValueError(
            f"The run {run.name!r} was trained on {NAMES[wanted]}, but {where} is {NAMES[given]}."
        )
    return data


def _texts_of(data: Table, target: str, where: str) -> Texts:
    """Take a table's column of texts, for a run that was trained on files."""
    names = [str(name) for name in data.frame.columns if name != target]
    found = names if len(names) == 1 else [name for name in names if name.casefold() == "text"]
    if not found:
        raise ValueError(
            f"{where} has {len(names)} columns: call the one with the texts 'text'. "
            f"{did_you_mean('text', names)}"
        )
    texts = ["" if is_missing(cell) else str(cell) for cell in data.frame[found[0]].tolist()]
    labels = target_values(data, target)
    # Missing labels are empty ones here.
    message = None if labels is None else ["" if v is None else str(v) for v in labels]
    return Texts(texts, message, [f"row {row}" for row in range(1, len(texts) + 1)])


def _answered(run: Run, data: Any) -> Any:
    """Give new rows with their answers as a pandas table."""
    pandas = need("pandas", "Writing predictions")
    answers = answer_columns(run.task, run.predict(data))
    if isinstance(data, Table):
        frame = data.frame
    else:
        name = "file" if isinstance(data, Images) or "row" not in data.origins[0] else "row"
        frame = pandas.DataFrame({name: data.origins})
    renamed = {_free(name, frame.columns): values for name, values in answers.items()}
    added = pandas.DataFrame(renamed, index=frame.index)
    return pandas.concat([frame, added], axis=1)


def _free(name: str, taken: Any) -> str:
    """Give a column a name that the table does not have."""
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _encoded(run: Run, values: list[Any], known: np.ndarray, before: int) -> np.ndarray:
    """Encode targets; errors name the row of the file."""
    task = run.task
    try:
        return task.encode([values[row] for row in known])
    except ValueError:
        # Once more, one by one: the row that is named must be the file's.
        for row in known:
            try:
                task.encode([values[row]])
            except ValueError as error:
                message = str(error).replace("Row 1 ", f"Row {before + int(row) + 1} ", 1)
                raise ValueError(message) from None
        raise


def _no_labels(run: Run, source: str | Path, data: Any) -> str:
    if kind_of(data) == "table":
        names = list(map(str, data.frame.columns))
        return (
            f"{source} has no column {run.task.target!r} with the true values. "
            f"{did_you_mean(run.task.target, names)}"
        )
    return f"{source} has no labels: put the files into one subfolder for each class."
