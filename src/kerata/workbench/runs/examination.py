"""The diagnosis of a finished run anew, from its folder and its data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.findings import Findings
from kerata.workbench.data import read_source
from kerata.workbench.data.column_cells import BadCells
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.diagnosis.context import OUT_OF_FOLD
from kerata.workbench.diagnosis.trained import diagnose_prepared, words_for
from kerata.workbench.features.rows import take, target_values
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.inference import fitting
from kerata.workbench.runs.predictions import outputs_of_answers
from kerata.workbench.runs.rerun import given_options, own_source
from kerata.workbench.runs.run import ANSWERS, Run
from kerata.workbench.splitting.divide import Divided, divide
from kerata.workbench.splitting.folds import deal_source, read_folding
from kerata.workbench.splitting.split import TIME

# What divides the rows; the rest of a run's options is for its training.
_DIVIDES = (
    *("target", "task", "columns", "seed", "test_share", "validation_share"),
    *("split_by", "group"),
)


def diagnose_run(run: Run, data: str | Path | None = None) -> Findings:
    """Say what is wrong with a finished run: its rows, its network and its training.

    The rows are divided as they were for the training, so that training, validation and test
    rows are the same; nothing is trained or changed.

    Arguments:
        run: a finished run.
        data: where the run's data are now; or other rows with their true values, which take
            the place of the test rows. By default the data where they were, if that is in the
            current folder.

    Returns:
        The findings, the most serious first.

    Raises:
        FileNotFoundError: the data are no longer there.
        ValueError: the data have changed since; data outside the current folder that are not
            named; other rows without targets; a forecast.
    """
    if run.is_forecast:
        raise ValueError(
            f"The run {run.name!r} is a forecast, and the diagnosis is of networks that answer "
            "rows: kerata show has its verdict, and kerata evaluate judges it on newer rows."
        )
    source, other = own_source(run, data, "diagnose", others=True)
    divided, fold = divided_again(run, source)
    x = {part: run.preparation.transform(rows) for part, rows in divided.parts.items()}
    targets = {
        part: run.task.encode(target_values(rows, run.task.target_columns) or [])
        for part, rows in divided.parts.items()
    }
    if other is not None:
        x["test"], targets["test"] = _labelled(run, other)
    answers = None
    if other is None and fold is not None:
        # The network learned from all rows; those of the folds answered them.
        del x["test"]
        found = _out_of_fold(run, divided)
        if found is not None:
            kept, outputs = found
            x[OUT_OF_FOLD] = run.preparation.transform(take(divided.parts["test"], kept))
            targets[OUT_OF_FOLD] = targets["test"][kept]
            answers = {OUT_OF_FOLD: outputs}
    if (fold is not None and _first(run.model) is not run.model) or run.record.get("solved"):
        # Rows that weights were learned from tell nothing about new ones.
        del x["validation"]
    config = run.config
    return diagnose_prepared(
        run.history,
        run.model,
        _first(run.model),
        x,
        targets,
        int(config.get("seed") or 0),
        ordered=divided.rule.kind == TIME,
        terms=words_for(
            str(run.record["network"]),
            run.task,
            config.get("options") or {},
            divided.numbered.get("train"),
            balanced=bool(config.get("balance")),
        ),
        scales=run.task.scales,
        interval=None if other is not None else tuple(run.record["interval"]),
        answers=answers,
    )


def divided_again(run: Run, source: Source) -> tuple[Divided, Any]:
    """Divide a run's rows as they were divided for its training.

    Arguments:
        run: a finished run.
        source: its data.

    Returns:
        The parts, and the fold that stands for all of them after a cross-validation, or None.
    """
    given = given_options(run)
    divides = {name: given[name] for name in _DIVIDES if name in given}
    how = dict.fromkeys(("target", "task", "split_by", "group")) | {"seed": 0} | divides
    share = float(divides.get("validation_share", 0.15))
    dealt = deal_source(source, read_folding(given.get("folds", 1)), share, how)
    fold = None if dealt is None else dealt.every
    return divide(source, fold=fold, **divides), fold


def _out_of_fold(run: Run, divided: Divided) -> tuple[np.ndarray, np.ndarray] | None:
    """Read the answers out of fold: which rows have one, and the outputs; None if not kept."""
    found = run.answers()
    outputs = outputs_of_answers(run.task, found)
    if outputs is None:
        return None
    first = int(run.record.get("first_row") or 0)
    try:
        places = {int(row) - first: place for place, row in enumerate(found["row"])}
    except ValueError as error:
        raise ValueError(f"{run.path / ANSWERS} is damaged ({error}): train it again.") from None
    numbers = divided.numbered["test"].tolist()
    kept = np.flatnonzero([number in places for number in numbers])
    return kept, outputs[[places[numbers[row]] for row in kept]]


def _first(model: Any) -> Any:
    """Give the first of several networks that answer together, or the network itself."""
    inner = [layer for layer in model.layers if isinstance(layer, type(model))]
    # A linear model may stand beside the average of the networks.
    return _first(inner[0]) if len(inner) > 1 else model


def _labelled(run: Run, place: str | Path) -> tuple[Any, np.ndarray]:
    """Give prepared rows and encoded targets of rows that are not the run's own."""
    target = run.task.target_columns if run.columns is not None else None
    data = fitting(
        run, read_source(place, target=target, photos=run.preparation.photos).train, str(place)
    )
    if isinstance(data, Table) and isinstance(run.preparation, TablePreparation):
        bad = BadCells(Path(place).name)
        data = replace(data, frame=bad.without(data.frame, run.preparation.read))
    values = target_values(data, run.task.target_columns) or []
    labels = run.task.kind == "labels"
    known = np.flatnonzero([labels or not is_missing(value) for value in values])
    if not len(known):
        raise ValueError(f"{place} has no row with a value for the target {run.task.target!r}.")
    truth = run.task.encode([values[row] for row in known])
    return run.preparation.transform(take(data, known)), truth
