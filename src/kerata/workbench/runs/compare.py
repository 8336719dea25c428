"""Comparison of runs on the test rows that they share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import INDEPENDENT, Dependence
from kerata.workbench.core.task import Task
from kerata.workbench.runs.compare_forecasts import compare_forecasts
from kerata.workbench.runs.paired_tests import (
    Comparison,
    Pair,
    bootstrap,
    chance_of_interval,
    holm,
    mcnemar,
)
from kerata.workbench.runs.predictions import column_name
from kerata.workbench.runs.row_places import dependence_of_answers, words_for
from kerata.workbench.runs.run import ANSWERS, KEPT, Run

FEWEST = 10


def compare_runs(runs: Sequence[Run], target: str | None = None) -> Comparison:
    """Compare runs on the test rows, or the forecasts, that all of them have.

    Rows of one group, steps in time and rows of a cross-validation count as what they are: the
    intervals are those of the verdict, and where two runs were divided in different ways, the
    wider one. Independent rows are compared by McNemar's exact test (classes) or a bootstrap.

    Arguments:
        runs: at least two, of the same data and target.
        target: the one of several targets by which they are compared; by the mean of their
            errors, each in its standard deviations, by default.

    Raises:
        ValueError: one run only, different data or targets, too few shared rows, a target that
            the runs do not have.
    """
    if len(runs) < 2:
        raise ValueError("A comparison needs two runs or more.")
    first = runs[0]
    for run in runs[1:]:
        if run.is_forecast != first.is_forecast:
            one, other = (first, run) if first.is_forecast else (run, first)
            raise ValueError(
                f"{one.name!r} forecasts the next steps and {other.name!r} answers rows, so they "
                "can't be compared."
            )
        if run.record.get("fingerprint") != first.record.get("fingerprint"):
            raise ValueError(f"{first.name!r} and {run.name!r} were trained on different data.")
        same = run.task.kind, run.task.target_columns, run.task.classes
        if same != (first.task.kind, first.task.target_columns, first.task.classes):
            raise ValueError(f"{first.name!r} and {run.name!r} do not predict the same.")
    task = _task_of(first, target)
    if first.is_forecast:
        return compare_forecasts(runs)
    scored = [_row_values(run, target) for run in runs]
    shared = sorted(set.intersection(*(set(values) for values in scored)))
    if len(shared) < FEWEST:
        raise ValueError(
            f"The runs share {len(shared)} {_judged(runs)}, too few to compare: use the same data "
            "and seed."
        )
    values = [np.array([one[row] for row in shared]) for one in scored]
    sign = 1 if metrics.higher_is_better(task) else -1
    order = sorted(range(len(runs)), key=lambda place: -sign * float(values[place].mean()))
    best = values[order[0]]
    depends = [dependence_of_answers(run, shared) for run in runs]
    tested = [
        _against(task, best, values[place], [depends[order[0]], depends[place]])
        for place in order[1:]
    ]
    chances = holm([chance for _, _, chance, _ in tested])
    winner = runs[order[0]]
    pairs = [Pair(winner.name, float(best.mean()), 0.0, (0.0, 0.0), 1.0)]
    for place, (gain, interval, _, _), p in zip(order[1:], tested, chances, strict=True):
        pairs.append(Pair(runs[place].name, float(values[place].mean()), gain, interval, p))
    used = [dependence for _, _, _, dependence in tested]
    test = "McNemar's exact test" if task.kind in ("binary", "classes") else "a paired bootstrap"
    alone = all(dependence.kind == INDEPENDENT for dependence in used)
    if not alone:
        test = "Student's t"
    many = ", raised for their number (Holm)" if len(pairs) > 2 else ""
    what = f"{len(shared):,} {_judged(runs)}"
    how = [f"On {what} that all have; p by {test}, each against the best{many}."]
    how += words_for(runs, used)
    return Comparison(tuple(pairs), len(shared), " ".join(how))


def _judged(runs: Sequence[Run]) -> str:
    """Say what rows the runs were judged by."""
    folded = all((run.record.get("split") or {}).get("folds") for run in runs)
    return "rows" if folded else "test rows"


def draw_curves(runs: Sequence[Run], path: str | Path) -> Path:
    """Draw the validation losses of runs into one picture."""
    from kerata.plots.figure import headline, new_figure, save, tidy
    from kerata.workbench.report.charts import COLOURS

    figure = new_figure(6.4, 4.2)
    axes: Any = figure.subplots()
    tidy(axes)
    for place, run in enumerate(runs):
        losses = run.history.get("val_loss") or run.history["loss"]
        epochs = range(1, len(losses) + 1)
        name = run.name.replace("$", r"\$")
        axes.plot(epochs, losses, color=COLOURS[place % len(COLOURS)], label=name)
    axes.set_xlabel("epoch", fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    headline(axes, "Validation loss")
    save(figure, path)
    return Path(path)


def _against(
    task: Any, best: np.ndarray, other: np.ndarray, depends: Sequence[Dependence]
) -> tuple[float, metrics.Interval, float, Dependence]:
    """Give the gain, its widest interval, the chance of it, and by which dependence."""
    found = []
    for dependence in depends:
        gain, interval = metrics.gain(task, best, other, dependence)
        if dependence.kind == INDEPENDENT:
            chance = _chance(task, best, other)
        else:
            chance = chance_of_interval(gain, interval, dependence.effect(best - other)[1])
        found.append((gain, interval, chance, dependence))
    return max(found, key=lambda one: one[1][1] - one[1][0])


def _amounts(message: dict[str, list[str]], run: Run, target: str | None, name: str) -> np.ndarray:
    """Read a column of amounts, or those of several targets beside each other."""
    parts = [part for part in run.task.parts or (run.task,) if target in (None, part.target)]
    columns = [np.array(message[column_name(name, run.task, p)], float) for p in parts]
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)


def _chance(task: Any, best: np.ndarray, other: np.ndarray) -> float:
    if task.kind in ("binary", "classes"):
        return mcnemar(int((best > other).sum()), int((other > best).sum()))
    return bootstrap(best - other)


def _task_of(run: Run, target: str | None) -> Task:
    """Give what runs are compared by: the run's task, or that of one of its targets."""
    if target is None:
        return run.task
    names = [part.target for part in run.task.parts]
    if target not in names:
        raise ValueError(f"The runs have no target {target!r}. {did_you_mean(target, names)}")
    return run.task.parts[names.index(target)]


def _row_values(run: Run, target: str | None = None) -> dict[int, float]:
    """Give what each test row adds to the main figure."""
    message, task = run.answers(), _task_of(run, target)
    try:
        if task.kind == "regression":
            values = metrics.row_values(task, *(_amounts(message, run, target, n) for n in KEPT))
        elif task.kind == "labels":
            truth, said = (task.encode(message[name]) for name in ("truth", "prediction"))
            values = metrics.row_values(task, truth, said)
        else:
            right = [a == b for a, b in zip(message["truth"], message["prediction"], strict=True)]
            values = np.array(right, float)
        first = int(run.record.get("first_row") or 0)
        return {
            int(row) - first: float(value)
            for row, value in zip(message["row"], values, strict=True)
        }
    except ValueError as error:
        raise ValueError(f"{run.path / ANSWERS} is damaged ({error}): train it again.") from None
