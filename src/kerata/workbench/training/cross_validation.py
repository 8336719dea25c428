"""A network and its baselines on each fold, learned from the rows of the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from kerata.training.interrupt import counted_interrupts
from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import FOLDS, Dependence
from kerata.workbench.core.result import Baseline, OnEvent
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source
from kerata.workbench.explain.importance import (
    MOST_COLUMNS,
    Importance,
    permutation_importance,
    pooled,
)
from kerata.workbench.networks import linear_solution
from kerata.workbench.networks.recipes import RECIPES
from kerata.workbench.splitting.divide import Divided, divide
from kerata.workbench.splitting.folds import Dealt
from kerata.workbench.splitting.split import Fold
from kerata.workbench.training import alike, baselines, ensemble
from kerata.workbench.training.plan import Planned, Prepared, plan_training
from kerata.workbench.training.time_limit import FOLDS as SHARE, TimeLimit

# Of more rows not all folds are prepared before the first is trained.
_AT_ONCE = 20_000


@dataclass(frozen=True)
class OutOfFold:
    """Answers to rows by networks and baselines that learned from no row of their fold.

    Attributes:
        rows: int, ascending numbers among the rows with a target: those of all finished folds.
        place: int, the number of each row's fold ``(rows,)``, or of its fold each time that they
            were dealt ``(rows, times)``; -1 where that fold was not finished.
        outputs: of the networks, one row each; means where several networks answered a row.
        baselines: judged on the same rows, and their outputs.
        dealt: the folds.
        finished: how many of them were finished.
        why: why not all were; '' if they were.
        learned: how many rows a network learned from, on average over the folds.
        importance: of the columns of a table by rows out of fold, the most important first;
            empty for other data.
    """

    rows: np.ndarray
    place: np.ndarray
    outputs: np.ndarray
    baselines: list[tuple[Baseline, np.ndarray]]
    dealt: Dealt
    finished: int
    why: str
    learned: float
    importance: list[Importance]

    def sentence(self, learned: bool) -> str:
        """Say what the figures come from, and what the saved network learned from.

        Arguments:
            learned: whether from all rows; else some of them only stopped it.
        """
        folding, all_folds = self.dealt.folding, len(self.dealt.folds)
        rows, folds = counted(len(self.rows), "row"), folding.folds
        if self.dealt.along_time:
            of = f"the latest {rows} in {folds} blocks, each by what came before it"
            if self.why:
                of = f"the {rows} of {self.finished} of {folds} blocks, each by what came before it"
            by = f"Judged on {of}"
        else:
            times = "" if folding.repeats == 1 else f", dealt {folding.times},"
            of = f"all {rows}" if not self.why else f"the {rows} of {self.finished} of its "
            of += "" if not self.why else f"{all_folds} folds" if times else "folds"
            by = f"Judged by {folds}-fold cross-validation{times} over {of}"
        more = f" ({self.why})" if self.why else ""
        what = "learned from all rows" if learned else "learned from or was stopped by all rows"
        return f"{by}{more}; the saved network {what}, so there is no separate test set."

    def dependence(self, within: Dependence) -> Dependence:
        """Say how these rows depend on each other.

        Arguments:
            within: how they would if one network had answered them.
        """
        folds = [fold for fold in self.dealt.folds if len(fold.test)]
        share = float(np.mean([len(fold.test) for fold in folds])) / self.learned
        return Dependence(FOLDS, self.place, len(folds), within, share)


@dataclass(frozen=True)
class _Answers:
    fold: int
    rows: np.ndarray
    truth: np.ndarray
    outputs: np.ndarray
    baselines: list[tuple[Baseline, np.ndarray]]
    task: Task
    learned: int
    importance: list[Importance]


@dataclass(frozen=True)
class _Ready:
    """A fold whose rows are prepared."""

    number: int
    divided: Divided
    planned: Planned
    prepared: Prepared


def cross_validated(
    source: Source,
    dealt: Dealt,
    network: str,
    options: Mapping[str, Any],
    *,
    divides: Mapping[str, Any],
    trains: Mapping[str, Any],
    with_baselines: bool = True,
    with_importance: bool = False,
    limit: TimeLimit | None = None,
    emit: OnEvent = lambda name, value: None,
) -> OutOfFold:
    """Answer each row by what was learned without the rows of its fold.

    In each fold columns, preparation, baselines and network are learned anew. Ctrl-C, or the end
    of the time, ends it after the fold that is at work; the first one is always finished.

    Arguments:
        source: the rows.
        dealt: what is learned from and what is answered.
        network, options: as for ``plan_training``.
        divides: further arguments of ``divide``.
        trains: further arguments of ``plan_training``.
        with_baselines: whether baselines are trained.
        with_importance: whether columns are shuffled to see what they are worth.
        limit: of the whole training.
        emit: called with ``'fold'`` and a dictionary after each fold.
    """
    done: list[_Answers] = []
    why, slowest = "", 0.0
    folds = dealt.folds
    with counted_interrupts() as presses:
        # Half a fold judges nothing.
        presses.muted = True
        few = sum(len(fold.learned) for fold in folds) < _AT_ONCE
        ready = _prepared(source, folds, network, options, divides, trains, few)
        for number in range(len(folds)):
            began = time.monotonic()
            if number and presses.unseen:
                why = "interrupted"
            elif number and limit is not None and began + slowest > limit.at(SHARE):
                why = f"there was no time for more in {limit.words}"
            if why:
                break
            one = next(ready)
            answers = _answers(one, with_baselines, with_importance, int(trains["seed"]), limit)
            done.append(answers)
            slowest = max(slowest, time.monotonic() - began)
            found = float(metrics.row_values(answers.task, answers.truth, answers.outputs).mean())
            message = {"number": number + 1, "of": len(folds), "rows": len(answers.rows)}
            emit("fold", {**message, "value": found, "seconds": time.monotonic() - began})
    return _joined(done, dealt, why)


def _prepared(
    source: Source,
    folds: Sequence[Fold],
    network: str,
    options: Mapping[str, Any],
    divides: Mapping[str, Any],
    trains: Mapping[str, Any],
    few: bool,
) -> Iterator[_Ready]:
    """Divide and prepare the rows of each fold; of few rows so that folds share programs."""

    def made() -> Iterator[_Ready]:
        for number, fold in enumerate(folds):
            divided = divide(source, fold=fold, **divides)
            prepared: Prepared = {}
            planned = plan_training(divided, network, options, before=prepared, **trains)
            yield _Ready(number, divided, planned, prepared)

    if not few:
        return made()
    found = list(made())
    plans = alike.of_one_size([one.planned for one in found])
    if found[0].planned.network in RECIPES:
        plans = alike.with_like_categories(plans)
    return iter([replace(one, planned=plan) for one, plan in zip(found, plans, strict=True)])


def _answers(
    ready: _Ready, with_baselines: bool, with_importance: bool, seed: int, limit: TimeLimit | None
) -> _Answers:
    divided, planned, prepared = ready.divided, ready.planned, ready.prepared
    task, targets = divided.task, divided.targets
    simple: list[tuple[Baseline, np.ndarray]] = []
    if with_baselines:
        simple.append(baselines.constant(task, targets))
        if planned.network != "linear":
            simple.append(baselines.linear(divided, planned.plan.batch_size, seed, prepared))
        boosted = baselines.boosting(divided, seed)
        simple += [] if boosted is None else [boosted]
    answer = (
        _trained(planned, task, targets, limit)
        if planned.solution is None
        else partial(linear_solution.outputs, planned.solution, planned.inputs, task)
    )
    learned = len(divided.rows["train"]) + len(divided.rows["validation"])
    importance: list[Importance] = []
    if with_importance:
        importance = _importance(divided, planned, answer)
    outputs = answer(planned.x["test"])
    found = divided.rows["test"], targets["test"], outputs, simple, task, learned, importance
    return _Answers(ready.number, *found)


def _trained(
    planned: Planned, task: Task, targets: dict[str, np.ndarray], limit: TimeLimit | None
) -> Callable[[Any], np.ndarray]:
    """Train the network of a fold; give the function that answers its prepared rows."""
    like, standard = planned, alike.Standard(None, None)
    if planned.network in RECIPES:
        like, standard = alike.standardized(planned, task)
    plan = like.plan if limit is None else replace(like.plan, until=limit.at(SHARE))
    learned, stopping = (
        (standard.rows(planned.x[part]), standard.targets(targets[part]))
        for part in ("train", "validation")
    )
    outcome = ensemble.train(plan, *learned, stopping)
    return lambda x: standard.answers(outcome.outputs(standard.rows(x), task))


def _importance(
    divided: Divided, planned: Planned, answer: Callable[[Any], np.ndarray]
) -> list[Importance]:
    """Shuffle the columns of the rows that are out of the fold."""
    names = getattr(planned.preparation, "columns", [])
    if divided.kind != "table" or not 1 < len(names) <= MOST_COLUMNS:
        return []
    return permutation_importance(
        lambda data: answer(planned.preparation.transform(data)),
        divided.parts["test"],
        divided.targets["test"],
        divided.task,
        names,
    )


def _joined(done: list[_Answers], dealt: Dealt, why: str) -> OutOfFold:
    task, folds = done[0].task, dealt.folding.folds
    times = 1 + max(one.fold for one in done) // folds
    rows = np.unique(np.concatenate([one.rows for one in done]))
    # Which answer belongs to which row; the folds of one time share no row.
    places = [np.searchsorted(rows, one.rows) for one in done]
    place = np.full((len(rows), times), -1)
    for one, mine in zip(done, places, strict=True):
        place[mine, one.fold // folds] = one.fold
    answered = (place >= 0).sum(axis=1)

    def together(parts: list[np.ndarray]) -> np.ndarray:
        """Give the mean of the answers to each row."""
        total = np.zeros((len(rows), *parts[0].shape[1:]))
        for part, mine in zip(parts, places, strict=True):
            total[mine] += part
        return total / answered.reshape(-1, *(1,) * (total.ndim - 1))

    truth = np.empty((len(rows), *done[0].truth.shape[1:]), done[0].truth.dtype)
    for one, mine in zip(done, places, strict=True):
        truth[mine] = one.truth
    # A baseline that has no place in some fold can't be judged by all of them.
    count = min(len(one.baselines) for one in done)
    found = []
    for kind in range(count):
        outputs = together([one.baselines[kind][1] for one in done]).astype(np.float32)
        name = done[0].baselines[kind][0].name
        found.append((baselines.judged(name, task, truth, outputs), outputs))
    return OutOfFold(
        rows=rows,
        place=place[:, 0] if times == 1 else place,
        outputs=together([one.outputs for one in done]).astype(np.float32),
        baselines=found,
        dealt=dealt,
        finished=len(done),
        why=why,
        learned=float(np.mean([one.learned for one in done])),
        importance=pooled([(one.importance, len(one.rows)) for one in done]),
    )
