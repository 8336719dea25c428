"""A source as it goes into training: task chosen, columns understood, rows divided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.column import Column
from kerata.workbench.core.result import OnEvent
from kerata.workbench.core.target_names import Target, Wanted
from kerata.workbench.core.task import Task
from kerata.workbench.data.column_cells import readable
from kerata.workbench.data.containers import Source, Table
from kerata.workbench.data.schema import check_overrides, infer_columns
from kerata.workbench.features.choice import prepared_kind
from kerata.workbench.features.rows import count, take, target_values
from kerata.workbench.splitting.choice import choose_rule
from kerata.workbench.splitting.split import GROUPS, Fold, SplitRule
from kerata.workbench.splitting.targets import (
    choose_and_clean,
    find_target,
    split_source,
)


@dataclass(frozen=True)
class Divided:
    """A source's rows in three parts; each list of parts has the names below.

    Attributes:
        target: column to predict, or several.
        task: what is predicted.
        columns: what was made of each column; None for texts and images.
        kind: of data as networks see them: ``'table'``, ``'texts'``, ``'images'``.
        parts: raw rows for ``'train'``, ``'validation'`` and ``'test'``.
        targets: theirs, encoded.
        rows: their row numbers among the rows that have a target; those of the test count in
            the official test set where there is one.
        numbered: the same as row numbers of the source, from 0.
        notes: what was done and what is odd, a sentence each.
        rule: what decided on which side a row falls.
    """

    target: Target
    task: Task
    columns: list[Column] | None
    kind: str
    parts: dict[str, Any]
    targets: dict[str, np.ndarray]
    rows: dict[str, np.ndarray]
    notes: list[str]
    rule: SplitRule = field(default_factory=SplitRule)
    numbered: dict[str, np.ndarray] = field(default_factory=dict)


def divide(
    source: Source,
    *,
    target: Wanted | None = None,
    task: str | None = None,
    columns: Mapping[str, str] | None = None,
    seed: int = 0,
    test_share: float = 0.2,
    validation_share: float = 0.15,
    split_by: str | None = None,
    group: str | None = None,
    fold: Fold | None = None,
    emit: OnEvent = lambda name, value: None,
) -> Divided:
    """Choose the task, divide the rows and understand the columns.

    What columns are, and which of them give the target away, is learned without the test rows.

    Arguments:
        source: what ``read_source`` gave.
        target, task, columns, seed, test_share, validation_share, split_by, group: as for
            ``fit_source``.
        fold: which rows are learned from and which are for the test; drawn by default. Columns
            are understood by the rows that are learned from.
        emit: called with ``'columns'``, ``'task'``, ``'split'`` (the ``SplitRule``) and
            ``'rows'`` as they become known.

    Raises:
        ValueError: a target that is not there, too few rows, one class only, shares that are
            no shares, a column that can't divide the rows.
    """
    for name, share in (("test_share", test_share), ("validation_share", validation_share)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {share}.")
    notes = list(source.notes)
    named = find_target(source, target)
    table = isinstance(source.train, Table)
    overrides = dict(columns or {})
    if isinstance(source.train, Table):
        check_overrides(source.train.frame, overrides)
    for name, wanted in (("split_by", split_by), ("group", group)):
        if wanted is not None and not table:
            raise ValueError(f"{name} names a column, and {source.name} is no table: leave it out.")
    chosen, data = choose_and_clean(source.train, named, task, notes)
    encoded = chosen.encode(target_values(data, named) or [])
    rule = SplitRule()
    if table:
        rule = choose_rule(data.frame, named, encoded, split_by=split_by, group=group, notes=notes)
    parts, targets, rows = split_source(
        source, data, encoded, chosen, test_share, validation_share, seed, rule, fold
    )
    found = None
    if table:
        found = _columns(data, rows, source.test is not None, named, overrides, rule)
        emit("columns", found)
        for part in parts:
            frame, more = readable(parts[part].frame, found, f"the {part} rows")
            parts[part] = replace(parts[part], frame=frame)
            notes += more
    emit("task", chosen)
    emit("split", rule)
    if fold is None:
        emit("rows", {name: len(numbers) for name, numbers in rows.items()})
    kind = prepared_kind(source.kind, found)
    numbered = _numbered(source, count(data), named, rows)
    return Divided(named, chosen, found, kind, parts, targets, rows, notes, rule, numbered)


def with_test_rows(divided: Divided, rows: np.ndarray) -> Divided:
    """Keep some of the test rows.

    Arguments:
        divided: all of them.
        rows: numbers of those that are kept, among the rows with a target, ascending.
    """
    kept = np.flatnonzero(np.isin(divided.rows["test"], rows))
    return replace(
        divided,
        parts={**divided.parts, "test": take(divided.parts["test"], kept)},
        targets={**divided.targets, "test": divided.targets["test"][kept]},
        rows={**divided.rows, "test": divided.rows["test"][kept]},
        numbered={**divided.numbered, "test": divided.numbered["test"][kept]},
    )


def _numbered(
    source: Source, kept: int, target: Target, rows: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Give rows by their numbers in the source, where rows without a target stand between."""
    if kept == count(source.train):
        return rows
    values = target_values(source.train, target) or []
    numbers = np.flatnonzero([not is_missing(value) for value in values])
    official = source.test is not None
    return {
        part: found if official and part == "test" else numbers[found]
        for part, found in rows.items()
    }


def _columns(
    data: Table,
    rows: dict[str, np.ndarray],
    official: bool,
    target: Target,
    overrides: dict[str, str],
    rule: SplitRule,
) -> list[Column]:
    """Say what columns are, from rows that are not for the test."""
    learned = data.frame
    if not official:
        learned = learned.iloc[np.sort(np.concatenate([rows["train"], rows["validation"]]))]
    found = infer_columns(learned, target, overrides)
    if rule.kind != GROUPS:
        return found
    why = "names the groups by which rows are divided"
    return [
        replace(column, kind="identifier", used=False, why=why)
        if column.name in rule.columns and column.name not in overrides
        else column
        for column in found
    ]
