"""Writing a run's folder under a temporary name, then renaming it: complete, or not there."""

from __future__ import annotations

import codecs
import csv
import json
import os
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from kerata.utils.files import put_folder, replace_folder, unfinished, write_beside
from kerata.workbench.features import save_with
from kerata.workbench.forecasting import TrainedForecast, answers_of
from kerata.workbench.report import write_report
from kerata.workbench.runs.predictions import answer_columns, truth_columns
from kerata.workbench.runs.record import (
    certainty_record,
    config_of,
    judged_record_of,
    plain,
    record_of,
)
from kerata.workbench.runs.row_places import place_columns
from kerata.workbench.runs.run import (
    ANSWERS,
    CONFIG,
    FIRST_ROW,
    FOLDER,
    FUTURE,
    HISTORY,
    MODEL,
    RECORD,
    REPORT,
    Run,
    load,
)
from kerata.workbench.runs.seen_rows import write_seen

if TYPE_CHECKING:
    from kerata.workbench.core.result import Trained


def save(
    trained: Trained,
    name: str,
    folder: str | Path = FOLDER,
    *,
    overwrite: bool = False,
    report: bool = True,
) -> Run:
    """Write a run's folder with model, history, config, answers, verdict, pictures and report.

    Arguments:
        trained: what ``fit_source`` gave.
        name: of the run; where another one took it meanwhile, the next free one is taken.
        folder: where runs are; made if it is missing.
        overwrite: whether a run of that name is replaced.
        report: whether ``report.html`` and pictures are made.

    Returns:
        The run.

    Raises:
        FileExistsError: a run of that name exists.
        ValueError: a name that is no name of a folder.
        OSError: the folder can't be written, the disk is full.
    """
    check_name(name, folder, overwrite=overwrite)
    run = complete(keep(trained, name, folder, overwrite=overwrite), trained)
    if report:
        add_report(run, trained)
    return run


def keep(
    trained: Trained, name: str, folder: str | Path = FOLDER, *, overwrite: bool = False
) -> Run:
    """Write all that a training cost, so that it can't be lost; ``complete`` adds the verdict.

    Nothing is there before all is written; an older run stays until then.

    Arguments:
        trained: what ``fit_source`` gave, or the event ``'trained'``.
        name: of the run; where another one took it meanwhile, the next free one is taken.
        folder: where runs are; made if it is missing.
        overwrite: whether a run of that name is replaced.

    Raises:
        OSError: the folder can't be written, the disk is full.
    """
    place = Path(folder) / name
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = unfinished(place)
    try:
        beside.mkdir()
        record = _write(trained, beside)
        while True:
            _write_json(beside / RECORD, {"name": place.name, **record})
            if overwrite:
                replace_folder(beside, place)
                break
            try:
                put_folder(beside, place)
                break
            except FileExistsError:
                # Hours of training are worth more than a name.
                place = place.with_name(free_name(name, folder))
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return load(place)


def complete(run: Run, trained: Trained) -> Run:
    """Add the verdict and the diagnosis to a run that was kept.

    Arguments:
        run: what ``keep`` gave.
        trained: what ``fit_source`` gave.

    Raises:
        OSError: the folder can't be written, the disk is full; the run stays as it was kept.
    """
    record = {**run.record, **judged_record_of(trained)}
    _write_json(run.path / RECORD, record)
    return load(run.path)


def add_report(run: Run, trained: Trained) -> Path:
    """Add pictures and ``report.html``, whole or not at all, to a run that is complete.

    Arguments:
        run: what ``complete`` gave.
        trained: what ``fit_source`` gave.

    Raises:
        OSError: the folder can't be written, the disk is full; the run stays as it was.
    """
    report = run.path / REPORT
    beside = unfinished(report)
    try:
        beside.mkdir()
        write_report(trained, run.record, beside)
        if (beside / "pictures").exists():
            replace_folder(beside / "pictures", run.path / "pictures")
        os.replace(beside / REPORT, report)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return report


