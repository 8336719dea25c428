"""Comparison of runs on the test rows that they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerata.workbench.core import metrics
from kerata.workbench.runs.run import ANSWERS, Run

FEWEST = 10
RESAMPLES = 5000


@dataclass(frozen=True)
class Pair:
    """What a paired test says of a run against the best one.

    Arguments:
        name: of the run.
        value: its main figure on the shared rows.
        gain: by how much the best run beats it; 0 for the best itself.
        interval: of that, with 95 % confidence.
        p: chance of so large a difference between equals: McNemar's exact test for classes,
            a paired bootstrap else; raised for the number of comparisons (Holm).
    """

    name: str
    value: float
    gain: float
    interval: tuple[float, float]
    p: float


def compare_runs(runs: Sequence[Run]) -> tuple[list[Pair], int]:
    """Compare runs on the test rows that all of them have.

    Arguments:
        runs: at least two, of the same data and target.

    Returns:
        The best first, and how many rows were compared.

    Raises:
        ValueError: one run only, different data or targets, too few shared rows.
    """
    if len(runs) < 2:
        raise ValueError("A comparison needs two runs or more.")
    first = runs[0]
    for run in runs:
        if run.is_forecast:
            raise ValueError(
                f"{run.name!r} is a forecast, whose origins share rows, so that rows can't be "
                "compared one by one: its verdict compares it with simpler forecasts."
            )
    for run in runs[1:]:
        if run.record.get("fingerprint") != first.record.get("fingerprint"):
            raise ValueError(f"{first.name!r} and {run.name!r} were trained on different data.")
        same = run.task.kind, run.task.target, run.task.classes
        if same != (first.task.kind, first.task.target, first.task.classes):
            raise ValueError(f"{first.name!r} and {run.name!r} do not predict the same.")
    scored = [_row_values(run) for run in runs]
    shared = sorted(set.intersection(*(set(values) for values in scored)))
    if len(shared) < FEWEST:
        raise ValueError(f"The runs share {len(shared)} test rows, too few: use the same seed.")
    task = first.task
    values = [np.array([one[row] for row in shared]) for one in scored]
    sign = 1 if metrics.higher_is_better(task) else -1
    order = sorted(range(len(runs)), key=lambda place: -sign * float(values[place].mean()))
    best = values[order[0]]
    chances = holm([_chance(task, best, values[place]) for place in order[1:]])
    pairs = []
    for place, p in zip(order, [1.0, *chances], strict=True):
        gain, interval = metrics.gain(task, best, values[place])
        pairs.append(Pair(runs[place].name, float(values[place].mean()), gain, interval, p))
    return pairs, len(shared)


def mcnemar(first: int, second: int) -> float:
    """Give the chance of so uneven a share of the rows on which two networks differ.

    >>> mcnemar(0, 5), mcnemar(3, 3)
    (0.0625, 1.0)

    Source: McNemar (1947), Note on the sampling error of the difference between correlated
    proportions; the exact, two-sided form.
    """
    total, few = first + second, min(first, second)
    # Halved as whole numbers, since large ones are no floats.
    tail = sum(math.comb(total, k) for k in range(few + 1))
    return min(1.0, 2 * tail / 2**total)


def holm(chances: Sequence[float]) -> list[float]:
    """Raise chances so that a false alarm among several comparisons stays as rare as in one.

    >>> [round(p, 2) for p in holm([0.01, 0.5, 0.02])]
    [0.03, 0.5, 0.04]

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    raised = [0.0] * len(chances)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        raised[place] = largest
    return raised


def bootstrap(differences: np.ndarray, seed: int = 0) -> float:
    """Give the chance that the mean of paired differences has its sign by chance alone."""
    rng = np.random.default_rng(seed)
    rows = len(differences)
    means = np.array([differences[rng.integers(rows, size=rows)].mean() for _ in range(RESAMPLES)])
    tail = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (RESAMPLES + 1))


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


def _chance(task: Any, best: np.ndarray, other: np.ndarray) -> float:
    if task.kind in ("binary", "classes"):
        return mcnemar(int((best > other).sum()), int((other > best).sum()))
    return bootstrap(best - other)


def _row_values(run: Run) -> dict[int, float]:
    """Give what each test row adds to the main figure."""
    message, task = run.answers(), run.task
    try:
        if task.kind == "regression":
            truth, said = (np.array(message[name], float) for name in ("truth", "prediction"))
            values = np.abs(truth - said)
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
