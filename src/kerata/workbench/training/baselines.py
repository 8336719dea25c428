"""Baselines: a constant answer, a linear model and gradient boosting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from kerata.workbench.core.metrics import interval_of, row_values
from kerata.workbench.core.result import Baseline
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import number
from kerata.workbench.networks import linear_solution
from kerata.workbench.networks.dense import linear as linear_network
from kerata.workbench.splitting.divide import Divided
from kerata.workbench.training import ensemble
from kerata.workbench.training.boosting import boosted, can_boost
from kerata.workbench.training.plan import Prepared, plan_training

# Of a linear model that is too large to be solved.
LINEAR_EPOCHS, LINEAR_PATIENCE = 40, 4


def constant_outputs(task: Any, targets: np.ndarray, rows: int) -> np.ndarray:
    """Give the best answer that looks at no input, learned from training targets.

    The shares of classes or labels; for regression the median, which no other constant beats
    in mean absolute error.
    """
    if task.kind == "regression":
        median = np.median(targets, axis=0).astype(np.float32)
        return np.full((rows, *median.shape), median, np.float32)
    if task.kind == "binary":
        return np.full(rows, targets.mean(), np.float32)
    if task.kind == "classes":
        share = np.bincount(targets, minlength=len(task.classes)) / len(targets)
    else:
        share = targets.mean(axis=0)
    return np.tile(share.astype(np.float32), (rows, 1))


def constant_name(task: Any, targets: np.ndarray) -> str:
    """Say what the constant answer is."""
    if task.parts:
        return "always the median"
    if task.kind == "regression":
        return f"always the median, {number(float(np.median(targets)))}"
    if task.kind == "labels":
        return "always the labels of most rows"
    numbers = np.bincount(targets, minlength=len(task.classes))
    return f"always {task.classes[int(numbers.argmax())]!r}"


def judged(name: str, task: Any, truth: np.ndarray, outputs: np.ndarray) -> Baseline:
    """Judge a baseline's outputs on the test rows."""
    values = row_values(task, truth, outputs)
    return Baseline(name, float(values.mean()), interval_of(task, values))


def constant(task: Task, targets: dict[str, np.ndarray]) -> tuple[Baseline, np.ndarray]:
    """Give the answer that is always the same, and its outputs for the test rows."""
    outputs = constant_outputs(task, targets["train"], len(targets["test"]))
    name = constant_name(task, targets["train"])
    return judged(name, task, targets["test"], outputs), outputs


def linear(
    divided: Divided, batch: int, seed: int, before: Prepared
) -> tuple[Baseline, np.ndarray]:
    """Give the linear model that ``--network linear`` trains, and its outputs for the test rows.

    Arguments:
        divided: the rows.
        batch: rows in a step, where the weights can't be solved.
        seed: of first weights.
        before: preparations that were made before; those made here are added.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    task, targets = divided.task, divided.targets
    planned = plan_training(divided, "linear", {}, seed=seed, before=before)
    plan, x, name = planned.plan, planned.x, "a linear model"
    if planned.solution is None:
        rate = 0.001 if planned.inputs.image else 0.01
        plan = replace(
            plan,
            build=partial(linear_network, planned.inputs, task, learning_rate=rate),
            epochs=LINEAR_EPOCHS,
            batch_size=batch,
            patience=LINEAR_PATIENCE,
        )
    else:
        name += f" ({'ridge' if task.kind == 'regression' else 'logistic'} regression)"
        outputs = linear_solution.outputs(planned.solution, planned.inputs, task, x["test"])
        return judged(name, task, targets["test"], outputs), outputs
    outcome = ensemble.train(
        plan, x["train"], targets["train"], (x["validation"], targets["validation"])
    )
    if outcome.interrupted:
        # Nobody who stops now wants the network to be trained all the same.
        raise KeyboardInterrupt
    outputs = outcome.outputs(x["test"], task)
    return judged(name, task, targets["test"], outputs), outputs


def boosting(divided: Divided, seed: int) -> tuple[Baseline, np.ndarray] | None:
    """Give gradient boosting and its outputs for the test rows; None where it has no place.

    Arguments:
        divided: the rows.
        seed: of scikit-learn.
    """
    task, columns = divided.task, divided.columns
    if columns is None or divided.kind != "table" or not can_boost(task, columns):
        return None
    outputs = boosted(task, columns, divided.parts, divided.targets, seed)
    return judged("gradient boosting", task, divided.targets["test"], outputs), outputs