def free_name(name: str, folder: str | Path = FOLDER) -> str:
    """Give a name of which there is nothing yet: the given one, or with a number."""
    free, number = name, 2
    while (Path(folder) / free).exists():
        free = f"{name}-{number}"
        number += 1
    return free


def check_name(name: str, folder: str | Path = FOLDER, *, overwrite: bool = False) -> Path:
    """Give the folder of a new run, or say why it can't be made.

    Arguments:
        name: of the run.
        folder: where runs are.
        overwrite: whether a run of that name may be replaced.

    Raises:
        FileExistsError: there is one of that name.
        ValueError: a name that is no name of a folder.
    """
    if not name.strip() or name.startswith(".") or any(char in name for char in '/\\:*?"<>|\0'):
        raise ValueError(
            f"A run can't be called {name!r}: it names a folder, so use letters, digits, - and _."
        )
    place = Path(folder) / name
    if not place.exists():
        return place
    if not (place / RECORD).is_file():
        raise FileExistsError(
            f"{str(place)!r} is there already and is no run, so it is left as it is: choose "
            "another name with --name."
        )
    if not overwrite:
        raise FileExistsError(
            f"There is a run {str(place)!r} already: choose another name with --name, or replace "
            "it with --overwrite."
        )
    return place


def _write(trained: Trained, folder: Path) -> dict[str, Any]:
    """Write all files but the record, which is given."""
    model = folder / MODEL
    more: dict[str, Any] = {"task": trained.task.as_dict()}
    certainty = certainty_record(trained)
    if certainty is not None:
        more["certainty"] = certainty
    save_with(trained.model, trained.preparation, model, **more)
    _write_json(folder / CONFIG, config_of(trained))
    write_csv(folder / HISTORY, _history_columns(trained.history))
    write_csv(folder / ANSWERS, _test_columns(trained))
    if isinstance(trained, TrainedForecast):
        if trained.future is not None:
            write_csv(folder / FUTURE, {str(n): trained.future[n] for n in trained.future.columns})
    else:
        write_seen(trained, folder)
    _write_events(trained.history, folder / "tensorboard")
    return {**record_of(trained), "first_row": FIRST_ROW, "bytes": model.stat().st_size}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False)
    write_beside(path, lambda file: file.write((text + "\n").encode()))


def write_csv(path: Path, columns: dict[str, Any]) -> None:
    """Write columns of equal length under their names."""

    def write(file: IO[bytes]) -> None:
        writer = csv.writer(codecs.getwriter("utf-8")(file))
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))

    write_beside(path, write)


def _history_columns(history: dict[str, list[float]]) -> dict[str, Any]:
    epochs = len(next(iter(history.values())))
    return {"epoch": range(1, epochs + 1), **history}


def _test_columns(trained: Trained) -> dict[str, Any]:
    """Give number, origin, truth and answer of each test row."""
    if isinstance(trained, TrainedForecast):
        found = answers_of(trained)
        return found | {"row": found["row"] + FIRST_ROW}
    # As people count rows below the line of names, and as messages name them.
    columns: dict[str, Any] = {"row": np.asarray(trained.rows["test"]) + FIRST_ROW}
    if trained.test.origins is not None:
        columns["origin"] = trained.test.origins
    columns |= truth_columns(trained.task, np.asarray(trained.truth))
    columns |= answer_columns(trained.task, trained.outputs, ends=trained.ends)
    return columns | place_columns(trained.dependence)


def _write_events(history: dict[str, list[float]], folder: Path) -> None:
    """Write the curves for TensorBoard, where its package is installed."""
    from kerata.callbacks.event_files import EventFile

    try:
        files = {part: EventFile(folder / part) for part in ("train", "validation")}
    except ImportError:
        return
    for name, values in history.items():
        part = "validation" if name.startswith("val_") else "train"
        for epoch, value in enumerate(values):
            files[part].scalar(f"epoch_{name.removeprefix('val_')}", value, epoch)
    for file in files.values():
        file.close()
