"""The preparation of a table's rows inside an ONNX graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError
from kerata.export.onnx import strings
from kerata.export.onnx.graph import OnnxGraph, Value
from kerata.workbench.core.boolean_words import boolean_words
from kerata.workbench.core.cell_values import MISSING
from kerata.workbench.core.column import Column
from kerata.workbench.data.column_cells import as_text, column_values
from kerata.workbench.features.categories import MISSING as NO_CATEGORY, OTHER, CategoryColumn
from kerata.workbench.features.dates import CYCLES, DateColumn
from kerata.workbench.features.numbers import FARTHEST, LARGEST, NumberColumn

_ROWS = np.array([-1], np.int64)
_COLUMN = np.array([-1, 1], np.int64)


def raw_type(column: Column) -> str:
    """Say what a raw column is inside a graph: numbers are numbers, all else is text."""
    return "float64" if column.kind == "number" else "string"


def raw_array(frame: Any, column: Column) -> np.ndarray:
    """Give a raw column as a graph takes it, ``(rows, 1)``: NaN or an empty text where missing."""
    if column.kind == "number":
        return column_values(frame, column).to_numpy(np.float64)[:, None]
    text = as_text(frame[column.name])
    if column.kind == "date":
        text = text.mask(text.isin(column.noise))
    cells = [cell if isinstance(cell, str) else "" for cell in text.tolist()]
    return np.array(cells, object)[:, None]


def flat(g: OnnxGraph, x: Value) -> Value:
    """Give a raw column ``(rows, 1)`` as ``(rows,)``."""
    return g.node("Reshape", x, _ROWS)


def number_parts(g: OnnxGraph, x: Value, made: NumberColumn, column: Column) -> list[Value]:
    """Write ``NumberColumn.transform``: float64 ``(rows,)`` in, one to three of them out."""
    missing = g.node("Or", g.node("IsNaN", x), g.node("IsInf", x))
    for sentinel in column.sentinels:
        missing = g.node("Or", missing, g.node("Equal", x, np.float64(sentinel)))
    filled = g.node("Where", missing, np.float64(made.fill), x)
    moved = g.node("Sub", filled, np.float64(made.shift))
    if not len(made.knots):
        parts = [moved]
    else:
        parts = [interpolated(g, filled, made.knots, made.ranks)]
        if made.beside:
            far = g.node("Div", moved, np.float64(made.unit))
            far = g.node("Min", g.node("Max", far, np.float64(-LARGEST)), np.float64(LARGEST))
            share = g.node("Div", far, np.float64(FARTHEST))
            length = g.node("Sqrt", g.node("Add", g.node("Mul", share, share), np.float64(1)))
            parts.append(g.node("Div", far, length))
    return [*parts, g.cast(missing, np.float64)] if made.flagged else parts


def interpolated(g: OnnxGraph, x: Value, knots: np.ndarray, ranks: np.ndarray) -> Value:
    """Write ``np.interp(x, knots, ranks)`` for float64 ``(rows,)``.

    The knot before a number is found in two steps, among the first of each block and then among
    those of its block.
    """
    if len(knots) == 1:
        return g.node("Add", g.node("Mul", x, np.float64(0)), np.float64(ranks[0]))
    inside = g.node("Min", g.node("Max", x, np.float64(knots[0])), np.float64(knots[-1]))
    column = g.node("Reshape", inside, _COLUMN)
    side = int(np.ceil(np.sqrt(len(knots))))
    line = np.full(side * side, np.inf)
    line[: len(knots)] = knots
    table = line.reshape(side, side)
    block = _last_below(g, column, table[:, 0])
    within = _last_below(g, column, g.node("Gather", table, block, axis=0))
    place = g.node("Add", g.node("Mul", block, np.int64(side)), within)
    place = g.node("Min", place, np.int64(len(knots) - 2))
    slopes = np.diff(ranks) / np.diff(knots)
    begin = [
        g.node("Gather", np.asarray(part, np.float64), place) for part in (knots, slopes, ranks)
    ]
    step = g.node("Mul", g.node("Sub", inside, begin[0]), begin[1])
    return g.node("Add", begin[2], step)


def _last_below(g: OnnxGraph, column: Value, ends: Value) -> Value:
    """Give the place ``(rows,)`` of the last of sorted numbers that is not above."""
    above = g.cast(g.node("GreaterOrEqual", column, ends), np.int64)
    count = g.node("ReduceSum", above, np.array([1], np.int64), keepdims=0)
    return g.node("Max", g.node("Sub", count, np.int64(1)), np.int64(0))


def category_ids(g: OnnxGraph, x: Value, made: CategoryColumn, column: Column) -> Value:
    """Write ``CategoryColumn.transform``: texts ``(rows,)`` in, int64 ``(rows,)`` out."""
    ids = {category: number for number, category in enumerate(made.known, start=2)}
    if column.form:
        true, false = column.form.split("/")
        for word, meant in boolean_words((true, false)).items():
            ids[word] = ids.get(meant, OTHER)
    ids |= dict.fromkeys(MISSING, NO_CATEGORY)
    return strings.looked_up(g, strings.lowered(g, strings.trimmed(g, x)), ids, OTHER)


def present_text(g: OnnxGraph, x: Value) -> Value:
    """Give texts ``(rows,)`` without spaces around them, empty where a cell says nothing."""
    text = strings.trimmed(g, x)
    nothing = strings.looked_up(g, strings.lowered(g, text), dict.fromkeys(MISSING, 1), 0)
    return g.node("Where", g.cast(nothing, bool), strings.EMPTY, text)


# What directives of a date's form stand for: a pattern, and which part of a moment it is.
_DIRECTIVES = {
    **{"d": r"\d{1,2}", "m": r"\d{1,2}", "Y": r"\d{4}", "y": r"\d{2}"},
    **{"H": r"\d{1,2}", "M": r"\d{1,2}", "S": r"\d{1,2}(\.\d+)?"},
}
_ISO = r"\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?"


def date_parts(g: OnnxGraph, x: Value, made: DateColumn, column: Column) -> list[Value]:
    """Write ``DateColumn.transform`` for dates as text ``(rows,)``.

    Raises:
        ExportError: dates that are written with names of months, or otherwise not in digits.
    """
    text = strings.trimmed(g, x)
    days, good = _iso_days(g, text) if column.form == "ISO8601" else _days(g, text, column)
    days = g.node("Where", good, days, np.float64(made.middle))
    parts = [
        g.node("Div", g.node("Sub", days, np.float64(made.middle)), np.float64(CYCLES["year"]))
    ]
    for cycle in made.cycles:
        turns = g.node("Div", days, np.float64(CYCLES[cycle]))
        share = g.node("Sub", turns, g.node("Floor", turns))
        angle = g.cast(g.node("Mul", share, np.float64(2 * np.pi)), np.float32)
        parts += [g.cast(g.node(name, angle), np.float64) for name in ("Sin", "Cos")]
    return parts


def _split(g: OnnxGraph, text: Value, mark: str) -> tuple[Value, Value]:
    """Cut texts ``(rows,)`` at the first mark; the second part is empty where there is none."""
    pieces, _ = g.node("StringSplit", text, outputs=2, delimiter=mark, maxsplit=1)
    rows = g.node("Shape", text)
    more = g.node("Concat", rows, np.array([2], np.int64), axis=0)
    wide = g.node("Concat", pieces, g.node("Expand", strings.EMPTY, more), axis=1)
    return tuple(g.node("Gather", wide, np.int64(place), axis=1) for place in (0, 1))


def _whole(g: OnnxGraph, text: Value) -> Value:
    """Read texts of digits ``(rows,)``, cut at the point, as int64; empty ones are 0."""
    empty = g.node("Equal", text, strings.EMPTY)
    digits = g.node("Where", empty, np.array(["0"], object), text)
    return g.cast(g.node("Floor", g.cast(digits, np.float32)), np.int64)


def _iso_days(g: OnnxGraph, text: Value) -> tuple[Value, Value]:
    good = g.node("RegexFullMatch", text, pattern=_ISO)
    text = g.node("Where", good, text, np.array(["1970-01-01"], object))
    day, time = _split(g, text, "T")
    other, behind = _split(g, day, " ")
    time = g.node("StringConcat", time, behind)
    found: dict[str, Value] = {}
    found["Y"], rest = _split(g, other, "-")
    found["m"], found["d"] = _split(g, rest, "-")
    found["H"], rest = _split(g, time, ":")
    found["M"], found["S"] = _split(g, rest, ":")
    return _moment(g, {key: _whole(g, part) for key, part in found.items()}, good)


def _days(g: OnnxGraph, text: Value, column: Column) -> tuple[Value, Value]:
    import re

    parts = re.split(r"%(.)", column.form)
    marks, keys = parts[0::2], parts[1::2]
    inner = marks[1:-1]
    if marks[0] or marks[-1] or not keys or not all(inner) or set(keys) - _DIRECTIVES.keys():
        raise ExportError(
            f"Column {column.name!r} has dates written as {column.form!r}, which a graph can't "
            "read: give it dates in digits, such as 2024-05-31."
        )
    pattern = _DIRECTIVES[keys[0]]
    example = "70" if keys[0] == "y" else "1970" if keys[0] == "Y" else "1"
    for mark, key in zip(inner, keys[1:], strict=True):
        pattern += re.escape(mark) + _DIRECTIVES[key]
        example += mark + ("70" if key == "y" else "1970" if key == "Y" else "1")
    good = g.node("RegexFullMatch", text, pattern=pattern.replace("\\ ", " "))
    rest = g.node("Where", good, text, np.array([example], object))
    found: dict[str, Value] = {}
    for key, mark in zip(keys, inner, strict=False):
        found[key], rest = _split(g, rest, mark)
    found[keys[-1]] = rest
    numbers = {key: _whole(g, part) for key, part in found.items()}
    if "y" in numbers:
        # As C reads them: 69 is 1969, 68 is 2068.
        late = g.node("Less", numbers["y"], np.int64(69))
        century = g.node("Where", late, np.int64(2000), np.int64(1900))
        numbers["Y"] = g.node("Add", numbers.pop("y"), century)
    return _moment(g, numbers, good)


def _moment(g: OnnxGraph, parts: dict[str, Value], good: Value) -> tuple[Value, Value]:
    """Give days since 1970 as float64, and which of them there are.

    Source: Hinnant, chrono-compatible low-level date algorithms, days_from_civil.
    """
    year, month = parts["Y"], parts["m"]
    day = parts.get("d", np.ones(1, np.int64))
    early = g.cast(g.node("LessOrEqual", month, np.int64(2)), np.int64)
    since = g.node("Sub", year, early)
    era = g.node("Div", since, np.int64(400))
    of_era = g.node("Sub", since, g.node("Mul", era, np.int64(400)))
    shifted = g.node("Add", month, g.node("Sub", g.node("Mul", early, np.int64(12)), np.int64(3)))
    of_year = g.node(
        "Div", g.node("Add", g.node("Mul", shifted, np.int64(153)), np.int64(2)), np.int64(5)
    )
    of_year = g.node("Add", of_year, g.node("Sub", day, np.int64(1)))
    leaps = g.node("Sub", g.node("Div", of_era, np.int64(4)), g.node("Div", of_era, np.int64(100)))
    inside = g.node("Add", g.node("Add", g.node("Mul", of_era, np.int64(365)), leaps), of_year)
    days = g.node("Add", g.node("Mul", era, np.int64(146097)), inside)
    days = g.node("Sub", days, np.int64(719468))
    for value, least, most in ((month, 1, 12), (day, 1, 31)):
        fits = g.node(
            "And",
            g.node("GreaterOrEqual", value, np.int64(least)),
            g.node("LessOrEqual", value, np.int64(most)),
        )
        good = g.node("And", good, fits)
    result = g.cast(days, np.float64)
    for key, seconds in (("H", 3600), ("M", 60), ("S", 1)):
        if key in parts:
            share = g.node("Div", g.cast(parts[key], np.float64), np.float64(86400 / seconds))
            result = g.node("Add", result, share)
    return result, good
