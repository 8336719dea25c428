"""A forecast as one ONNX graph: the last values of a series in, the next ones out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kerata.export.differences import checked, largest_difference
from kerata.export.errors import ExportError
from kerata.export.onnx import strings
from kerata.export.onnx.check import answers, needed, session
from kerata.export.onnx.graph import OPSET, OnnxGraph, Value, declared
from kerata.export.onnx.network import serialized
from kerata.export.onnx.traced import add_traced
from kerata.export.registry import writer_of
from kerata.export.trace import signature_of, trace
from kerata.export.written import Written
from kerata.utils.files import write_beside
from kerata.workbench.core.onnx_file import ABOUT
from kerata.workbench.forecasting.linear import LIMIT
from kerata.workbench.forecasting.network import LOWER, MIDDLE, UPPER
from kerata.workbench.forecasting.panel import Series
from kerata.workbench.forecasting.preparation import SeriesPreparation
from kerata.workbench.forecasting.windows import SMALL, WAVES, Windows

OUTPUTS = ("forecast", "lower", "upper")
# Each series is tried from its end and from so many variations of it.
_VARIATIONS = 20


def history_length(made: SeriesPreparation) -> int:
    """Give how many last values the graph takes."""
    return max(made.windows.context, *made.windows.means)


def export_forecast(model: Any, made: SeriesPreparation, path: str | Path) -> Written:
    """Write a forecast's network and preparation as an ONNX file.

    Inputs are ``history``, float64 ``(rows, values)``: the last values at even steps, the newest
    last, NaN in gaps; ``calendar_year``, ``calendar_week`` and ``calendar_day`` where the network
    uses them, float64 ``(rows, 1)``: where the newest value lies in the cycle; and ``series``,
    text ``(rows, 1)``, where there are several. Outputs are ``forecast``, ``lower`` and
    ``upper``, float64 ``(rows, horizon)``; NaN for a series that training did not have.

    Arguments:
        model: the network.
        made: its preparation.
        path: of the file.

    Raises:
        ExportError: columns known in advance; what can't be exported; answers that differ in
            onnxruntime. No file is written then.
        ImportError: ``onnx`` or ``onnxruntime`` is missing.
    """
    needed("onnx")
    if made.known:
        raise ExportError(
            f"The forecast uses {made.known[0].name!r}, which is known in advance: only forecasts "
            "from the values themselves can be exported as ONNX."
        )
    content, names = _written(model, made)
    opened = session(content)
    rows, series, numbers = _tried(made)
    given = {name: values for name, values in rows.items() if name in names}
    wanted = made.forecast(model, series, numbers)[:, [MIDDLE, LOWER, UPPER]]
    worst = largest_difference([np.stack(answers(opened, given), axis=1)], [wanted])
    checked(worst)
    written = write_beside(Path(path), lambda file: file.write(content))
    kind = f"ONNX with operators of version {OPSET}"
    return Written(written, kind, tuple(names), OUTPUTS, len(series), worst)


def _written(model: Any, made: SeriesPreparation) -> tuple[bytes, list[str]]:
    windows = made.windows
    graph = OnnxGraph()
    length = history_length(made)
    columns = windows.calendar_columns(made.steps)
    raw: list[tuple[str, Any, tuple[int, ...]]] = [("history", "float64", (length,))]
    raw += [(f"calendar_{name}", "float64", (1,)) for name in columns]
    if len(made.names) > 1:
        raw.append(("series", "string", (1,)))
    graph.taken.update([*(name for name, _, _ in raw), *OUTPUTS])

    values = _forward(graph, windows, _filled(graph, "history", length))
    number: Value = ""
    scale: Value = np.array([[made.scales[0]]])
    if len(made.names) > 1:
        known = {name: place for place, name in enumerate(made.names)}
        number = strings.exactly(graph, "series", known, len(made.names))
        # A series that training did not have gets no numbers.
        scale = graph.node("Gather", np.append(made.scales, np.nan), number, axis=0)
        number = graph.node("Min", number, np.array([[len(made.names) - 1]], np.int64))
    level, parts = _described(graph, windows, values, length, scale)
    cycles = made.steps.calendar(np.array([0]))
    for name, count in columns.items():
        parts.append(_cycle(graph, f"calendar_{name}", count, cycles[name][1]))
    x = graph.cast(graph.node("Concat", *parts, axis=1), "float32")
    # As NumPy does with the types of the means and spreads.
    kind = np.result_type(np.float32, made.mean)
    wide = graph.node("Div", graph.node("Sub", graph.cast(x, kind), made.mean), made.spread)
    bounds = np.array(LIMIT, kind), np.array(-LIMIT, kind)
    window = graph.cast(graph.node("Max", graph.node("Min", wide, bounds[0]), bounds[1]), "float32")
    signature = signature_of(model)
    traced = trace(
        lambda x: model(x, training=False), signature, model.variables, writer_of, "The network"
    )
    given = {"window": window, "series": number}
    inputs = [
        graph.cast(given.get(name, window), dtype)
        for name, dtype in zip(signature.names, signature.dtypes, strict=True)
    ]
    (outputs,) = add_traced(graph, traced, inputs)
    found = _in_units(graph, made, graph.cast(outputs, "float64"), values, level, scale, length)
    proto = graph.proto(
        "kerata",
        [declared(name, dtype, ("batch", *shape)) for name, dtype, shape in raw],
        [
            declared(graph.rename(value, name), "float64", ("batch", windows.horizon))
            for name, value in found.items()
        ],
    )
    about: dict[str, Any] = {
        "kind": "series",
        "target": made.target,
        "time": made.time,
        "group": made.group,
    }
    about |= {"step": made.steps.named(1), "horizon": windows.horizon, "series": made.names}
    about |= {"classes": [], "columns": []}
    proto.metadata_props.add(key=ABOUT, value=json.dumps(about))
    return serialized(proto), [name for name, _, _ in raw]


def _filled(g: OnnxGraph, x: Value, length: int) -> Value:
    """Put the value before into gaps of ``(rows, length)``."""
    from onnx import helper

    columns = g.transpose(x, [1, 0])
    nothing = g.node("Expand", np.array([np.nan]), g.node("Shape", x, start=0, end=1))
    with g.body() as nodes:
        before, now = g.name("before"), g.name("now")
        after = g.node("Where", g.node("IsNaN", now), before, now)
        seen = g.node("Identity", after)
        body = helper.make_graph(
            list(nodes),
            g.name("fill"),
            [declared(n, "float64", ("rows",)) for n in (before, now)],
            [declared(n, "float64", ("rows",)) for n in (after, seen)],
        )
    _, filled = g.node("Scan", nothing, columns, outputs=2, body=body, num_scan_inputs=1)
    return g.transpose(filled, [1, 0])


def _forward(g: OnnxGraph, windows: Windows, values: Value) -> Value:
    if not windows.log:
        return values
    return g.node("Log", g.node("Max", values, np.float64(windows.floor)))


def _mean(g: OnnxGraph, values: Value, places: range) -> Value:
    """Give the mean ``(rows, 1)`` of those of some last values that a series has."""
    some = g.node("Gather", values, np.array(places, np.int64), axis=1)
    lost = g.node("IsNaN", some)
    axis = np.array([1], np.int64)
    count = g.node("ReduceSum", g.cast(g.node("Not", lost), "float64"), axis, keepdims=1)
    total = g.node("ReduceSum", g.node("Where", lost, np.float64(0), some), axis, keepdims=1)
    return g.node("Div", total, count)


def _described(
    g: OnnxGraph, windows: Windows, values: Value, length: int, scale: Value
) -> tuple[Value, list[Value]]:
    """Write what ``Windows.describe`` computes of the values; gives the level too."""

    def last(count: int) -> range:
        return range(length - count, length)

    def relative(places: np.ndarray) -> Value:
        some = g.node("Gather", values, places.astype("int64"), axis=1)
        return g.node("Div", g.node("Sub", some, level), scale)

    level = _mean(g, values, last(windows.span))
    parts = [relative(length - 1 - np.arange(windows.lags))]
    if windows.season > windows.lags:
        parts.append(relative(length - 1 + windows.seasonal()))
    for count in windows.means:
        middle = _mean(g, values, last(count))
        off = g.node("Sub", values, middle)
        spread = g.node("Sqrt", _mean(g, g.node("Mul", off, off), last(count)))
        parts.append(g.node("Div", g.node("Sub", middle, level), scale))
        usual = g.node("Add", g.node("Div", spread, scale), np.float64(SMALL))
        parts.append(g.node("Log", usual))
    return level, parts


def _cycle(g: OnnxGraph, place: Value, count: int, length: float) -> Value:
    if count:
        return g.cast(g.node("Equal", place, np.arange(float(count))[None, :]), "float64")
    angle = g.node("Mul", place, np.float64(2 * np.pi / length))
    waves = []
    for wave in range(1, WAVES + 1):
        turned = g.node("Mul", angle, np.float64(wave))
        waves += [g.node("Sin", turned), g.node("Cos", turned)]
    return g.node("Concat", *waves, axis=1)


def _in_units(
    g: OnnxGraph,
    made: SeriesPreparation,
    outputs: Value,
    values: Value,
    level: Value,
    scale: Value,
    length: int,
) -> dict[str, Value]:
    """Turn the network's departures ``(rows, 3, horizon)`` into values."""
    windows = made.windows
    ends = [g.node("Gather", outputs, np.array(place), axis=1) for place in (MIDDLE, LOWER, UPPER)]
    middle = ends[0]
    found = {OUTPUTS[0]: middle}
    for name, end in zip(OUTPUTS[1:], ends[1:], strict=True):
        apart = g.node("Mul", g.node("Sub", end, middle), made.factors)
        found[name] = g.node("Add", middle, apart)
    anchor = level
    if windows.anchor != "level":
        back = windows.seasonal() if windows.anchor == "season" else np.zeros(windows.horizon)
        anchor = g.node("Gather", values, (length - 1 + back).astype("int64"), axis=1)
    for name, value in found.items():
        value = g.node("Add", anchor, g.node("Mul", value, scale))
        if windows.log:
            value = g.node("Exp", g.node("Min", value, np.float64(700)))
        if made.least is not None:
            value = g.node("Max", value, np.float64(made.least))
        found[name] = g.node("Identity", value)
    return found


