"""Precision, recall and F1 of each class or label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.workbench.core import metrics


@dataclass(frozen=True)
class ClassScore:
    """How well one class is found.

    Arguments:
        name: the class.
        rows: test rows of it.
        said: rows of which the network said so.
        precision: share of those that are right; 0 if there are none.
        recall: share of the class's rows that were found; 0 if there are none.
        f1: harmonic mean of both.
    """

    name: str
    rows: int
    said: int
    precision: float
    recall: float
    f1: float


def class_scores(task: Any, truth: np.ndarray, outputs: np.ndarray) -> list[ClassScore]:
    """Give precision, recall and F1 of each class or label.

    Arguments:
        task: what is predicted; no regression.
        truth: encoded targets.
        outputs: of the network.

    >>> class Task: kind = "binary"; classes = ["no", "yes"]
    >>> yes = class_scores(Task, np.array([0, 1, 1]), np.array([0.9, 0.8, 0.1]))[1]
    >>> yes.rows, yes.said, yes.precision, yes.recall
    (2, 2, 0.5, 0.5)
    """
    said = metrics.answers(task, outputs)
    scores = []
    for number, name in enumerate(task.classes):
        if task.kind == "labels":
            true, predicted = truth[:, number] > 0, said[:, number] > 0
        else:
            true, predicted = truth == number, said == number
        both = int((true & predicted).sum())
        rows, count = int(true.sum()), int(predicted.sum())
        scores.append(
            ClassScore(
                name=name,
                rows=rows,
                said=count,
                precision=both / max(count, 1),
                recall=both / max(rows, 1),
                f1=2 * both / max(rows + count, 1),
            )
        )
    return scores
