"""Several targets of one network: the task of all of them, and each of them by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kerata.workbench.core.task import Task, choose_task
from kerata.workbench.core.wording import counted


def choose_several(
    values: Sequence[tuple[Any, ...]], names: Sequence[str], wanted: str | None = None
) -> Task:
    """Choose the task of several targets, which must all be amounts.

    Arguments:
        values: of the rows that have all targets, a tuple for each row.
        names: of the targets.
        wanted: ``'regression'`` to take whole numbers of few values as amounts too.

    Raises:
        ValueError: a target that is no amount, is constant or can't be learned; its name is said.

    >>> fish = [(0.1 * n, 30.5 - n) for n in range(30)]
    >>> task = choose_several(fish, ["weight", "length"])
    >>> task.kind, task.target, [part.target for part in task.parts]
    ('regression', 'weight, length', ['weight', 'length'])
    """
    if wanted not in (None, "regression"):
        raise ValueError(
            f"Several targets are learned as amounts, not as {wanted!r}: leave the task out, or "
            "train a run for each target."
        )
    columns = list(zip(*values, strict=True))
    parts = [choose_task(column, name, wanted) for column, name in zip(columns, names, strict=True)]
    amounts = [part for part in parts if part.kind == "regression"]
    others = [part for part in parts if part.kind != "regression"]
    if others:
        said = [_kind(part) for part in (*amounts, *others)]
        hint = ""
        if all(_in_digits(part) for part in others):
            hint = "ask for the task regression if these are amounts, or "
        raise ValueError(
            f"Several targets of one network must all be amounts, but {', '.join(said)}: "
            f"{hint}train a run for each {'kind' if amounts else 'target'}."
        )
    # In halves of it two targets of other units weigh the same.
    scales = [
        float(np.std(part.encode(c), dtype=np.float64)) or 1.0 for part, c in _both(parts, columns)
    ]
    listed = "; ".join(part.why.removeprefix("Regression: ").rstrip(".") for part in parts)
    return Task(
        "regression",
        ", ".join(names),
        [],
        f"Regression of {counted(len(parts), 'target')}: {listed}.",
        parts=tuple(parts),
        scales=tuple(scales),
    )


def by_target(task: Task, *arrays: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Give each target's own task with its column of each array.

    Arguments:
        task: what is predicted; one target is given as it is.
        arrays: ``(rows,)`` for one target, ``(rows, targets)`` for several.

    >>> task = choose_several([(0.1 * n, 30.5 - n) for n in range(30)], ["weight", "length"])
    >>> [(part.target, column.tolist()) for part, column in by_target(task, np.eye(2))]
    [('weight', [1.0, 0.0]), ('length', [0.0, 1.0])]
    """
    if not task.parts:
        yield (task, *arrays)
        return
    for place, part in enumerate(task.parts):
        yield (part, *(array[:, place] for array in arrays))


def _both(parts: list[Task], columns: list[tuple[Any, ...]]) -> Iterator[tuple[Task, list[Any]]]:
    for part, column in zip(parts, columns, strict=True):
        yield part, list(column)


def _kind(task: Task) -> str:
    if task.kind == "regression":
        return f"{task.target!r} is one"
    what = "label" if task.kind == "labels" else "class"
    return f"{task.target!r} has {counted(len(task.classes), what, 'classes' * (what == 'class'))}"


def _in_digits(task: Task) -> bool:
    return all(name.removeprefix("-").replace(".", "", 1).isdigit() for name in task.classes)
