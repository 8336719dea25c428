"""A network against a baseline on the same test rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.metric_intervals import metric_intervals
from kerata.workbench.core.metrics import (
    ALONE,
    figures,
    gain,
    interval_of,
    mean_interval,
    row_losses,
    row_values,
)
from kerata.workbench.core.result import Baseline, TargetResult
from kerata.workbench.core.several import by_target


def compared(
    baseline: Baseline,
    task: Any,
    truth: np.ndarray,
    outputs: np.ndarray,
    network: np.ndarray,
    dependence: Dependence = ALONE,
) -> Baseline:
    """Add by how much a network beats a baseline on the same rows.

    Arguments:
        baseline: judged alone.
        task: what is predicted.
        truth: encoded targets.
        outputs, network: answers of the baseline and of the network.
        dependence: of the rows.

    Returns:
        The baseline with the gain in the main figure and, for classes and labels, in log
        loss, which shows what a network learned where its answers hardly change.
    """
    mine, others = row_values(task, truth, network), row_values(task, truth, outputs)
    value, interval = gain(task, mine, others, dependence)
    found = replace(
        baseline,
        interval=interval_of(task, others, dependence),
        gain=value,
        gain_interval=interval,
    )
    if task.kind == "regression":
        return found
    theirs = row_losses(task, truth, outputs)
    less = theirs - row_losses(task, truth, network)
    return replace(
        found,
        log_loss=float(theirs.mean()),
        log_loss_gain=float(less.mean()),
        log_loss_gain_interval=mean_interval(less, dependence),
    )


def results_by_target(
    task: Any,
    truth: np.ndarray,
    outputs: np.ndarray,
    simple: list[tuple[Baseline, np.ndarray]],
    dependence: Dependence = ALONE,
) -> list[TargetResult]:
    """Judge a network and its baselines on each of several targets; none where there is one.

    Arguments:
        task: what is predicted.
        truth, outputs: encoded targets and answers ``(rows, targets)``.
        simple: baselines with their answers ``(rows, targets)``.
        dependence: of the rows.
    """
    if not task.parts:
        return []
    found = []
    answers = [theirs for _, theirs in simple]
    for part, mine, said, *others in by_target(task, truth, outputs, *answers):
        judged = []
        for (baseline, _), theirs in zip(simple, others, strict=True):
            alone = replace(baseline, value=float(row_values(part, mine, theirs).mean()))
            judged.append(compared(alone, part, mine, theirs, said, dependence))
        found.append(
            TargetResult(
                task=part,
                metrics=figures(part, mine, said),
                interval=interval_of(part, row_values(part, mine, said), dependence),
                intervals=metric_intervals(part, mine, said, dependence),
                baselines=judged,
            )
        )
    return found