def _tried(
    made: SeriesPreparation,
) -> tuple[dict[str, np.ndarray], list[Series], np.ndarray]:
    """Give the ends of all series, and variations of them at other steps, as inputs too."""
    rng = np.random.default_rng(0)
    length = history_length(made)
    columns = made.windows.calendar_columns(made.steps)
    found: list[Series] = []
    numbers = []
    for number, one in enumerate(made.series()):
        if len(one.values) < made.windows.context:
            continue
        for variation in range(1 + _VARIATIONS):
            factor = 1 + (rng.normal(size=len(one.values)) * 0.1 if variation else 0)
            start = one.start + int(rng.integers(0, 500)) * bool(variation)
            found.append(replace(one, start=start, values=one.values * factor))
            numbers.append(number)
    rows: dict[str, Any] = {"history": np.full((len(found), length), np.nan)}
    rows |= {f"calendar_{name}": np.zeros((len(found), 1)) for name in columns}
    rows["series"] = np.array([[one.name] for one in found], object)
    for row, one in enumerate(found):
        some = one.values[-length:]
        rows["history"][row, length - len(some) :] = some
        for name, (place, _) in made.steps.calendar(np.array([one.end])).items():
            if name in columns:
                rows[f"calendar_{name}"][row] = place
    return rows, found, np.array(numbers)
