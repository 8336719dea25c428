"""Sorting and the largest elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import Value


@rule("sort")
def _sort(c: Converter, equation: Any, *arrays: Value) -> list[Value]:
    g, axis = c.graph, equation.params["dimension"]
    shape = equation.invars[0].aval.shape
    keys = equation.params["num_keys"]
    values = list(arrays)
    # Sorting is stable, so the least important key comes first.
    for number in reversed(range(keys)):
        _, order = g.node(
            "TopK", values[number], g.size(shape[axis]), outputs=2, axis=axis, largest=0
        )
        values = [g.node("GatherElements", x, order, axis=axis) for x in values]
    return values


@rule("top_k")
def _top_k(c: Converter, equation: Any, x: Value) -> list[Value]:
    axis = equation.params.get("axis", -1)
    count = np.asarray([equation.params["k"]], np.int64)
    values, places = c.graph.node("TopK", x, count, outputs=2, axis=axis)
    return [values, c.graph.cast(places, equation.outvars[1].aval.dtype)]
