"""What test rows share, beside their answers in a run's folder: group, step in time, fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerata.workbench.core.dependence import FOLDS, GROUPS, INDEPENDENT, TIME, Dependence
from kerata.workbench.core.wording import counted
from kerata.workbench.runs.run import ANSWERS, Run

# Columns of ``test_predictions.csv``, by the kind of dependence.
COLUMNS = {GROUPS: "group_number", TIME: "time_rank", FOLDS: "fold"}


def place_columns(dependence: Dependence) -> dict[str, Any]:
    """Give columns that say what each test row shares with others; none where rows are alone."""
    if dependence.place is None:
        return {}
    within = {} if dependence.within is None else place_columns(dependence.within)
    name, place = COLUMNS[dependence.kind], np.asarray(dependence.place, "int64")
    times = place.reshape(len(place), -1).T
    named = {
        name if not time else f"{name}_{time + 1}": column for time, column in enumerate(times)
    }
    return named | within


def dependence_of_answers(run: Run, rows: Sequence[int]) -> Dependence:
    """Read how a run's test rows depend on each other.

    Arguments:
        run: a finished run.
        rows: numbers of test rows, from 0.

    Returns:
        The dependence of those rows; independent for runs from before, which don't say it.

    Raises:
        ValueError: the file is damaged.
    """
    answers = run.answers()
    first = int(run.record.get("first_row") or 0)
    try:
        places = {int(row) - first: place for place, row in enumerate(answers["row"])}
        at = [places[row] for row in rows]
        folds = int((run.record.get("split") or {}).get("folds") or 0)
        found = Dependence()
        for kind in (GROUPS, TIME):
            if COLUMNS[kind] in answers:
                cells = answers[COLUMNS[kind]]
                found = Dependence(kind, np.array([int(cells[place]) for place in at]))
        if COLUMNS[FOLDS] in answers and folds > 1:
            split = run.record.get("split") or {}
            names = [COLUMNS[FOLDS]]
            names += [f"{names[0]}_{time}" for time in range(2, int(split.get("repeats") or 1) + 1)]
            columns = [answers[name] for name in names if name in answers]
            number = np.array([[int(column[place]) for column in columns] for place in at])
            within = None if found.kind == INDEPENDENT else found
            share = split.get("share")
            found = Dependence(
                FOLDS,
                number[:, 0] if len(columns) == 1 else number,
                folds,
                within,
                None if share is None else float(share),
            )
    except (ValueError, KeyError) as error:
        raise ValueError(f"{run.path / ANSWERS} is damaged ({error}): train it again.") from None
    return found


def words_for(runs: Sequence[Run], used: Sequence[Dependence]) -> list[str]:
    """Say what was taken into account, and of which runs it is not known.

    Arguments:
        runs: that are compared.
        used: dependences by which they were.
    """
    said: dict[str, None] = {}
    for dependence in used:
        for part in (dependence, dependence.within):
            if part is not None and part.place is not None:
                said[_sentence(part)] = None
    for run in runs:
        split = run.record.get("split") or {}
        kind = FOLDS if split.get("folds") else split.get("kind", INDEPENDENT)
        if kind != INDEPENDENT and COLUMNS[kind] not in run.answers():
            said[
                f"{run.name!r} is from before its rows' dependence was kept, so they count as "
                "independent: train it again for an interval that is wide enough."
            ] = None
    return list(said)


def _sentence(dependence: Dependence) -> str:
    assert dependence.place is not None
    count = len(np.unique(dependence.place[dependence.place >= 0]))
    if dependence.kind == GROUPS:
        return f"Rows of one group count together: there are {counted(count, 'group')}."
    if dependence.kind == TIME:
        return (
            f"The rows are {counted(count, 'step')} in time, whose errors follow each other, so "
            "that they count as fewer."
        )
    return (
        f"They are answers of {counted(count, 'fold')} of a cross-validation, whose networks share "
        "training rows (Nadeau and Bengio)."
    )
