"""A finished run asked about single rows, as they are typed: through its real preparation."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from kerata.web.streams import finite
from kerata.workbench.core.extras import need
from kerata.workbench.data.column_cells import BadCells
from kerata.workbench.data.containers import Table, Texts
from kerata.workbench.features.rows import take
from kerata.workbench.features.tables import TablePreparation
from kerata.workbench.runs.inference import fitting
from kerata.workbench.runs.predictions import answer_columns
from kerata.workbench.runs.rerun import own_source
from kerata.workbench.runs.run import MODEL, Run

# Networks that are kept open, values along a slider, categories of a field.
_MOST_OPEN, _STEPS, _MOST_VALUES = 4, 41, 200
_MOST_ROWS, _LONGEST = 100, 100_000


class OpenRuns:
    """Runs whose networks are loaded, the last few of them."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[Path, int], tuple[Run, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, run: Run) -> tuple[Run, threading.Lock]:
        """Give a run with what was loaded of it before, and what one must hold to ask it.

        Raises:
            ValueError: its network is missing.
        """
        try:
            written = (run.path / MODEL).stat().st_mtime_ns
        except OSError:
            raise ValueError(f"The run {run.name!r} has no {MODEL}: train it again.") from None
        with self._lock:
            key = run.path, written
            found = self._runs.pop(key, (run, threading.Lock()))
            self._runs[key] = found
            while len(self._runs) > _MOST_OPEN:
                self._runs.popitem(last=False)
            return found


def form_of(run: Run) -> dict[str, Any]:
    """Give the fields of a row that a run answers, with the range of the training rows.

    Raises:
        ValueError: a run whose rows can't be typed, or whose network is damaged.
    """
    if run.is_forecast:
        raise ValueError("A forecast answers no rows: use kerata predict.")
    made: Any = run.preparation
    if made.kind == "images":
        raise ValueError("Its rows are images, which can't be typed: use kerata predict.")
    found: dict[str, Any] = {"target": run.task.target, "kind": made.kind, "task": run.task.kind}
    if isinstance(made, TablePreparation):
        return finite(found | {"fields": [_field(made, column) for column in made.read]})
    name = getattr(getattr(made, "column", None), "name", "text")
    return found | {"fields": [{"name": name, "kind": "text", "typical": ""}]}


def _field(made: TablePreparation, column: Any) -> dict[str, Any]:
    name, kind = column.name, column.kind
    found: dict[str, Any] = {"name": name, "kind": kind, "typical": "", "unit": column.unit}
    ends = made.ranges.get(name)
    if kind == "number" and ends is not None:
        prepared = next(c for c in made.numbers if c.name == name)
        middle = float(getattr(prepared, "fill", sum(ends) / 2))
        whole = all(float(end).is_integer() for end in (*ends, middle)) and ends[1] - ends[0] > 1
        found |= {"low": ends[0], "high": ends[1], "whole": whole}
        found["comma"] = column.form == ","
        found["typical"] = _cell(found, float(f"{middle:.6g}"))
    elif kind == "date" and ends is not None:
        found["form"] = column.form
        # Weeks and quarters are typed, not slid over.
        if column.form.startswith("%") or column.form == "ISO8601":
            found |= {"low": ends[0], "high": ends[1]}
            found["typical"] = _cell(found, sum(ends) / 2)
    elif kind == "category":
        known = next(c for c in made.categories if c.name == name).known
        found |= {"values": known[:_MOST_VALUES], "typical": known[0] if known else ""}
    return found


