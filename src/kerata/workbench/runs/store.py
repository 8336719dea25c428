"""Writing a run's folder beside its place, then renaming it: whole, or not there."""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.runs.predictions import answer_columns
from kerata.workbench.runs.record import config_of, plain, record_of
from kerata.workbench.runs.run import (
    ANSWERS,
    CONFIG,
    FOLDER,
    HISTORY,
    MODEL,
    RECORD,
    Run,
    load,
)
from kerata.workbench.features import save_with
from kerata.workbench.report import write_report

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
    """Write a run's folder with model, history, config, answers, pictures and report.

    Nothing is there before all is written; an older run stays until then.

    Arguments:
        trained: what ``fit_source`` gave.
        name: of the run.
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
    place = check_name(name, folder, overwrite=overwrite)
    place.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    beside = place.with_name(f".{name}.{mark}.part")
    try:
        beside.mkdir()
        _write(trained, name, beside, report)
        _move(beside, place, place.with_name(f".{name}.{mark}.old"))
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return load(place)


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


def prepare_folder(folder: str | Path = FOLDER) -> None:
    """Find out before training, not after it, that runs can't be kept in a folder.

    Raises:
        OSError: it can't be made or written.
    """
    probe = Path(folder) / f".{secrets.token_hex(4)}.part"
    probe.parent.mkdir(parents=True, exist_ok=True)
    probe.mkdir()
    probe.rmdir()


def _move(beside: Path, place: Path, old: Path) -> None:
    """Put a finished folder in its place; what was there goes last."""
    if not place.exists():
        os.rename(beside, place)
        return
    os.rename(place, old)
    try:
        os.rename(beside, place)
    except BaseException:
        os.rename(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(trained: Trained, name: str, folder: Path, report: bool) -> None:
    model = folder / MODEL
    save_with(trained.model, trained.preparation, model, task=trained.task.as_dict())
    record = {"name": name, **record_of(trained), "bytes": model.stat().st_size}
    _write_json(folder / RECORD, record)
    _write_json(folder / CONFIG, config_of(trained))
    write_csv(folder / HISTORY, _history_columns(trained.history))
    write_csv(folder / ANSWERS, _test_columns(trained))
    _write_events(trained.history, folder / "tensorboard")
    if report:
        write_report(trained, plain(record), folder)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_csv(path: Path, columns: dict[str, Any]) -> None:
    """Write columns of equal length under their names."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _history_columns(history: dict[str, list[float]]) -> dict[str, Any]:
    epochs = len(next(iter(history.values())))
    return {"epoch": range(1, epochs + 1), **history}


def _test_columns(trained: Trained) -> dict[str, Any]:
    """Give number, origin, truth and answer of each test row."""
    columns: dict[str, Any] = {"row": trained.rows["test"]}
    if trained.test.origins is not None:
        columns["origin"] = trained.test.origins
    truth = np.asarray(trained.truth)
    columns["truth"] = answer_columns(trained.task, truth, sure=True)["prediction"]
    return columns | answer_columns(trained.task, trained.outputs)


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
