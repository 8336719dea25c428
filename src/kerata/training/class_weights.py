"""Weights of classes, turned into weights of rows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from kerata.base.dtypes import floatx
from kerata.training.data_adapter import ArrayData


def apply_class_weight(rows: ArrayData, class_weight: dict[Any, float]) -> ArrayData:
    """Turn weights of classes into weights of rows, times the given sample weights.

    Arguments:
        class_weight: weight for each class number; classes that are missing count 1.

    Raises:
        ValueError: several outputs, or something that is not a dictionary of numbers.
    """
    if not isinstance(class_weight, dict):
        raise ValueError(
            f"class_weight must be a dictionary {{class: weight}}, got {class_weight!r}."
        )
    if len(jax.tree.leaves(rows.y)) != 1:
        raise ValueError(
            "class_weight works for models with one output; "
            "for several outputs give sample_weight instead."
        )
    y = np.asarray(jax.tree.leaves(rows.y)[0])
    weights = row_weights(y, class_weight)
    if rows.sample_weight is not None:
        weights = weights * np.asarray(jax.tree.leaves(rows.sample_weight)[0])
    return replace(rows, sample_weight=weights.astype(floatx()))


def _class_table(class_weight: dict[Any, float]) -> dict[int, float]:
    """Read weights of classes.

    Raises:
        ValueError: a class that is no whole number, or a weight that is no number.
    """
    table = {}
    for key, value in class_weight.items():
        try:
            number = float(key)
        except (TypeError, ValueError):
            number = math.nan
        if not number.is_integer():
            raise ValueError(
                f"class_weight names the class {key!r}, but classes are numbered as in y: write "
                f"{{0: ..., 1: ...}} with the number that stands for {key!r}."
            )
        try:
            table[int(number)] = float(value)
        except (TypeError, ValueError):
            raise ValueError(
                f"class_weight gives class {key!r} the weight {value!r}, which is no number."
            ) from None
    return table


def row_weights(y: np.ndarray, class_weight: dict[Any, float]) -> np.ndarray:
    """Look up each row's weight by its class: one-hot rows by their largest column."""
    many = y.ndim > 1 and y.shape[-1] > 1
    labels = (np.argmax(y, axis=-1) if many else np.round(y).reshape(y.shape[0], -1)[:, 0]).astype(
        int
    )
    table = _class_table(class_weight)
    classes, inverse = np.unique(labels, return_inverse=True)
    return np.array([table.get(int(c), 1.0) for c in classes])[inverse]
