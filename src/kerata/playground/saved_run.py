"""A network that learned in the playground as a run, kept as those of the workbench are."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import kerata
from kerata import layers
from kerata.playground.learner import Learner
from kerata.playground.network import loss_and_metrics, make_optimizer, plain_network
from kerata.playground.raw_rows import RawRows, raw_rows
from kerata.playground.settings import Settings
from kerata.playground.tables import Sheet
from kerata.workbench import runs
from kerata.workbench.core import metrics
from kerata.workbench.core.comparison import compared
from kerata.workbench.core.result import outputs_of
from kerata.workbench.core.task import Task, choose_task, spell
from kerata.workbench.data.containers import Table
from kerata.workbench.data.schema import infer_columns
from kerata.workbench.data.source import read_source
from kerata.workbench.diagnosis.trained import diagnose_prepared, words_for
from kerata.workbench.explain.trained_network import TrainedNetwork
from kerata.workbench.features.rows import target_values
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.run import FOLDER, Run
from kerata.workbench.runs.store import write_csv
from kerata.workbench.splitting.divide import Divided
from kerata.workbench.training import baselines

NETWORK, ROWS = "playground", "rows.csv"


def save_run(learner: Learner, sheet: Sheet | None = None, folder: str | Path = FOLDER) -> Run:
    """Keep the first network as it is as a run, judged on rows that it did not learn from.

    Its table is the file that was opened, raw columns and all; made or drawn points, and one
    value against all others, are written as ``rows.csv`` into the run's folder.

    Arguments:
        learner: whose first network is kept.
        sheet: the table that was opened, if any.
        folder: of runs; made if it is missing.

    Raises:
        ValueError: nothing is learned yet, or the loss is no longer finite.
        OSError: the folder can't be written, the disk is full.
    """
    if not learner.epoch:
        raise ValueError("Nothing is learned yet: press Play first.")
    if learner.diverged:
        raise ValueError("The loss is no longer finite: reset it with a lower learning rate.")
    settings = learner.settings[0]
    raw = raw_rows(settings, learner.problem, sheet)
    name = runs.free_name(_plain(settings, sheet), folder)
    trained = as_trained(learner, raw)
    source = raw.path if raw.path is not None else Path(folder) / name / ROWS
    trained.config |= {"source": str(source), "table": None}
    if raw.path is None:
        # Known by their content, as a file is that was read.
        trained.fingerprint = _fingerprint(raw)
    run = runs.keep(trained, name, folder)
    if raw.path is None:
        write_csv(run.path / ROWS, {n: raw.frame[n].tolist() for n in raw.frame.columns})
    run = runs.complete(run, trained)
    runs.add_report(run, trained)
    return run


def as_trained(learner: Learner, raw: RawRows) -> TrainedNetwork:
    """Judge the first network, as ``fit_source`` judges those that it trains.

    Arguments:
        learner: whose first network it is.
        raw: its rows.
    """
    began = time.perf_counter()
    settings = learner.settings[0]
    divided = _divided(raw, learner.problem.kind)
    task, targets, parts = divided.task, divided.targets, divided.parts
    made = TablePreparation(ranked=None).fit(parts["train"], task, divided.columns)
    x = {part: made.transform(rows)["numbers"] for part, rows in parts.items()}
    model = _model(learner, made, targets["train"])
    outputs, truth = outputs_of(model, x["test"], task), targets["test"]
    simple = [baselines.constant(task, targets), baselines.linear(divided, settings.batch, 0, {})]
    history: dict[str, list[float]] = {}
    for _, report in learner.curves[0]:
        for figure, value in report.items():
            history.setdefault(figure, []).append(float(value))
    options = {
        "units": list(settings.layers),
        "activation": settings.activation,
        "optimizer": settings.optimizer,
        "learning_rate": settings.rate,
        **settings.values(),
    }
    interval = metrics.interval_of(task, metrics.row_values(task, truth, outputs))
    watched = divided.rows["test"] is divided.rows["validation"]
    findings = diagnose_prepared(
        history,
        model,
        model,
        {part: x[part] for part in x if not (watched and part == "test")},
        targets,
        terms=words_for(NETWORK, task, options, divided.rows["train"], balanced=False),
        interval=interval,
    )
    by_hand = (
        ["Settings or weights were changed by hand while it learned."]
        if learner.changed_by_hand
        else []
    )
    return TrainedNetwork(
        model=model,
        preparation=made,
        task=task,
        columns=divided.columns,
        network=NETWORK,
        history=history,
        best_epoch=learner.epoch,
        rows=divided.rows,
        **parts,
        truth=truth,
        outputs=outputs,
        metrics=metrics.figures(task, truth, outputs),
        interval=interval,
        baselines=[compared(one, task, truth, theirs, outputs) for one, theirs in simple],
        findings=findings,
        config={
            "target": raw.target,
            "task": task.kind,
            "network": NETWORK,
            "columns": {column.name: _kind(column) for column in divided.columns or []},
            "options": options,
            # Nobody set a limit.
            "epochs": None,
            "batch_size": settings.batch,
            "seed": settings.seed,
            "split_by": None,
            "folds": 1,
        },
        seconds={"judging": time.perf_counter() - began},
        notes=["It was trained in the playground.", *by_hand, *raw.notes, *made.notes],
        fingerprint=raw.fingerprint,
    )


def _divided(raw: RawRows, kind: str) -> Divided:
    """Give the rows in their parts, with targets encoded and columns understood."""
    frame = raw.frame
    parts = {part: Table(frame.iloc[numbers]) for part, numbers in raw.numbers.items()}
    others = [n for n in map(str, frame.columns) if n not in (*raw.columns, raw.target)]
    kinds = {**dict.fromkeys(raw.columns, "number"), **dict.fromkeys(others, "drop")}
    learned = frame.iloc[np.concatenate([raw.numbers["train"], raw.numbers["validation"]])]
    columns = infer_columns(learned, raw.target, kinds)
    every = target_values(Table(learned), raw.target) or []
    task = choose_task(every, raw.target, kind)
    if raw.classes:
        # The class that counts as 1 in the playground does so here.
        names = [spell(value) for value in raw.classes]
        task = Task(task.kind, task.target, names, task.why)
    targets = {
        part: task.encode(target_values(rows, raw.target) or []) for part, rows in parts.items()
    }
    rows = raw.numbers
    return Divided(raw.target, task, columns, "table", parts, targets, rows, [], numbered=rows)


def _model(learner: Learner, made: TablePreparation, targets: np.ndarray) -> kerata.Model:
    """Give the network with what the playground does before and after it as layers."""
    problem, settings = learner.problem, learner.settings[0]
    plain = plain_network(settings, problem.x.shape[1], problem.kind)
    first, *others = learner.weights()
    # Columns come in the order of the file.
    order = [problem.names.index(column.name) for column in made.numbers]
    plain.set_weights([first[order], *others])
    given = kerata.Input((problem.x.shape[1],), name="numbers")
    tensor, weights = given, None
    if settings.problem == "table":
        mean, variance = list(made.inputs.mean), list(made.inputs.variance)
        tensor = layers.Normalization(mean=mean, variance=variance, name="normalize")(tensor)
    for layer in plain.layers:
        tensor = layer(tensor)
    loss, measured = loss_and_metrics(problem.kind)
    if problem.kind == "regression":
        measured = ["mae"]
        if settings.problem == "table":
            middle, width = float(targets.mean(dtype=float)), float(targets.std(dtype=float)) or 1.0
            tensor = layers.Rescaling(width, middle, name="units")(tensor)
            weights = [1 / width**2]
    model = kerata.Model(given, tensor, name=NETWORK)
    optimizer = make_optimizer(settings.optimizer, settings.rate)
    model.compile(optimizer, loss, loss_weights=weights, metrics=measured)
    return model


def _kind(column: Any) -> str:
    return str(column.kind) if column.used or column.kind == "target" else "drop"


def _plain(settings: Settings, sheet: Sheet | None) -> str:
    name = sheet.path.stem if settings.problem == "table" and sheet else settings.problem
    plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.")
    return plain or "playground"


def _fingerprint(raw: RawRows) -> str:
    """Give what reading the table from its file will give."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ROWS
        write_csv(path, {name: raw.frame[name].tolist() for name in raw.frame.columns})
        return read_source(path, target=raw.target).fingerprint
