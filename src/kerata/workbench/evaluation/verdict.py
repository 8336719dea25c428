"""What a trained network is worth, in sentences; what is wrong with it the diagnosis decides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kerata.workbench.core.findings import Findings
from kerata.workbench.core.learning_curves import best_epoch
from kerata.workbench.core.result import Baseline, Trained
from kerata.workbench.diagnosis.trained import diagnose_trained, terms_of
from kerata.workbench.evaluation.epochs import epoch_sentence, longer
from kerata.workbench.evaluation.quality import (
    missed_sentence,
    quality_sentence,
    rows_that_count,
)
from kerata.workbench.evaluation.standing import gain_sentence, preferred
from kerata.workbench.networks.recipes import RECIPES
from kerata.workbench.training.certainty import coverage_sentence

# Without a diagnosis the verdict looks for these itself.
_FIT = ("overfitting", "underfitting")
# What the verdict tells in a place of its own.
SHOWN_APART = ("overfitting", "small test set")
# These say by themselves whether training should go on.
_ABOUT_LENGTH = ("learning rate too low", "underfitting", "overfitting")


@dataclass(frozen=True)
class TargetVerdict:
    """What is said of one of several targets.

    Arguments:
        target: string, its name.
        quality: string, its metrics with their 95 % intervals.
        baselines: tuple of strings, one for the comparison with each baseline.
    """

    target: str
    quality: str
    baselines: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """A sentence or two on each question.

    Arguments:
        quality: string, the main metric on the test rows with its 95 % interval.
        baselines: tuple of strings, one for the comparison with each baseline.
        best_epoch: string, the epoch whose weights the model has.
        overfitting: string, training against validation rows; ``''`` if they can't be compared.
        advice: tuple of strings, what to try next, the most important first.
        targets: tuple of what is said of each of several targets; their comparisons with
            baselines are there, and ``baselines`` is empty.

    >>> Verdict("It gets 9 of 10 right.", (), "Epoch 2 of 3 was best.", "", ()).quality
    'It gets 9 of 10 right.'
    """

    quality: str
    baselines: tuple[str, ...]
    best_epoch: str
    overfitting: str
    advice: tuple[str, ...]
    targets: tuple[TargetVerdict, ...] = ()


def verdict_of(trained: Trained) -> Verdict:
    """Say how good a network is, which epoch was best, whether it overfits and what to try.

    Arguments:
        trained: as ``fit_source`` returns it, with outputs ``(n,)`` or ``(n, k)``. Its
            diagnosis decides on over- and underfitting; where there is none, these two are
            diagnosed here, by a prediction of the rows.

    Returns:
        A ``Verdict`` of strings.

    Raises:
        ValueError: rows to be diagnosed were changed, so that the preparation can't read them.

    See ``fit_source`` for an example.
    """
    findings = trained.findings
    if findings is None or not (findings.looked_for or findings.left_out):
        findings = diagnose_trained(trained, only=_FIT)
    worst = findings.get("overfitting")
    rows = rows_that_count(trained)
    return Verdict(
        quality_sentence(trained),
        () if trained.targets else _gains(trained.baselines, trained.task, rows),
        f"The weights are solved, not trained: {trained.solved}."
        if trained.solved
        else epoch_sentence(
            trained.history["val_loss"],
            _allowed(trained),
            interrupted=trained.interrupted,
            scheduled=_scheduled(trained),
            kept=trained.best_epoch,
        ),
        findings.fit if worst is None else f"It overfits. {worst.sentence}",
        tuple(_advice(trained, findings)),
        tuple(
            TargetVerdict(
                one.task.target,
                missed_sentence(one.task, one.metrics, one.interval, one.intervals)
                + _coverage(trained, place),
                _gains(one.baselines, one.task, rows),
            )
            for place, one in enumerate(trained.targets)
        ),
    )


def _coverage(trained: Trained, place: int) -> str:
    """Say how many true values of one of several targets lie in their intervals."""
    if trained.inside is None:
        return ""
    task, inside = trained.targets[place].task, trained.inside[:, place]
    one = trained.residuals[place : place + 1]
    return f" {coverage_sentence(task, one, inside, trained.dependence)}".rstrip()


def _gains(baselines: list[Baseline], task: Any, rows: str) -> tuple[str, ...]:
    return tuple(gain_sentence(baseline, task, rows) for baseline in baselines)


def _advice(trained: Trained, findings: Findings) -> list[str]:
    losses = trained.history["val_loss"]
    if best_epoch(losses) is None:
        return [terms_of(trained).remedy("tenth of the rate")]
    rows = "the rows of all folds" if trained.split.folds else "the test rows"
    advice = [preferred(trained.baselines, trained.task, rows)]
    if trained.targets:
        found = [(one.task, preferred(one.baselines, one.task, rows)) for one in trained.targets]
        advice = [f"{task.target!r}: {step}" for task, step in found if step]
    advice += [finding.next_step for finding in findings]
    if not trained.solved and not any(name in findings.names for name in _ABOUT_LENGTH):
        advice.append(
            longer(
                losses,
                _allowed(trained),
                interrupted=trained.interrupted,
                scheduled=_scheduled(trained),
            )
        )
    return [step for step in dict.fromkeys(advice) if step]


def _allowed(trained: Trained) -> float:
    epochs = trained.config["epochs"]
    return math.inf if epochs is None else int(epochs)


def _scheduled(trained: Trained) -> bool:
    recipe = RECIPES.get(trained.network)
    return recipe is not None and recipe.scheduled
