"""Weights of classes, turned into weights of rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from kerata.base.dtypes import floatx
from kerata.base.messages import did_you_mean
from kerata.training.data_adapter import ArrayData
from kerata.training.nested_outputs import Outputs

# Gives the weight of each row of a target from weights of classes.
LookUp = Callable[[Any, Any], np.ndarray]


def apply_class_weight(
    rows: ArrayData, class_weight: Any, outputs: Callable[[Any], Outputs | None] | None = None
) -> ArrayData:
    """Turn weights of classes into weights of rows, times the given sample weights.

    Arguments:
        class_weight: weight for each class number, or such dictionaries by output; classes
            and outputs that are missing count 1.
        outputs: gives the outputs of the model for data like x, or None where it has none.

    Raises:
        ValueError: weights that don't say which output or which class they are for.
    """

    def find() -> Outputs | None:
        return None if outputs is None else outputs(rows.x)

    weights = weights_of_rows(rows.y, rows.sample_weight, class_weight, row_weights, find)
    return replace(rows, sample_weight=weights)


def weights_of_rows(
    y: Any,
    sample_weight: Any,
    class_weight: Any,
    look_up: LookUp,
    find_outputs: Callable[[], Outputs | None],
) -> Any:
    """Give the weights of rows in the structure of the outputs, an array where there is one.

    Arguments:
        y: targets, nested for several outputs; what they are made of only ``look_up`` knows.
        sample_weight: weights to multiply with, or None.
        class_weight: as for ``apply_class_weight``.
        find_outputs: gives the outputs of the model, or None where the targets show them.

    Raises:
        ValueError: as for ``apply_class_weight``.
    """
    targets = jax.tree.leaves(y)
    if not isinstance(class_weight, (dict, list, tuple)):
        raise ValueError(
            f"class_weight must be a dictionary {{class: weight}}, got {class_weight!r}."
        )
    if not targets:
        raise ValueError("class_weight weights rows by their classes, but y is missing.")
    if len(targets) == 1 and not _is_by_output(class_weight):
        return _times(look_up(targets[0], class_weight), jax.tree.leaves(sample_weight))
    outputs = find_outputs() or Outputs(y, [f"output_{i + 1}" for i in range(len(targets))])
    tables = _tables(class_weight, outputs)
    weights: list[Any] = []
    for name, target, table, given in zip(
        outputs.names,
        outputs.arrange(y, "y"),
        tables,
        outputs.arrange_weights(sample_weight),
        strict=True,
    ):
        if table is None:
            weights.append(given)
        elif target is None:
            raise ValueError(f"class_weight has weights for {name!r}, which y has no targets for.")
        else:
            weights.append(_times(look_up(target, table), [] if given is None else [given]))
    return outputs.restored(weights)


def _is_by_output(class_weight: Any) -> bool:
    """Say whether weights are given for each output, in a list or under its name."""
    if isinstance(class_weight, (list, tuple)):
        return True
    return bool(class_weight) and all(
        v is None or isinstance(v, (dict, list, tuple)) for v in class_weight.values()
    )


def _tables(class_weight: Any, outputs: Outputs) -> list[Any]:
    """Give the weights of classes of each output, None where it has none."""
    names = ", ".join(map(str, outputs.names))
    if not _is_by_output(class_weight):
        example = f"{{{outputs.names[0]!r}: {{0: 1.0, 1: 2.0}}, ...}}"
        raise ValueError(
            f"class_weight={class_weight!r:.80} does not say which of the outputs ({names}) it is "
            f"for: give one dictionary of classes an output, {example}."
        )
    if outputs.count == 1 and isinstance(class_weight, dict):
        unknown = [key for key in class_weight if key != outputs.names[0]]
        if unknown:
            raise ValueError(
                f"class_weight names the output {unknown[0]!r}, which the model does not have. "
                f"{did_you_mean(unknown[0], outputs.names)}"
            )
        return list(class_weight.values())
    if outputs.count == 1:
        found = list(class_weight)
        if len(found) != 1:
            raise ValueError(
                f"class_weight must be a dictionary {{class: weight}}, got {class_weight!r:.80}: "
                "a list has one dictionary for each output."
            )
    else:
        found = outputs.arrange(class_weight, "class_weight", listed=True)
    for name, table in zip(outputs.names, found, strict=True):
        if table is not None and not isinstance(table, dict):
            raise ValueError(
                f"class_weight for the output {name!r} must be a dictionary {{class: weight}}, "
                f"got {table!r:.80}."
            )
    return found


def _times(weights: np.ndarray, given: list[Any]) -> np.ndarray:
    """Multiply weights of rows with given ones, of which a row may have several."""
    if given:
        factors = np.asarray(given[0])
        weights = weights.reshape(-1, *(1,) * (factors.ndim - 1)) * factors
    return weights.astype(floatx())


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
    """Look up each row's weight by its class: one-hot rows by their largest column.

    Raises:
        ValueError: rows of several classes each, as in sequences and pictures.
    """
    y = np.asarray(y)
    many = y.ndim > 1 and y.shape[-1] > 1
    labels = np.argmax(y, axis=-1) if many else np.round(y)
    if labels.size != len(labels):
        raise ValueError(
            f"class_weight weights whole rows by one class each, but y has shape {y.shape}: give "
            "sample_weight, with a number for each place, instead."
        )
    table = _class_table(class_weight)
    classes, inverse = np.unique(labels.reshape(-1).astype(int), return_inverse=True)
    return np.array([table.get(int(c), 1.0) for c in classes])[inverse]
