"""How good answers are: figures for a task, with intervals, and the gain of one over another."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from kerata.workbench.core.dependence import INDEPENDENT, Dependence
from kerata.workbench.core.intervals import (
    positive_interval,
    share_interval,
    student_quantile,
)

Interval = tuple[float, float]
# Standard normal: 95 % lie within.
WIDTH = 1.96
# Rows that know nothing of each other.
ALONE = Dependence()

# Of several targets, the mean of their errors in standard deviations.
SEVERAL = "standardised_mae"
MAIN = {"binary": "accuracy", "classes": "accuracy", "labels": "f1", "regression": "mae"}


def main_name(task: Any) -> str:
    """Give the name of the main figure."""
    return SEVERAL if task.parts else MAIN[task.kind]


def higher_is_better(task: Any) -> bool:
    """Say whether a larger main figure is a better one."""
    return bool(task.kind != "regression")


def answers(task: Any, outputs: np.ndarray) -> np.ndarray:
    """Turn probabilities into answers: class numbers, zeros and ones, or the values themselves.

    Arguments:
        task: what is predicted.
        outputs: ``(n,)`` for two classes (of the second) and regression, else ``(n, k)``.
    """
    if task.kind == "classes":
        return outputs.argmax(axis=1)
    if task.kind == "regression":
        return outputs
    return (outputs > getattr(task, "threshold", 0.5)).astype(int)


def row_values(task: Any, truth: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Give what each row adds to the main figure, which is their mean.

    Right (1) or wrong (0) for classes, the absolute error for regression (of several targets
    the mean of theirs, each in its standard deviations), and for labels the
    F1 score of the row's labels (1 where there are none and none are said).
    """
    said = answers(task, outputs)
    if task.kind == "regression":
        errors = np.abs(said - truth)
        return errors if errors.ndim == 1 else np.mean(errors / np.asarray(task.scales), axis=1)
    if task.kind != "labels":
        return (said == truth).astype(float)
    both = 2 * (said * truth).sum(axis=1)
    either = said.sum(axis=1) + truth.sum(axis=1)
    return np.where(either > 0, both / np.maximum(either, 1), 1.0)


def interval_of(task: Any, values: np.ndarray, dependence: Dependence = ALONE) -> Interval:
    """Give the 95 % interval of the mean of what rows add.

    Arguments:
        task: what is predicted.
        values: what each row adds, see ``row_values``.
        dependence: of the rows.

    >>> class Task: kind = "regression"
    >>> low, high = interval_of(Task, np.array([0.1, 0.2, 0.1, 9.0]))
    >>> low > 0, high > 9
    (True, True)
    """
    if task.kind == "regression":
        return amount_interval(values, dependence)
    return mean_share_interval(values, dependence)


def amount_interval(values: np.ndarray, dependence: Dependence = ALONE) -> Interval:
    """Give the 95 % interval of the mean of numbers that can't be negative.

    By Student's t on the scale of logarithms, so that it holds no negative ones either.
    """
    mean, rows = float(values.mean()), len(values)
    if rows < 2:
        return 0.0, math.inf
    effect, freedom = dependence.effect(values)
    error = math.sqrt(float(values.var(ddof=1)) * effect / rows)
    return positive_interval(mean, error, student_quantile(freedom))


def mean_share_interval(values: np.ndarray, dependence: Dependence = ALONE) -> Interval:
    """Give the 95 % interval of the mean of numbers from 0 to 1, by Wilson's formula."""
    mean, rows = float(values.mean()), len(values)
    effect, freedom = dependence.effect(values)
    counting = rows / effect
    normal = NormalDist().inv_cdf(0.975)
    quantile = normal if dependence.kind == INDEPENDENT else student_quantile(freedom)
    spread = float(values.var())
    if spread > 0:
        # Numbers between 0 and 1 vary less than right and wrong do.
        counting *= mean * (1 - mean) / spread
    return share_interval(mean, counting, quantile)


