"""Baselines: a constant answer and a linear model."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from kerata.workbench.core.column import Column
from kerata.workbench.core.metrics import gain, interval_of, row_values
from kerata.workbench.core.result import Baseline, outputs_of
from kerata.workbench.core.task import Task
from kerata.workbench.features.texts import TextPreparation
from kerata.workbench.networks.dense import linear as linear_network
from kerata.workbench.splitting.targets import with_targets
from kerata.workbench.training import ensemble

# The linear model only has to be good, not perfect.
LINEAR_EPOCHS, LINEAR_PATIENCE = 40, 4


def constant_outputs(task: Any, targets: np.ndarray, rows: int) -> np.ndarray:
    """Give the best answer that looks at no input, learned from training targets.

    The shares of classes or labels; for regression the median, which no other constant beats
    in mean absolute error.
    """
    if task.kind == "regression":
        return np.full(rows, np.median(targets), np.float32)
    if task.kind == "binary":
        return np.full(rows, targets.mean(), np.float32)
    if task.kind == "classes":
        share = np.bincount(targets, minlength=len(task.classes)) / len(targets)
    else:
        share = targets.mean(axis=0)
    return np.tile(share.astype(np.float32), (rows, 1))


def constant_name(task: Any, targets: np.ndarray) -> str:
    """Say what the constant answer is."""
    if task.kind == "regression":
        return f"always the median, {np.median(targets):.4g}"
    if task.kind == "labels":
        return "always the labels of most rows"
    numbers = np.bincount(targets, minlength=len(task.classes))
    return f"always {task.classes[int(numbers.argmax())]!r}"


def judged(name: str, task: Any, truth: np.ndarray, outputs: np.ndarray) -> Baseline:
    """Judge a baseline's outputs on the test rows."""
    values = row_values(task, truth, outputs)
    return Baseline(name, float(values.mean()), interval_of(task, values))


def compared(
    baseline: Baseline, task: Any, truth: np.ndarray, outputs: np.ndarray, network: np.ndarray
) -> Baseline:
    """Add by how much the network's outputs beat a baseline's on the same rows."""
    mine, others = row_values(task, truth, network), row_values(task, truth, outputs)
    value, interval = gain(task, mine, others)
    return Baseline(baseline.name, baseline.value, baseline.interval, value, interval)


def constant(task: Task, targets: dict[str, np.ndarray]) -> tuple[Baseline, np.ndarray]:
    """Give the answer that is always the same, and its outputs for the test rows."""
    outputs = constant_outputs(task, targets["train"], len(targets["test"]))
    name = constant_name(task, targets["train"])
    return judged(name, task, targets["test"], outputs), outputs


def linear(
    task: Task,
    x: dict[str, Any],
    inputs: Any,
    targets: dict[str, np.ndarray],
    batch: int,
    seed: int,
) -> tuple[Baseline, np.ndarray]:
    """Train a linear model on the network's own inputs; give it and its outputs."""
    rate = 0.001 if inputs.image else 0.01
    plan = ensemble.TrainingPlan(
        build=partial(linear_network, inputs, task, learning_rate=rate),
        epochs=LINEAR_EPOCHS,
        batch_size=batch,
        patience=LINEAR_PATIENCE,
        seed=seed,
    )
    outcome = ensemble.train(
        plan, x["train"], targets["train"], (x["validation"], targets["validation"])
    )
    if outcome.interrupted:
        # Nobody who stops now wants the network to be trained all the same.
        raise KeyboardInterrupt
    outputs = outputs_of(outcome.model, x["test"], task)
    return judged("a linear model", task, targets["test"], outputs), outputs


def bags_of(
    parts: dict[str, Any],
    task: Task,
    columns: list[Column] | None,
    targets: dict[str, np.ndarray],
) -> tuple[dict[str, Any], Any]:
    """Prepare texts for a linear model where the network reads lists of word numbers."""
    made = TextPreparation("tfidf").fit(parts["train"], task, columns)
    x = {part: made.transform(parts[part]) for part in parts}
    return x, with_targets(made.inputs, task, targets["train"])
