"""A network against a baseline on the same test rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.metrics import (
    ALONE,
    gain,
    interval_of,
    mean_interval,
    row_losses,
    row_values,
)
from kerata.workbench.core.result import Baseline


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