def answers_to(run: Run, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Answer rows as they are typed; an empty cell is a missing value.

    Returns:
        For each row the answer and, where there are any, the probabilities; and what is odd.

    Raises:
        ValueError: a cell that does not fit its column.
    """
    outputs, notes = _outputs(run, rows)
    columns = answer_columns(run.task, outputs)
    places = range(len(rows))
    answers = [{name: values[place] for name, values in columns.items()} for place in places]
    return finite({"answers": answers, "notes": notes})


def sweep(run: Run, row: dict[str, Any], name: str) -> dict[str, Any]:
    """Answer a row for each value that one of its columns may have.

    Arguments:
        run: a finished run.
        row: cells as they are typed.
        name: of the column.

    Returns:
        ``x``, the values, and ``y``, what each leads to: the value that is predicted, or the
        probability of the answer to the row as it is.

    Raises:
        ValueError: a column that has no range.
    """
    field = next((one for one in form_of(run)["fields"] if one["name"] == name), None)
    if field is None or ("values" not in field and "low" not in field):
        raise ValueError(f"The column {name!r} has no values to go through.")
    if "values" in field:
        cells = x = field["values"][:_STEPS]
    else:
        x = np.linspace(field["low"], field["high"], _STEPS).tolist()
        cells = [_cell(field, value) for value in x]
    outputs, _ = _outputs(run, [row, *({**row, name: cell} for cell in cells)])
    shown, what = _of_answer(run, outputs)
    return finite({"x": x, "y": shown[1:].tolist(), "now": float(shown[0]), "what": what})


def why(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    """Say by how much the answer changes if a column has its typical value instead."""
    fields = [one for one in form_of(run)["fields"] if one["kind"] != "text"]
    changed = [{**row, one["name"]: one["typical"]} for one in fields]
    outputs, _ = _outputs(run, [row, *changed])
    shown, what = _of_answer(run, outputs)
    effects = [
        {
            "name": one["name"],
            "value": str(row.get(one["name"]) or "missing"),
            "typical": one["typical"],
            "effect": float(shown[0] - shown[place]),
        }
        for place, one in enumerate(fields, 1)
    ]
    effects.sort(key=lambda one: -abs(one["effect"]))
    return finite({"now": float(shown[0]), "what": what, "effects": effects})


def row_of(run: Run, row: str) -> dict[str, Any]:
    """Give the cells of a row that a run was trained or tested on, from its data.

    Arguments:
        run: a finished run.
        row: its number, as the run's answers have it.

    Raises:
        FileNotFoundError, ValueError: its data are not in this folder any more, have changed, or
            have no such row.
    """
    if not row.isdigit():
        raise ValueError(f"{row!r} is no number of a row.")
    source, _ = own_source(run, None, "rerun")
    place = int(row) - int(run.record.get("first_row") or 0)
    data: Any = source.train if source.test is None else source.test
    if isinstance(data, Texts):
        if not 0 <= place < len(data.texts):
            raise ValueError(f"The data have no row {row}.")
        return {"row": {"text": data.texts[place][:_LONGEST]}}
    if not isinstance(data, Table):
        raise ValueError("Its rows are images.")
    if not 0 <= place < len(data.frame):
        raise ValueError(f"The data have no row {row}.")
    cells = take(data, np.array([place])).frame.iloc[0]
    made: Any = run.preparation
    commas = {c.name for c in getattr(made, "read", ()) if c.kind == "number" and c.form == ","}
    return {"row": {str(n): _written(cell, str(n) in commas) for n, cell in cells.items()}}


def _outputs(run: Run, rows: list[dict[str, Any]]) -> tuple[np.ndarray, list[str]]:
    if not 0 < len(rows) <= _MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"From 1 to {_MOST_ROWS} rows can be asked at once.")
    pandas = need("pandas", "Answering rows")
    made: Any = run.preparation
    if not isinstance(made, TablePreparation):
        name = getattr(getattr(made, "column", None), "name", "text")
        texts = [str(row.get(name) or "")[:_LONGEST] for row in rows]
        data = fitting(run, Texts(texts, None, [f"row {n}" for n in range(1, len(rows) + 1)]), "it")
        return run.predict(data), []
    cells = {
        name: pandas.Series([_given(row.get(name)) for row in rows], dtype="object")
        for name in made.columns
    }
    bad, far = BadCells("these rows"), made.far_values()
    data = Table(bad.without(pandas.DataFrame(cells), made.read))
    notes = made.check(data)
    made.look_for_far_values(data, far)
    return run.predict(data), [*notes, *bad.notes(), *far.notes()]


def _of_answer(run: Run, outputs: np.ndarray) -> tuple[np.ndarray, str]:
    """Give one number a row: an amount, or the probability of what the first row is answered."""
    task = run.task
    if task.kind == "regression":
        first = task.parts[0] if task.parts else task
        return (outputs if outputs.ndim == 1 else outputs[:, 0]), first.target
    shares = np.stack([1 - outputs, outputs], axis=1) if task.kind == "binary" else outputs
    answer = int(outputs[0] > task.threshold if task.kind == "binary" else shares[0].argmax())
    return shares[:, answer], f"probability of {task.classes[answer]}"


def _cell(field: dict[str, Any], value: float) -> str:
    """Write a value as the cells of its column are written."""
    if field["kind"] == "date":
        day = datetime(1970, 1, 1) + timedelta(days=int(value))
        form = field["form"]
        return day.strftime(form) if form.startswith("%") else day.date().isoformat()
    text = str(round(value)) if field.get("whole") else f"{value:.7g}"
    return text.replace(".", ",") if field.get("comma") else text


def _given(cell: Any) -> str | None:
    text = "" if cell is None else str(cell).strip()
    return text[:_LONGEST] or None


def _written(cell: Any, comma: bool) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else repr(float(cell))
        return text.replace(".", ",") if comma else text
    return str(cell)[:_LONGEST]
