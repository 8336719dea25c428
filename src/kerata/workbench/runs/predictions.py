"""A network's outputs as the columns that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerata.workbench.core.metrics import answers
from kerata.workbench.core.several import by_target

# With more classes only the answer's own probability is written.
MOST = 50


def column_name(name: str, task: Any, part: Any) -> str:
    """Name a column of answers or true values: that of one of several targets has its name."""
    return f"{name}_{part.target}" if task.parts else name


def truth_columns(task: Any, truth: np.ndarray) -> dict[str, list[Any]]:
    """Give the true value of each row: ``truth``, or ``truth_TARGET`` for several targets.

    Arguments:
        task: what is predicted.
        truth: encoded targets.
    """
    return {
        column_name("truth", task, part): answer_columns(part, values, sure=True)["prediction"]
        for part, values in by_target(task, truth)
    }


def answer_columns(
    task: Any,
    outputs: np.ndarray,
    *,
    sure: bool = False,
    residuals: Sequence[Any] = (),
    ends: np.ndarray | None = None,
) -> dict[str, list[Any]]:
    """Give the answer to each row, and the probabilities behind it.

    Arguments:
        task: what is predicted.
        outputs: of the network, see ``Trained.outputs``; with ``sure`` encoded targets.
        sure: whether these are true values instead of outputs.
        residuals: how far amounts are off, for each target, see ``Trained.residuals``.
        ends: in their place the ends of the intervals, see ``Trained.ends``; NaN is left empty.

    Returns:
        ``prediction``; with ``residuals`` or ``ends`` also ``lower`` and ``upper``, the ends of
        an interval; unless ``sure``, ``probability_CLASS`` for each class or label, or
        ``probability`` of the answer where there are more than 50 classes. Of several targets
        each has columns that end in ``_TARGET``.

    >>> from kerata.workbench.core.task import choose_task
    >>> task = choose_task(["no", "yes"] * 10, "bought")
    >>> answer_columns(task, np.array([0.75]))
    {'prediction': ['yes'], 'probability_no': [0.25], 'probability_yes': [0.75]}
    """
    if task.parts:
        parts: dict[str, list[Any]] = {}
        for place, (part, said) in enumerate(by_target(task, outputs)):
            mine = None if ends is None else ends[..., place]
            found = answer_columns(part, said, residuals=residuals[place : place + 1], ends=mine)
            parts |= {column_name(name, task, part): cells for name, cells in found.items()}
        return parts
    if task.kind == "regression":
        # So many digits tell each float32 from every other.
        amounts: dict[str, list[Any]] = {"prediction": [float(f"{value:.9g}") for value in outputs]}
        if residuals:
            ends = np.stack(residuals[0].interval(np.asarray(outputs, float)))
        if ends is not None:
            for name, values in zip(("lower", "upper"), ends, strict=True):
                amounts[name] = ["" if value != value else value for value in _rounded(values)]
        return amounts
    names = task.classes
    said = outputs if sure and task.kind == "classes" else answers(task, outputs)
    if task.kind == "labels":
        mark = task.separator or "|"
        message = [mark.join(names[i] for i in np.flatnonzero(row)) for row in said]
    else:
        message = [names[int(number)] for number in said]
    if sure:
        return {"prediction": message}
    shares = outputs
    if task.kind == "binary":
        shares = np.stack([1 - outputs, outputs], axis=1)
    if len(names) > MOST and task.kind == "classes":
        return {"prediction": message, "probability": _rounded(shares.max(axis=1))}
    columns = {
        f"probability_{name}": _rounded(shares[:, place]) for place, name in enumerate(names)
    }
    return {"prediction": message, **columns}


def outputs_of_answers(task: Any, columns: Mapping[str, list[str]]) -> np.ndarray | None:
    """Read outputs from what ``answer_columns`` gave; None where they were not all written.

    Arguments:
        task: what is predicted.
        columns: cells as text.

    Raises:
        ValueError: a cell that is no number.
    """
    if task.parts:
        named = [column_name("prediction", task, part) for part in task.parts]
        return np.array([columns[name] for name in named], np.float32).T
    if task.kind == "regression":
        return np.array(columns["prediction"], np.float32)
    names = [f"probability_{name}" for name in task.classes]
    if any(name not in columns for name in names):
        return None
    shares = np.array([columns[name] for name in names], np.float32).T
    return shares[:, 1] if task.kind == "binary" else shares


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.6g}") for value in values.astype(float)]
