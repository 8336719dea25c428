"""The schema of a run's record, which is checked whenever one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kerata.workbench.core.column import Column
from kerata.workbench.core.findings import Findings
from kerata.workbench.core.task import KINDS, Task

Fits = Callable[[Any], bool]


def check_record(record: dict[str, Any], where: str) -> None:
    """Check all that commands rely on.

    Arguments:
        record: what ``run.json`` holds.
        where: its file, for the message.

    Raises:
        ValueError: something is missing or makes no sense, by name.
    """
    for name, fits in NEEDED.items():
        if name not in record:
            raise ValueError(f"{where} is no record of a run: {name!r} is missing.")
        _check(record[name], fits, name, where)
    for name, fits in FURTHER.items():
        if record.get(name) is not None:
            _check(record[name], fits, name, where)


def _check(value: Any, fits: Fits, name: str, where: str) -> None:
    try:
        sound = fits(value)
    except (TypeError, ValueError, LookupError, AttributeError):
        sound = False
    if not sound:
        raise ValueError(f"{where} is damaged: its {name!r} makes no sense.")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    # Numbers that are not finite are written as none.
    return value is None or isinstance(value, float) or _whole(value)


def _all(values: Iterable[Any], fits: Fits) -> bool:
    return all(map(fits, values))


def _intervals(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return _all(value.values(), lambda v: len(v) == 2 and _all(v, _number))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and _all(value, _text)


def _numbers(value: Any) -> bool:
    return isinstance(value, dict) and _all(value.values(), _number)


def _task(value: Any) -> bool:
    task = Task.from_dict(value)
    tasks = (task, *task.parts)
    known = all(one.kind in KINDS and _text(one.target) and _text(one.why) for one in tasks)
    spreads = [isinstance(scale, float) and scale > 0 for scale in task.scales]
    same = len(spreads) == len(task.parts) and all(spreads)
    return known and same and all(_texts(list(one.classes)) for one in tasks)


def _column(value: Any) -> bool:
    column = Column.from_dict(value)
    return _text(column.name) and _text(column.kind)


def _verdict(value: Any) -> bool:
    sentences = _all((value["quality"], value["best_epoch"], value["overfitting"] or ""), _text)
    targets = value.get("targets") or []
    each = [_text(o["target"]) and _text(o["quality"]) and _texts(o["baselines"]) for o in targets]
    return sentences and all(each) and _all((value["baselines"], value["advice"]), _texts)


def _target(value: Any) -> bool:
    figures = _numbers(value["metrics"]) and _intervals(value["intervals"])
    return _text(value["target"]) and bool(value["metrics"]) and figures


def _diagnosis(value: Any) -> bool:
    found = Findings.from_dict(value)
    return bool(str(found)) and _texts(list(found.sentences()))


def _forecast(value: Any) -> bool:
    named = _text(value["time"]) and (value["group"] is None or _text(value["group"]))
    counts = [value[name] for name in ("horizon", "season", "series", "origins")]
    return named and _text(value["step"]) and _all(counts, _whole)


def _certainty(value: Any) -> bool:
    for one in value.get("residuals", []):
        named = [one["coverage"], one["radius"], *one["places"], *one["sizes"]]
        if not (
            all(isinstance(v, float) for v in named) and len(one["places"]) == len(one["sizes"])
        ):
            return False
        if not 0 < one["coverage"] < 1 or one["radius"] < 0:
            return False
    return True


NEEDED: dict[str, Fits] = {
    "task": _task,
    "metrics": lambda value: bool(value) and _numbers(value),
    "interval": lambda value: isinstance(value, list) and len(value) == 2 and _all(value, _number),
    "network": _text,
    "created": _text,
    "columns": lambda value: value is None or _all(value, _column),
}
FURTHER: dict[str, Fits] = {
    "verdict": _verdict,
    "forecast": _forecast,
    "certainty": _certainty,
    "diagnosis": _diagnosis,
    "intervals": _intervals,
    "targets": lambda value: isinstance(value, list) and _all(value, _target),
    "split": lambda value: (
        value["kind"] in ("random", "time", "groups") and _all(value["columns"], _text)
    ),
    "rows": lambda value: isinstance(value, dict) and _all(value.values(), _whole),
    "epochs": _whole,
    "best_epoch": _whole,
    "parameters": _whole,
    "bytes": _whole,
    "first_row": _whole,
    "rows_per_second": _number,
    "seconds": _numbers,
    "notes": _texts,
    "versions": lambda value: isinstance(value, dict) and _all(value.values(), _text),
}
