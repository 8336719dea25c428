"""A source as it goes into training: task chosen, columns understood, rows divided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata.workbench.core.column import Column
from kerata.workbench.core.result import Tell
from kerata.workbench.core.task import Task
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.data.schema import infer_columns
from kerata.workbench.features.choice import prepared_kind
from kerata.workbench.features.rows import target_values
from kerata.workbench.splitting.targets import (
    choose_and_clean,
    find_target,
    imbalance,
    split_source,
)


@dataclass(frozen=True)
class Divided:
    """A source's rows in three parts; each list of parts has the names below.

    Attributes:
        target: column to predict.
        task: what is predicted.
        columns: what was made of each column; None for texts and images.
        kind: of data as networks see them: ``'table'``, ``'texts'``, ``'images'``.
        parts: raw rows for ``'train'``, ``'validation'`` and ``'test'``.
        targets: theirs, encoded.
        rows: their row numbers; those of the test count in the official test set where there
            is one.
        notes: what was done and what is odd, a sentence each.
    """

    target: str
    task: Task
    columns: list[Column] | None
    kind: str
    parts: dict[str, Any]
    targets: dict[str, np.ndarray]
    rows: dict[str, np.ndarray]
    notes: list[str]


def divide(
    source: Source,
    *,
    target: str | None = None,
    task: str | None = None,
    columns: Mapping[str, str] | None = None,
    seed: int = 0,
    test_share: float = 0.2,
    validation_share: float = 0.15,
    tell: Tell = lambda name, value: None,
) -> Divided:
    """Choose the task, understand the columns and divide the rows.

    Arguments:
        source: what ``read_source`` gave.
        target, task, columns, seed, test_share, validation_share: as for ``fit_source``.
        tell: called with ``'columns'``, ``'task'`` and ``'rows'`` as they become known.

    Raises:
        ValueError: a target that is not there, too few rows, one class only, shares that are
            no shares.
    """
    for name, share in (("test_share", test_share), ("validation_share", validation_share)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {share}.")
    notes = list(source.notes)
    target = find_target(source, target)
    found = None
    if isinstance(source.train, Table):
        found = infer_columns(source.train.frame, target, dict(columns or {}))
        tell("columns", found)
    chosen, data = choose_and_clean(source.train, target, task, notes)
    tell("task", chosen)
    encoded = chosen.encode(target_values(data, target) or [])
    parts, targets, rows = split_source(
        source, data, encoded, chosen, test_share, validation_share, seed
    )
    notes += imbalance(chosen, targets["train"])
    tell("rows", {name: len(numbers) for name, numbers in rows.items()})
    kind = prepared_kind(source.kind, found)
    return Divided(target, chosen, found, kind, parts, targets, rows, notes)
