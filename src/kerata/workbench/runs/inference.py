"""A finished run asked about new rows: answers for each of them, or how good they are."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.utils.files import write_beside
from kerata.workbench.core import metrics
from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.extras import need
from kerata.workbench.core.metric_intervals import metric_intervals
from kerata.workbench.core.result import Split
from kerata.workbench.core.target_names import each_target
from kerata.workbench.core.unanswered import WHY, unanswered
from kerata.workbench.core.wording import counted
from kerata.workbench.data.chunks import ROWS, read_pieces
from kerata.workbench.data.column_cells import BadCells
from kerata.workbench.data.containers import Images, Table, Texts
from kerata.workbench.features.rows import kind_of, take, target_values
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.forecasts import checked_out, evaluate_forecast
from kerata.workbench.runs.judged import Judged
from kerata.workbench.runs.predictions import answer_columns
from kerata.workbench.runs.run import Run
from kerata.workbench.runs.seen_rows import SeenRows, marks_of, read_seen, seen_sentence
from kerata.workbench.splitting.dependent_rows import dependence_by
from kerata.workbench.splitting.targets import without_target

# The column that names what a row has unlike the training rows.
UNLIKE = "unlike_training"
# Bytes of answers to a stream that are kept without a file.
IN_MEMORY = 1 << 26
NAMES = {"table": "a table", "texts": "texts", "images": "images"}


@dataclass(frozen=True)
class Answered:
    """What came of predicting a file.

    Arguments:
        path: the file that was written; None for a stream.
        rows: how many rows it has.
        notes: what is worth knowing, a sentence each.
    """

    path: Path | None
    rows: int
    notes: list[str]


def predict_source(
    run: Run, source: str | Path, out: str | Path | IO[str], *, table: str | None = None
) -> Answered:
    """Predict raw rows and write them with their answers as CSV.

    A table keeps its columns and gets ``prediction`` and ``probability_CLASS``, or the ends
    ``lower`` and ``upper`` of a 90 % interval around an amount (for several targets with
    ``_TARGET``), behind them, and ``unlike_training``: the columns in which the row is unlike the
    training rows, by a number or date far outside of theirs or a category that is rare or unseen;
    texts and images get a line each with the file's name. Large tables go through in pieces. A
    cell that can't be read in its column's kind counts as missing, as in training.

    Arguments:
        run: a finished run.
        source: raw rows, as for ``read_source``; columns in any order.
        out: the CSV file to write, or an open stream of text.
        table: a table or query of a database, or a sheet of a workbook.

    Raises:
        FileNotFoundError: no such source.
        ValueError: a missing column, a column whose values are of another kind, no rows.
        OSError: the file can't be written; one of that name stays as it was.
    """
    message: list[str] = []
    rows, unlike, empty = 0, 0, 0

    def write(file: IO[bytes]) -> None:
        nonlocal rows, unlike, empty
        names: list[str] | None = None
        for given, data in pieces(run, source, table, message):
            frame, without = _answered(run, given, data)
            empty += without
            if names is None:
                names = list(frame.columns)
            if str(frame.columns[-1]).startswith(UNLIKE):
                unlike += int((frame.iloc[:, -1] != "").sum())
            # A later piece may have its own view of columns that are empty there.
            text = frame.reindex(columns=names).to_csv(
                index=False, header=rows == 0, lineterminator="\n"
            )
            file.write(text.encode("utf-8"))
            rows += len(frame)

    if not isinstance(out, (str, Path)):
        # All rows are answered before the first is written: half a table looks like a whole one.
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
            write(kept)
            kept.seek(0)
            shutil.copyfileobj(io.TextIOWrapper(kept, "utf-8", newline=""), out)
        return Answered(None, rows, [*message, *_sentences(unlike, empty, rows)])
    out = checked_out(out)
    write_beside(out, write)
    return Answered(out, rows, [*message, *_sentences(unlike, empty, rows)])


def _sentences(unlike: int, empty: int, rows: int) -> list[str]:
    found = []
    if unlike:
        are = "is" if unlike == 1 else "are"
        found.append(
            f"{unlike:,} of {counted(rows, 'row')} {are} unlike the training rows, so answers are "
            f"less sure there; the column {UNLIKE!r} says by which columns."
        )
    if empty:
        has = "has" if empty == 1 else "have"
        found.append(f"{empty:,} of {counted(rows, 'row')} {has} no answer: {WHY}.")
    return found


def evaluate_source(run: Run, source: str | Path, *, table: str | None = None) -> Judged:
    """Judge a run on labelled rows that it never saw.

    Arguments:
        run: a finished run.
        source: raw rows with their true values, as for ``read_source``.
        table: a table or query of a database, or a sheet of a workbook.

    Returns:
        How good it is; of a forecast, which goes on from the rows that it learned from, a
        ``JudgedForecast``.

    Raises:
        FileNotFoundError: no such source.
        ValueError: a missing column, a class that was not there in training, no labels.
    """
    if run.is_forecast:
        return evaluate_forecast(run, source, table=table)
    notes: list[str] = []
    truths, outputs = [], []
    known_rows = _seen_rows(run, notes)
    marks, places = [], []
    split = _split_of(run)
    seen = 0
    for _, data in pieces(run, source, table, notes):
        values = target_values(data, run.task.target_columns)
        if values is None:
            raise ValueError(_no_labels(run, source, data))
        known = np.flatnonzero(
            [run.task.kind == "labels" or not is_missing(value) for value in values]
        )
        truth = _encoded(run, values, known, seen)
        seen += len(values)
        if not len(known):
            continue
        judged = take(data, known)
        truths.append(truth)
        outputs.append(run.predict(judged))
        if known_rows is not None:
            marks.append(marks_of(judged, run.columns, run.task, truth))
        if split.columns and isinstance(judged, Table):
            places.append(judged.frame.reindex(columns=list(split.columns)))
    if not outputs:
        raise ValueError(f"{source} has no row with a value for the target {run.task.target!r}.")
    truth, answer = np.concatenate(truths), np.concatenate(outputs)
    if len(truth) < seen:
        notes.append(without_target(seen - len(truth)))
    depends = Dependence()
    if places:
        pandas = need("pandas", "Reading a table")
        depends = dependence_by(split, Table(pandas.concat(places, ignore_index=True)))
    values_of = metrics.row_values(run.task, truth, answer)
    found = Judged(
        truth,
        answer,
        metrics.figures(run.task, truth, answer),
        metrics.interval_of(run.task, values_of, depends),
        notes,
        metric_intervals(run.task, truth, answer, depends),
        dependence=depends,
    )
    if known_rows is None:
        return found
    return _without_known(run.task, found, values_of, depends, known_rows, np.concatenate(marks))


def _without_known(
    task: Any,
    found: Judged,
    values: np.ndarray,
    depends: Dependence,
    seen: SeenRows,
    marks: np.ndarray,
) -> Judged:
    """Add how many rows were trained on, and the figures of the others."""
    said = seen_sentence(seen, marks)
    asked, train, validation = seen.find(marks)
    others = np.flatnonzero(asked & ~train & ~validation)
    if not said or len(others) < 2:
        return replace(found, trained_on=said)
    return replace(
        found,
        trained_on=said,
        unseen=metrics.figures(task, found.truth[others], found.outputs[others]),
        unseen_interval=metrics.interval_of(task, values[others], depends.of(others)),
        unseen_rows=len(others),
    )


def _seen_rows(run: Run, notes: list[str]) -> SeenRows | None:
    try:
        return read_seen(run.path)
    except ValueError as error:
        notes.append(f"{error} Whether the network was trained on these rows is unknown.")
        return None


def _split_of(run: Run) -> Split:
    """Give how the run's rows were divided; at random for runs that don't say."""
    stored = run.record.get("split") or {}
    return Split(stored.get("kind", "random"), tuple(stored.get("columns", ())))


def pieces(
    run: Run, source: str | Path, table: str | None, message: list[str]
) -> Iterator[tuple[Any, Any]]:
    """Give pieces as they were read and as the preparation takes them; notes come once."""
    preparation: Any = run.preparation
    bad = BadCells(Path(source).name)
    far = preparation.far_values() if isinstance(preparation, TablePreparation) else None
    for piece, notes in read_pieces(
        source,
        target=run.task.target_columns,
        table=table,
        rows=ROWS,
        photos=run.preparation.photos,
    ):
        given = data = fitting(run, piece, str(source))
        if isinstance(data, Table) and isinstance(preparation, TablePreparation):
            data = replace(data, frame=bad.without(data.frame, preparation.read))
        for note in [*notes, *preparation.check(data)]:
            if note not in message:
                message.append(note)
        if far is not None:
            preparation.look_for_far_values(data, far)
        yield given, data
    message += [*bad.notes(), *(far.notes() if far is not None else ())]


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
        if data.labels is not None and not run.task.parts:
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


def _answered(run: Run, given: Any, data: Any) -> tuple[Any, int]:
    """Give new rows as they were read, with their answers, and how many have none."""
    pandas = need("pandas", "Writing predictions")
    outputs = run.predict(data)
    answers = answer_columns(run.task, outputs, residuals=run.residuals)
    without = unanswered(outputs)
    for row in without:
        # The largest of what are no numbers is not an answer.
        for cells in answers.values():
            cells[row] = ""
    preparation: Any = run.preparation
    if isinstance(data, Table) and isinstance(preparation, TablePreparation):
        answers[UNLIKE] = preparation.unlike(data)
    if isinstance(given, Table):
        frame = _as_written(given.frame)
    else:
        name = "file" if isinstance(data, Images) or "row" not in data.origins[0] else "row"
        frame = pandas.DataFrame({name: data.origins})
    renamed = {_free(name, frame.columns): values for name, values in answers.items()}
    added = pandas.DataFrame(renamed, index=frame.index)
    return pandas.concat([frame, added], axis=1), len(without)


def _as_written(frame: Any) -> Any:
    """Write whole numbers as such also in columns where some are missing."""
    whole = [
        name
        for name in frame.columns
        if frame[name].dtype.kind == "f"
        and frame[name].notna().any()
        and (frame[name].dropna() % 1 == 0).all()
        and frame[name].abs().max() < 1e15
    ]
    return frame.astype(dict.fromkeys(whole, "Int64")) if whole else frame


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
        lacking = next(n for n in each_target(run.task.target_columns) if n not in names)
        return (
            f"{source} has no column {lacking!r} with the true values. "
            f"{did_you_mean(lacking, names)}"
        )
    return f"{source} has no labels: put the files into one subfolder for each class."