def gain(
    task: Any, mine: np.ndarray, others: np.ndarray, dependence: Dependence = ALONE
) -> tuple[float, Interval]:
    """Say by how much one beats another on the same rows; above 0 is better.

    Arguments:
        task: what is predicted.
        mine, others: what each row adds, see ``row_values``.
        dependence: of the rows.

    Returns:
        The gain and its 95 % interval. For classes one row of each kind is added to those
        on which the two differ, so that few differences don't look like certainty.

    >>> class Task: kind = "binary"
    >>> value, (low, high) = gain(Task, np.array([1.0] * 9 + [0.0]), np.array([0.0] * 10))
    >>> value, round(low, 2), round(high, 2)
    (0.9, 0.32, 0.96)

    Source: Agresti and Min (2005), Simple improved confidence intervals for comparing matched
    proportions.
    """
    sign = 1.0 if higher_is_better(task) else -1.0
    differences = sign * (mine - others)
    middle = float(differences.mean())
    if task.kind not in ("binary", "classes"):
        return middle, mean_interval(differences, dependence)
    effect, freedom = dependence.effect(differences)
    quantile = WIDTH if dependence.kind == INDEPENDENT else student_quantile(freedom)
    more = np.concatenate([differences, [1.0, 0.0, 0.0, -1.0]])
    half = quantile * float(more.std()) * math.sqrt(effect / len(more))
    centre = float(more.mean())
    return middle, (max(centre - half, -1.0), min(centre + half, 1.0))


def mean_interval(values: np.ndarray, dependence: Dependence = ALONE) -> Interval:
    """Give the 95 % interval of a mean, by Student's t."""
    rows, mean = len(values), float(values.mean())
    if rows < 2:
        return -math.inf, math.inf
    effect, freedom = dependence.effect(values)
    half = student_quantile(freedom) * math.sqrt(float(values.var(ddof=1)) * effect / rows)
    return mean - half, mean + half


def row_losses(task: Any, truth: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Give the log loss of each row; of labels, the mean over the labels.

    Arguments:
        task: of classes or labels.
        truth: encoded targets.
        outputs: probabilities.
    """
    said = np.asarray(outputs, float)
    if task.kind == "classes":
        chosen = said[np.arange(len(truth)), truth]
    else:
        chosen = np.where(truth == 1, said, 1 - said)
    losses = -np.log(np.clip(chosen, 1e-7, 1))
    return losses if losses.ndim == 1 else losses.mean(axis=1)


def figures(task: Any, truth: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
    """Give the usual figures of a task, the main one first.

    For classes ``accuracy``, ``balanced_accuracy`` (mean over classes) and ``log_loss``, with
    two also ``auc``; for labels ``f1`` (mean over rows), ``label_accuracy`` and ``all_right``;
    for regression ``mae``, ``rmse`` and ``r2``, for several targets ``standardised_mae``.
    """
    main = float(row_values(task, truth, outputs).mean())
    if np.ndim(truth) > 1 and task.kind == "regression":
        return {SEVERAL: main}
    if task.kind == "regression":
        error = outputs - truth
        spread = float(np.mean((truth - truth.mean()) ** 2))
        square = float(np.mean(error**2))
        return {
            "mae": main,
            "rmse": math.sqrt(square),
            "r2": 1 - square / spread if spread else math.nan,
        }
    said = answers(task, outputs)
    if task.kind == "labels":
        right = said == truth
        return {
            "f1": main,
            "label_accuracy": float(right.mean()),
            "all_right": float(right.all(axis=1).mean()),
        }
    shares = [float(np.mean(said[truth == c] == c)) for c in np.unique(truth)]
    found = {
        "accuracy": main,
        "balanced_accuracy": float(np.mean(shares)),
        "log_loss": float(row_losses(task, truth, outputs).mean()),
    }
    if task.kind == "binary":
        found["auc"] = area_under_curve(truth, outputs)
    return found


def area_under_curve(truth: np.ndarray, outputs: np.ndarray) -> float:
    """Give the chance that a row of the second class has a larger output than one of the first.

    >>> area_under_curve(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return math.nan
    _, place, counts = np.unique(outputs, return_inverse=True, return_counts=True)
    # Equal outputs share the mean of their ranks.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    above = ranks[truth == 1].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))
