"""95 % intervals of all figures of a task, not of the main one alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.intervals import positive_interval, share_interval, student_quantile
from kerata.workbench.core.metrics import (
    ALONE,
    SEVERAL,
    Interval,
    amount_interval,
    answers,
    area_under_curve,
    interval_of,
    mean_share_interval,
    row_losses,
    row_values,
)


def metric_intervals(
    task: Any, truth: np.ndarray, outputs: np.ndarray, dependence: Dependence = ALONE
) -> dict[str, Interval]:
    """Give the 95 % interval of each figure of ``metrics.figures``, by its name.

    Arguments:
        task: what is predicted.
        truth: encoded targets.
        outputs: of the network.
        dependence: of the rows.

    >>> class Task: kind = "binary"
    >>> truth = np.array([0, 1] * 20)
    >>> found = metric_intervals(Task, truth, truth * 0.5 + 0.2)
    >>> sorted(found)
    ['accuracy', 'auc', 'balanced_accuracy', 'log_loss']

    Source: the delta method for R²; DeLong and others (1988) for the area under the curve;
    Zou and Donner (2008), Construction of confidence limits about effect measures, for means
    over classes.
    """
    values = row_values(task, truth, outputs)
    main = interval_of(task, values, dependence)
    if np.ndim(truth) > 1 and task.kind == "regression":
        return {SEVERAL: main}
    if task.kind == "regression":
        low, high = amount_interval((outputs - truth) ** 2, dependence)
        square = math.sqrt(low), math.sqrt(high)
        return {"mae": main, "rmse": square, "r2": _r2(truth, outputs, dependence)}
    if task.kind == "labels":
        right = answers(task, outputs) == truth
        return {
            "f1": main,
            "label_accuracy": mean_share_interval(right.mean(axis=1), dependence),
            "all_right": mean_share_interval(right.all(axis=1).astype(float), dependence),
        }
    found = {
        "accuracy": main,
        "balanced_accuracy": _over_classes(truth, values, dependence),
        "log_loss": amount_interval(row_losses(task, truth, outputs), dependence),
    }
    if task.kind == "binary":
        found["auc"] = auc_interval(truth, outputs, dependence)
    return found


def auc_interval(
    truth: np.ndarray, outputs: np.ndarray, dependence: Dependence = ALONE
) -> Interval:
    """Give the 95 % interval of the area under the ROC curve.

    Arguments:
        truth: 0 or 1 for each row.
        outputs: larger where 1 is likelier.
        dependence: of the rows.

    >>> truth, outputs = np.array([0, 0, 1, 1] * 10), np.array([0.1, 0.4, 0.35, 0.8] * 10)
    >>> tuple(round(end, 2) for end in auc_interval(truth, outputs))
    (0.56, 0.88)
    """
    area = area_under_curve(truth, outputs)
    if math.isnan(area):
        return 0.0, 1.0
    one, rows = truth == 1, len(truth)
    sides = np.sort(outputs[one]), np.sort(outputs[~one])
    few = min(len(sides[0]), len(sides[1]))
    # Share of the other class that a row is on the right side of; equals count half.
    below = _place(sides[1], outputs), 1 - _place(sides[0], outputs)
    share = np.where(one, below[0], below[1]) - area
    share *= rows / np.where(one, len(sides[0]), len(sides[1]))
    effect, freedom = dependence.effect(share)
    variance = float(share.var(ddof=1)) * effect / rows
    counting = few / effect if variance == 0 else area * (1 - area) / variance
    return share_interval(area, max(counting, 1e-9), student_quantile(min(freedom, few)))


def _place(ordered: np.ndarray, values: np.ndarray) -> np.ndarray:
    left, right = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((left + right) / (2 * len(ordered)), float)


def _r2(truth: np.ndarray, outputs: np.ndarray, dependence: Dependence) -> Interval:
    errors = (np.asarray(outputs, float) - truth) ** 2
    spread = (truth - np.mean(truth, dtype=float)) ** 2
    rows, scale = len(truth), float(spread.mean())
    if rows < 2 or scale == 0:
        return -math.inf, 1.0
    left = float(errors.mean()) / scale
    share = (errors - left * spread) / scale
    effect, freedom = dependence.effect(share)
    error = math.sqrt(float(share.var(ddof=1)) * effect / rows)
    low, high = positive_interval(left, error, student_quantile(freedom))
    return 1 - high, 1 - low


def _over_classes(truth: np.ndarray, right: np.ndarray, dependence: Dependence) -> Interval:
    classes = np.unique(truth)
    low = high = 0.0
    shares = []
    for number in classes:
        mine = np.flatnonzero(truth == number)
        values = right[mine]
        share = float(values.mean())
        ends = mean_share_interval(values, dependence.of(mine))
        shares.append(share)
        low += (share - ends[0]) ** 2
        high += (ends[1] - share) ** 2
    mean, count = float(np.mean(shares)), len(classes)
    if count == 1:
        return mean_share_interval(right, dependence)
    return mean - math.sqrt(low) / count, mean + math.sqrt(high) / count
