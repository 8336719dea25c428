"""Sums, largest elements and the like over axes, and running ones along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import Value

_OPERATORS = {
    **{"reduce_sum": "ReduceSum", "reduce_prod": "ReduceProd"},
    **{"reduce_max": "ReduceMax", "reduce_min": "ReduceMin"},
    **{"reduce_and": "ReduceMin", "reduce_or": "ReduceMax"},
}


@rule(*_OPERATORS)
def _reduce(c: Converter, equation: Any, x: Value) -> Value:
    axes, dtype = equation.params["axes"], equation.invars[0].aval.dtype
    if not axes:
        return x
    if dtype.kind not in "fiu" or dtype.itemsize < 4:
        x = c.graph.cast(x, np.float32 if dtype.kind == "f" else np.int32)
    name = _OPERATORS[equation.primitive.name]
    result = c.graph.node(name, x, np.asarray(axes, np.int64), keepdims=0)
    if dtype.kind not in "fiu" or dtype.itemsize < 4:
        return c.graph.cast(result, equation.outvars[0].aval.dtype)
    return result


@rule("argmax", "argmin")
def _place(c: Converter, equation: Any, x: Value) -> Value:
    name = {"argmax": "ArgMax", "argmin": "ArgMin"}[equation.primitive.name]
    if equation.invars[0].aval.dtype == bool:
        x = c.graph.cast(x, np.int32)
    found = c.graph.node(name, x, axis=equation.params["axes"][0], keepdims=0)
    return c.graph.cast(found, equation.params["index_dtype"])


@rule("cumsum")
def _cumulative_sum(c: Converter, equation: Any, x: Value) -> Value:
    backwards = int(equation.params["reverse"])
    axis = np.asarray(equation.params["axis"], np.int64)
    return c.graph.node("CumSum", x, axis, reverse=backwards)


_RUNNING = {"cumprod": "Mul", "cummax": "Max", "cummin": "Min"}


@rule(*_RUNNING, "cumlogsumexp")
def _running(c: Converter, equation: Any, x: Value) -> Value:
    from onnx import helper

    from kerata.export.onnx.graph import declared

    g, axis = c.graph, equation.params["axis"]
    aval = equation.invars[0].aval
    inner = [d for i, d in enumerate(aval.shape) if i != axis]
    start = g.slice(
        x,
        [-1] if equation.params["reverse"] else [0],
        [_LAST] if equation.params["reverse"] else [1],
        [axis],
    )
    start = g.node("Squeeze", start, np.asarray([axis], np.int64))
    name = equation.primitive.name
    neutral = g.node("Sub", start, start) if name == "cumprod" else start
    if name == "cumprod":
        neutral = g.node("Add", neutral, np.ones((), aval.dtype))
    elif name == "cumlogsumexp":
        neutral = g.node("Add", g.node("Sub", start, start), np.asarray(-np.inf, aval.dtype))
    with g.body() as nodes:
        before, now = g.name("before"), g.name("now")
        if name == "cumlogsumexp":
            top = g.node("Max", before, now)
            sums = g.node(
                "Add",
                g.node("Exp", g.node("Sub", before, top)),
                g.node("Exp", g.node("Sub", now, top)),
            )
            after = g.node("Add", top, g.node("Log", sums))
        else:
            after = g.node(_RUNNING[name], before, now)
        given = g.node("Identity", after)
        body = helper.make_graph(
            list(nodes),
            g.name("running"),
            [declared(before, aval.dtype, inner), declared(now, aval.dtype, inner)],
            [declared(after, aval.dtype, inner), declared(given, aval.dtype, inner)],
        )
    backwards = [int(equation.params["reverse"])]
    _, result = g.node(
        "Scan",
        neutral,
        x,
        outputs=2,
        body=body,
        num_scan_inputs=1,
        scan_input_axes=[axis],
        scan_output_axes=[axis],
        scan_input_directions=backwards,
        scan_output_directions=backwards,
    )
    return result


_LAST = np.iinfo(np.int64).max
