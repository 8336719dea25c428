"""The rows of a playground as a table: those that were learned from, shown, and never seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerata.playground.problems import Problem, make_points, table_order
from kerata.playground.settings import Settings
from kerata.playground.tables import Sheet, Target

# With fewer rows that nobody saw, those of the validation loss tell more.
_FEWEST = 20
_WATCHED = (
    "The test rows are those whose validation loss the playground showed: if settings were chosen "
    "by it, the figures are too good."
)


@dataclass(frozen=True)
class RawRows:
    """Raw rows in their parts.

    Arguments:
        frame: the table: inputs, target, and what else the file holds.
        columns: names of the inputs.
        target: name of the target's column.
        classes: as the target's cells have them, that which counts as 0 first; none for amounts.
        numbers: of the rows for ``'train'``, ``'validation'`` and ``'test'``, from 0.
        path: of the file that the table was read from; None where there is none.
        fingerprint: of that file.
        notes: sentences on the test rows.
    """

    frame: Any
    columns: list[str]
    target: str
    classes: tuple[Any, ...]
    numbers: dict[str, np.ndarray]
    path: Path | None
    fingerprint: str
    notes: list[str]


def raw_rows(settings: Settings, problem: Problem, sheet: Sheet | None) -> RawRows:
    """Give the table behind a problem.

    Made points get as many new ones, of the next seed, that nobody saw. Of a table, rows that
    were too many for the playground are the test rows. Where neither is there, those that the
    page showed as validation rows are.

    Arguments:
        settings, sheet: what the problem was made of.
        problem: the rows.
    """
    if settings.problem == "table":
        assert sheet is not None
        return _of_table(settings, problem, sheet)
    return _of_points(settings, problem)


def _of_points(settings: Settings, problem: Problem) -> RawRows:
    import pandas

    x, y = problem.x, problem.y
    if settings.problem != "drawn":
        fresh = make_points(settings.with_(seed=settings.seed + 1))
        x, y = np.concatenate([x, fresh[0]]), np.concatenate([y, fresh[1]])
    frame = pandas.DataFrame(dict(zip(problem.names, x.astype("float64").T, strict=True)))
    target = "class" if problem.classes else "y"
    frame[target] = np.array(problem.classes)[y.astype(int)] if problem.classes else y
    if not problem.classes:
        frame[target] = frame[target].astype("float64")
    numbers = _parts(np.arange(len(problem.x)), problem.train, np.arange(len(problem.x), len(x)))
    columns = list(problem.names)
    return _told(frame, columns, target, problem.classes, numbers, None, "")


def _of_table(settings: Settings, problem: Problem, sheet: Sheet) -> RawRows:
    chosen = sheet.choose(settings.columns, settings.target)
    order = table_order(settings, len(chosen.y))
    used, spare = chosen.kept[order[: sheet.most]], chosen.kept[order[sheet.most :]]
    numbers = _parts(used, problem.train, np.sort(spare))
    wanted: Target = chosen.target
    columns = list(chosen.names)
    if wanted.value is None or wanted.whole:
        classes = () if wanted.value is None else (wanted.other_value, wanted.value)
        frame, path, print_ = sheet.frame, sheet.path, sheet.fingerprint
        return _told(frame, columns, wanted.column, classes, numbers, path, print_)
    # One value against all others is a column that the file lacks.
    frame = sheet.frame[columns].copy()
    frame[wanted.label] = np.where(
        sheet.frame[wanted.column] == wanted.value, *problem.classes[::-1]
    )
    return _told(frame, columns, wanted.label, problem.classes, numbers, None, "")


def _parts(used: np.ndarray, train: int, spare: np.ndarray) -> dict[str, np.ndarray]:
    shown = used[train:]
    return {
        "train": used[:train],
        "validation": shown,
        "test": spare if len(spare) >= _FEWEST else shown,
    }


def _told(
    frame: Any,
    columns: list[str],
    target: str,
    classes: tuple[Any, ...],
    numbers: dict[str, np.ndarray],
    path: Path | None,
    fingerprint: str,
) -> RawRows:
    notes = [_WATCHED] if numbers["test"] is numbers["validation"] else []
    return RawRows(frame, columns, target, classes, numbers, path, fingerprint, notes)
