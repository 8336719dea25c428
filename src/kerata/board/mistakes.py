"""The answers to a run's test rows: which class was taken for which, and the rows behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.web.streams import finite
from kerata.workbench.core.confusion import confusion_matrix
from kerata.workbench.runs.predictions import column_name
from kerata.workbench.runs.run import Run

# A page shows so many rows at a time, and no larger matrix.
PAGE, MOST_CLASSES = 50, 40


def mistakes(
    run: Run, true: str | None = None, said: str | None = None, start: int = 0
) -> dict[str, Any]:
    """Give the rows of a cell of the confusion matrix, or of all mistakes, the worst first.

    Arguments:
        run: a finished run.
        true, said: the classes of the cell; None for all mistakes.
        start: of how many rows the page has gone by.

    Raises:
        ValueError: the file of answers is missing or damaged.
    """
    answers = run.answers()
    if run.task.kind == "regression":
        return _amounts(run, answers, start)
    truth, prediction = answers["truth"], answers["prediction"]
    wrong = [
        place
        for place, (one, other) in enumerate(zip(truth, prediction, strict=True))
        if (one == true and other == said) or (true is None and one != other)
    ]
    sure = [_sure(answers, prediction[place], place) for place in wrong]
    order = sorted(range(len(wrong)), key=lambda k: -sure[k])
    page = order[start : start + PAGE]
    return finite(
        {
            "kind": run.task.kind,
            "classes": list(run.task.classes),
            "matrix": _matrix(run, truth, prediction),
            "wrong": sum(a != b for a, b in zip(truth, prediction, strict=True)),
            "rows": len(truth),
            "found": len(wrong),
            "shown": [
                {
                    **_where(answers, wrong[k]),
                    "true": truth[wrong[k]],
                    "said": prediction[wrong[k]],
                    "sure": sure[k] if sure[k] >= 0 else None,
                }
                for k in page
            ],
        }
    )


def _amounts(run: Run, answers: dict[str, list[str]], start: int) -> dict[str, Any]:
    task = run.task
    parts = list(task.parts or (task,))
    scales = task.scales or [1.0] * len(parts)
    errors, columns = np.zeros(len(answers["row"])), []
    for part, scale in zip(parts, scales, strict=True):
        true, said = (
            np.array(answers[column_name(name, task, part)], float)
            for name in ("truth", "prediction")
        )
        errors += np.abs(said - true) / scale
        columns.append((part.target, true, said))
    order = np.argsort(-errors, kind="stable")
    return finite(
        {
            "kind": "regression",
            "rows": len(errors),
            "found": len(errors),
            "shown": [
                {
                    **_where(answers, int(place)),
                    "values": [
                        {"target": target, "true": float(true[place]), "said": float(said[place])}
                        for target, true, said in columns
                    ],
                }
                for place in order[start : start + PAGE]
            ],
            "cloud": _cloud(columns[0]),
        }
    )


def _cloud(column: tuple[str, np.ndarray, np.ndarray]) -> list[list[float]]:
    """Give points of true and said values, at most some hundred."""
    _, true, said = column
    chosen = np.arange(len(true))
    if len(chosen) > 800:
        chosen = np.random.default_rng(0).choice(len(true), 800, replace=False)
    return [[float(true[k]), float(said[k])] for k in chosen]


def _matrix(run: Run, truth: list[str], prediction: list[str]) -> list[list[int]] | None:
    names = list(run.task.classes)
    if run.task.kind == "labels" or len(names) > MOST_CLASSES:
        return None
    places = {name: place for place, name in enumerate(names)}
    try:
        pair = [np.array([places[cell] for cell in cells]) for cells in (truth, prediction)]
    except KeyError as error:
        raise ValueError(
            f"The answers of {run.name!r} name a class {error} that is none."
        ) from None
    matrix: list[list[int]] = confusion_matrix(pair[0], pair[1], len(names)).tolist()
    return matrix


def _sure(answers: dict[str, list[str]], said: str, place: int) -> float:
    for name in (f"probability_{said}", "probability"):
        if name in answers:
            try:
                return float(answers[name][place])
            except ValueError:
                return -1.0
    return -1.0


def _where(answers: dict[str, list[str]], place: int) -> dict[str, Any]:
    origin = answers.get("origin")
    row = answers["row"][place]
    return {"row": row, "where": origin[place] if origin else f"row {row}"}
