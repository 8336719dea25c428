"""The column to predict: which one it is, which rows have it, how they are split."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.core.cell_values import is_missing
from kerata.workbench.core.several import choose_several
from kerata.workbench.core.target_names import Target, Wanted, named_targets
from kerata.workbench.core.task import Task, choose_task
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source
from kerata.workbench.features.rows import count, take, target_values
from kerata.workbench.splitting.split import (
    RANDOM,
    Fold,
    SplitRule,
    held_out,
    rule_for,
    strata_of,
)

# With fewer rows nothing can be said about a network.
FEWEST_ROWS = 20
# A class this many times as rare as the most frequent one is worth a word.
IMBALANCE = 10


def find_target(source: Source, wanted: Wanted | None) -> Target:
    """Find the column to predict, or several.

    Raises:
        ValueError: none is named, or it is not there.
    """
    target = wanted or source.target
    frame = getattr(source.train, "frame", None)
    if frame is None:
        if target is None or isinstance(target, str):
            return target or "class"
        raise ValueError(
            f"{source.name} is no table, so its rows have one target: leave {list(target)!r} out."
        )
    names = [str(name) for name in frame.columns]
    if target is None:
        raise ValueError(
            f"Which column shall be predicted? Name it with --target. "
            f"Columns: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}."
        )
    return named_targets(target, names)


def choose_and_clean(
    data: Any, target: Target, wanted: str | None, notes: list[str]
) -> tuple[Task, Any]:
    """Choose the task, and leave out rows whose target is missing.

    Where a row may have any of several labels, one without is a row with none of them.

    Raises:
        ValueError: no targets, too few rows, one class only, far too many classes.
    """
    values = target_values(data, target)
    if values is None:
        raise ValueError("These data have no labels to learn from.")
    kept = np.flatnonzero([not is_missing(value) for value in values])
    task: Task | None = None
    if len(kept) > 1:
        choose: Any = choose_task if isinstance(target, str) else choose_several
        task = choose([values[row] for row in kept], target, wanted)
    if task is not None and task.kind == "labels":
        kept = np.arange(len(values))
    if task is None or len(kept) < FEWEST_ROWS:
        what = "a target" if isinstance(target, str) else f"all {len(target)} targets"
        rows = f"1 row with {what} is" if len(kept) == 1 else f"{len(kept)} rows with {what} are"
        raise ValueError(
            f"{rows} too few: at least {FEWEST_ROWS} are needed to train a network, stop it and "
            "judge it."
        )
    if len(kept) < len(values):
        notes.append(without_target(len(values) - len(kept)) + _lacking(data, target))
        data = take(data, kept)
    return task, data


def _lacking(data: Any, target: Target) -> str:
    """Say how many rows lack each of several targets."""
    if isinstance(target, str):
        return ""
    gaps = {name: sum(map(is_missing, target_values(data, name) or [])) for name in target}
    listed = ", ".join(f"{name!r} in {counted(rows, 'row')}" for name, rows in gaps.items() if rows)
    return f" A row needs each target; missing were {listed}."


def without_target(rows: int) -> str:
    """Say that rows were left out.

    >>> without_target(1)
    '1 row without a target was left out.'
    """
    return f"{counted(rows, 'row')} without a target {'was' if rows == 1 else 'were'} left out."


def split_source(
    source: Source,
    data: Any,
    encoded: np.ndarray,
    task: Task,
    test_share: float,
    validation_share: float,
    seed: int,
    rule: SplitRule,
    fold: Fold | None = None,
) -> tuple[dict[str, Any], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Give raw rows, encoded targets and row numbers of the three parts."""
    rows = {}
    if fold is not None:
        rest, rows["test"] = fold.learned, fold.test
        test, truth = take(data, rows["test"]), encoded[rows["test"]]
        if fold.training is not None and rule.kind == RANDOM:
            validation_share = 1 - fold.training / len(rest)
    elif source.test is None:
        rest, rows["test"] = held_out(strata_of(encoded), test_share, seed, rule)
        test, truth = take(data, rows["test"]), encoded[rows["test"]]
    else:
        values = target_values(source.test, task.target_columns)
        if values is None:
            raise ValueError("The test set has no labels to be judged by.")
        known = [task.kind == "labels" or not is_missing(value) for value in values]
        rows["test"] = np.flatnonzero(known)
        test = take(source.test, rows["test"])
        truth = task.encode([values[row] for row in rows["test"]])
        rest = np.arange(count(data))
    kept, stopping = held_out(
        strata_of(encoded[rest]), validation_share, seed + 1, rule_for(rule, rest)
    )
    rows["train"], rows["validation"] = rest[kept], rest[stopping]
    parts = {name: take(data, rows[name]) for name in ("train", "validation")} | {"test": test}
    targets = {name: encoded[rows[name]] for name in ("train", "validation")} | {"test": truth}
    if len(truth) < 2 or len(stopping) < 2:
        raise ValueError("Too few rows are left for validation and test.")
    return parts, targets, rows


def with_targets(inputs: Any, task: Task, targets: np.ndarray) -> Any:
    """Describe the distribution of the training targets for a network."""
    if task.kind == "regression":
        spread = targets.std(axis=0, dtype=np.float64)
        spread = np.where(spread > 0, spread, 1.0)
        mean = targets.mean(axis=0, dtype=np.float64)
        if task.parts:
            means, scales = tuple(mean.tolist()), tuple(spread.tolist())
            return replace(inputs, target_means=means, target_scales=scales)
        return replace(inputs, target_mean=float(mean), target_scale=float(spread))
    return replace(inputs, shares=tuple(_shares(task, targets).tolist()))


def _shares(task: Task, targets: np.ndarray) -> np.ndarray:
    if task.kind == "classes":
        return np.bincount(targets, minlength=len(task.classes)) / len(targets)
    return np.atleast_1d(targets.mean(axis=0))


def imbalance(task: Task, targets: np.ndarray) -> list[str]:
    """Say that classes are uneven, if they are."""
    if task.kind not in ("binary", "classes"):
        return []
    counts = np.bincount(targets, minlength=len(task.classes))
    rare, often = int(counts.argmin()), int(counts.argmax())
    if counts[rare] * IMBALANCE > counts[often]:
        return []
    return [
        f"Classes are uneven: {counted(int(counts[rare]), 'training row')} of "
        f"{task.classes[rare]!r}, "
        f"{counts[often]:,} of {task.classes[often]!r}. Splits keep the shares, and balanced "
        "accuracy is shown too; --balance makes rare classes weigh as much as frequent ones."
    ]


def class_weights(task: Task, targets: np.ndarray) -> dict[int, float] | None:
    """Give weights with which all classes count the same in sum."""
    if task.kind not in ("binary", "classes"):
        return None
    counts = np.bincount(targets, minlength=len(task.classes))
    present = int((counts > 0).sum())
    return {c: len(targets) / (present * max(1, int(n))) for c, n in enumerate(counts)}
