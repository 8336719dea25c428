"""Weights of rows: sample weights times class weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from kerata.base.arguments import is_integer
from kerata.base.messages import did_you_mean


def row_weights(sample_weight: Any, factors: np.ndarray | None, rows: int) -> np.ndarray | None:
    """Give one weight a row with a mean of 1, or None where all rows count the same.

    Only their ratios count, as everywhere in scikit-learn: a row of weight 2 is worth two
    rows of weight 1.

    Raises:
        ValueError: another number of weights than rows; negative, infinite or only zeros.
    """
    if sample_weight is None and factors is None:
        return None
    weights = np.ones(rows) if sample_weight is None else np.asarray(sample_weight, np.float64)
    if weights.ndim == 0:
        weights = np.full(rows, float(weights))
    if weights.shape != (rows,):
        raise ValueError(
            f"sample_weight must have one number a row, shape ({rows},), got {weights.shape}."
        )
    if not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("sample_weight must hold finite numbers of at least 0.")
    weights = weights if factors is None else weights * factors
    if not np.any(weights):
        raise ValueError("Sample weights must contain at least one number that is not zero.")
    return (weights / weights[weights > 0].mean()).astype(np.float32)


def class_factors(class_weight: Any, y: np.ndarray, classes: Any) -> np.ndarray | None:
    """Give each row the weight of its class, or None without class weights.

    Arguments:
        class_weight: ``'balanced'``, or a dictionary whose keys are labels or, as in Keras,
            numbers of classes; classes that are missing count 1.
        y: labels, ``(rows,)`` or ``(rows, outputs)``.
        classes: the labels in the order of the network's outputs.

    Raises:
        ValueError: a class that is not there.
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, dict) and isinstance(classes, np.ndarray) and y.ndim == 1:
        labels = classes.tolist()
        if not all(key in labels for key in class_weight):
            unknown = [k for k in class_weight if not _is_number_of(k, labels)]
            if unknown:
                raise ValueError(
                    f"class_weight names the class {unknown[0]!r}, which y does not have. "
                    f"{did_you_mean(unknown[0], map(str, labels))}"
                )
            class_weight = {labels[k]: v for k, v in class_weight.items()}
        return np.array([class_weight.get(label, 1.0) for label in y.tolist()], np.float64)
    return np.asarray(compute_sample_weight(class_weight, y), np.float64)


def _is_number_of(key: Any, labels: list[Any]) -> bool:
    return is_integer(key) and 0 <= key < len(labels)
