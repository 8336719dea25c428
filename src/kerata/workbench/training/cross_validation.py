"""A network and its baselines on each fold, learned from the rows of the others."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerata.training.interrupt import counted_interrupts
from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import FOLDS, Dependence
from kerata.workbench.core.result import Baseline, OnEvent, outputs_of
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source
from kerata.workbench.splitting.divide import Divided, divide
from kerata.workbench.splitting.split import Fold
from kerata.workbench.training import baselines, ensemble
from kerata.workbench.training.plan import Prepared, plan_training
from kerata.workbench.training.time_limit import FOLDS as SHARE, TimeLimit


@dataclass(frozen=True)
class OutOfFold:
    """Answers to rows by networks and baselines that learned from no row of their fold.

    Attributes:
        rows: int, ascending numbers among the rows with a target: those of all finished folds.
        place: int, the number of each row's fold.
        outputs: of the networks, one row each.
        baselines: judged on the same rows, and their outputs.
        folds: how many there are.
        finished: how many of them were finished.
        why: why not all were; '' if they were.
    """

    rows: np.ndarray
    place: np.ndarray
    outputs: np.ndarray
    baselines: list[tuple[Baseline, np.ndarray]]
    folds: int
    finished: int
    why: str

    def sentence(self, learned: bool) -> str:
        """Say what the figures come from, and what the saved network learned from.

        Arguments:
            learned: whether from all rows; else some of them only stopped it.
        """
        rows = counted(len(self.rows), "row")
        of = f"all {rows}" if not self.why else f"the {rows} of {self.finished} of its folds"
        more = f" ({self.why})" if self.why else ""
        what = "learned from all rows" if learned else "learned from or was stopped by all rows"
        return (
            f"Judged by {self.folds}-fold cross-validation over {of}{more}; the saved network "
            f"{what}, so there is no separate test set."
        )

    def dependence(self, within: Dependence) -> Dependence:
        """Say how these rows depend on each other.

        Arguments:
            within: how they would if one network had answered them.
        """
        return Dependence(FOLDS, self.place, self.folds, within)


@dataclass(frozen=True)
class _Answers:
    fold: int
    rows: np.ndarray
    truth: np.ndarray
    outputs: np.ndarray
    baselines: list[tuple[Baseline, np.ndarray]]
    task: Task


def cross_validated(
    source: Source,
    folds: Sequence[Fold],
    network: str,
    options: Mapping[str, Any],
    *,
    divides: Mapping[str, Any],
    trains: Mapping[str, Any],
    with_baselines: bool = True,
    limit: TimeLimit | None = None,
    emit: OnEvent = lambda name, value: None,
) -> OutOfFold:
    """Answer each row by what was learned without the rows of its fold.

    In each fold columns, preparation, baselines and network are learned anew. Ctrl-C, or the end
    of the time, ends it after the fold that is at work; the first one is always finished.

    Arguments:
        source: the rows.
        folds: what is learned from and what is answered.
        network, options: as for ``plan_training``.
        divides: further arguments of ``divide``.
        trains: further arguments of ``plan_training``.
        with_baselines: whether baselines are trained.
        limit: of the whole training.
        emit: called with ``'fold'`` and a dictionary after each fold.
    """
    done: list[_Answers] = []
    why, slowest = "", 0.0
    with counted_interrupts() as presses:
        # Half a fold judges nothing.
        presses.muted = True
        for number, fold in enumerate(folds):
            began = time.monotonic()
            if number and presses.unseen:
                why = "interrupted"
            elif number and limit is not None and began + slowest > limit.at(SHARE):
                why = f"there was no time for more in {limit.words}"
            if why:
                break
            divided = divide(source, fold=fold, **divides)
            answers = _one(divided, number, network, options, trains, with_baselines, limit)
            done.append(answers)
            slowest = max(slowest, time.monotonic() - began)
            found = float(metrics.row_values(divided.task, answers.truth, answers.outputs).mean())
            message = {"number": number + 1, "of": len(folds), "rows": len(answers.rows)}
            emit("fold", {**message, "value": found, "seconds": time.monotonic() - began})
    return _joined(done, len(folds), why)


def _one(
    divided: Divided,
    number: int,
    network: str,
    options: Mapping[str, Any],
    trains: Mapping[str, Any],
    with_baselines: bool,
    limit: TimeLimit | None,
) -> _Answers:
    prepared: Prepared = {}
    planned = plan_training(divided, network, options, before=prepared, **trains)
    task, targets, x = divided.task, divided.targets, planned.x
    seed = int(trains["seed"])
    simple: list[tuple[Baseline, np.ndarray]] = []
    if with_baselines:
        simple.append(baselines.constant(task, targets))
        if planned.network != "linear":
            simple.append(baselines.linear(divided, planned.plan.batch_size, seed, prepared))
        boosted = baselines.boosting(divided, seed)
        simple += [] if boosted is None else [boosted]
    plan = planned.plan if limit is None else replace(planned.plan, until=limit.at(SHARE))
    validation = x["validation"], targets["validation"]
    outcome = ensemble.train(plan, x["train"], targets["train"], validation)
    outputs = outputs_of(outcome.model, x["test"], task)
    return _Answers(number, divided.rows["test"], targets["test"], outputs, simple, task)


def _joined(done: list[_Answers], folds: int, why: str) -> OutOfFold:
    rows = np.concatenate([one.rows for one in done])
    order = np.argsort(rows)
    task = done[0].task

    def together(parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(parts)[order]

    truth = together([one.truth for one in done])
    # A baseline that has no place in some fold can't be judged by all of them.
    count = min(len(one.baselines) for one in done)
    found = []
    for kind in range(count):
        outputs = together([one.baselines[kind][1] for one in done])
        name = done[0].baselines[kind][0].name
        found.append((baselines.judged(name, task, truth, outputs), outputs))
    return OutOfFold(
        rows=rows[order],
        place=together([np.full(len(one.rows), one.fold) for one in done]),
        outputs=together([one.outputs for one in done]),
        baselines=found,
        folds=folds,
        finished=len(done),
        why=why,
    )
