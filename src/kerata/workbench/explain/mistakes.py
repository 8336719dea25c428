"""The rows with the largest errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.workbench.core import metrics


def worst_rows(task: Any, truth: np.ndarray, outputs: np.ndarray, most: int = 8) -> list[int]:
    """Give places of the wrong answers of which the network was surest, the worst first.

    For regression those with the largest errors; for labels those with the lowest F1 score,
    and among equals those with the largest errors of probability.

    Arguments:
        task: what is predicted.
        truth: encoded targets.
        outputs: of the network.
        most: upper limit of the rows.

    >>> class Task: kind = "binary"
    >>> worst_rows(Task, np.array([1, 0, 1]), np.array([0.2, 0.3, 0.4]))
    [0, 2]
    """
    values = metrics.row_values(task, truth, outputs)
    if task.kind == "regression":
        badness, wrong = values, values > 0
    elif task.kind == "labels":
        error = np.abs(truth - outputs).mean(axis=1)
        badness, wrong = (1 - values) + 1e-3 * error, values < 1
    else:
        badness, wrong = sureness(task, outputs), values < 1
    order = np.argsort(-badness, kind="stable")
    return [int(row) for row in order if wrong[row]][:most]


def sureness(task: Any, outputs: np.ndarray) -> np.ndarray:
    """Give the probability of each answer, for two or more classes."""
    if task.kind == "binary":
        return np.maximum(outputs, 1 - outputs)
    return outputs.max(axis=1)
