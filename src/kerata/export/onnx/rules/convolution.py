"""Convolution and windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError
from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import OnnxGraph, Value
from kerata.export.onnx.rules.shaping import is_size, padded


@rule("conv_general_dilated")
def _convolution(c: Converter, equation: Any, x: Value, kernel: Value) -> Value:
    g, params = c.graph, equation.params
    numbers = params["dimension_numbers"]
    if params["batch_group_count"] != 1:
        raise ExportError(c.refusal(equation, "ONNX has no groups of rows"))
    image, taps = (var.aval for var in equation.invars)
    x = g.transpose(x, numbers.lhs_spec)
    kernel = g.transpose(kernel, numbers.rhs_spec)
    sizes = [image.shape[i] for i in numbers.lhs_spec]
    windows = [taps.shape[i] for i in numbers.rhs_spec]
    groups, holes = params["feature_group_count"], list(params["rhs_dilation"])
    stretch, pads = list(params["lhs_dilation"]), list(params["padding"])
    if all(s == 1 for s in stretch):
        x, pads = _padded_first(g, x, sizes, pads)
        result = g.node(
            "Conv",
            x,
            kernel,
            strides=list(params["window_strides"]),
            pads=[p[0] for p in pads] + [p[1] for p in pads],
            dilations=holes,
            group=groups,
        )
    elif all(s == 1 for s in params["window_strides"]):
        result = _transposed(g, x, kernel, windows, stretch, pads, holes, groups)
    else:
        raise ExportError(c.refusal(equation, "ONNX has no steps in both input and output"))
    return g.transpose(result, np.argsort(numbers.out_spec).tolist())


def _padded_first(g: OnnxGraph, x: Value, sizes: Any, pads: Any) -> tuple[Value, Any]:
    """Pad before the operator where it can't itself: by amounts below 0, or yet unknown."""
    if all(is_size(p) and p >= 0 for pair in pads for p in pair):
        return x, pads
    amounts = [(0, 0, 0), (0, 0, 0), *[(low, high, 0) for low, high in pads]]
    zero = np.zeros((), np.float32)
    return padded(g, x, zero, amounts, sizes), [(0, 0)] * len(pads)


def _transposed(
    g: OnnxGraph,
    x: Value,
    kernel: Value,
    windows: Any,
    strides: Any,
    pads: Any,
    holes: Any,
    groups: int,
) -> Value:
    """Write a convolution of a stretched input as what it is, a transposed one.

    An input element goes to the places of a flipped kernel; padding the stretched input is
    cutting off less of what they give.
    """
    filters, channels, *taps = windows
    kernel = g.reshape(kernel, [groups, filters // groups, channels, *taps])
    kernel = g.transpose(kernel, [0, 2, 1, *range(3, 3 + len(taps))])
    kernel = g.reshape(kernel, [groups * channels, filters // groups, *taps])
    axes = list(range(2, 2 + len(taps)))
    if isinstance(kernel, np.ndarray):
        kernel = np.ascontiguousarray(np.flip(kernel, tuple(axes)))
    else:
        kernel = g.slice(
            kernel, [-1] * len(axes), [np.iinfo(np.int64).min] * len(axes), axes, [-1] * len(axes)
        )
    cuts = [
        (hole * (size - 1) - low, hole * (size - 1) - high)
        for size, hole, (low, high) in zip(taps, holes, pads, strict=True)
    ]
    result = g.node(
        "ConvTranspose",
        x,
        kernel,
        strides=strides,
        dilations=holes,
        group=groups,
        pads=[max(a, 0) for a, _ in cuts] + [max(b, 0) for _, b in cuts],
    )
    if any(a < 0 or b < 0 for a, b in cuts):
        more = [(0, 0, 0)] * 2 + [(max(-a, 0), max(-b, 0), 0) for a, b in cuts]
        result = padded(g, result, np.zeros((), np.float32), more, [None] * len(more))
    return result


@rule("reduce_window_max", "reduce_window_min", "reduce_window_sum")
def _windows(c: Converter, equation: Any, x: Value) -> Value:
    g, params, shape = c.graph, equation.params, equation.invars[0].aval.shape
    name = equation.primitive.name
    sizes, strides = list(params["window_dimensions"]), list(params["window_strides"])
    pads, holes = list(params["padding"]), list(params["window_dilation"])
    if any(d != 1 for d in params["base_dilation"]):
        raise ExportError(c.refusal(equation, "ONNX has no windows over stretched inputs"))
    if equation.invars[0].aval.dtype.kind != "f":
        raise ExportError(c.refusal(equation, "the runtime has windows over floats alone"))
    active = [i for i in range(len(shape)) if sizes[i] != 1 or strides[i] != 1 or pads[i] != (0, 0)]
    quiet = [i for i in range(len(shape)) if i not in active]
    # Operators take (batch, channels, spatial...): axes without windows are joined to channels.
    order = [*quiet, *active]
    x = g.transpose(x, order)
    around = [shape[i] for i in quiet]
    inner: Any = 1
    for size in around[1:]:
        inner = inner * size
    first = around[0] if around else 1
    x = g.reshape(x, [first, inner, *[shape[i] for i in active]])
    low, high = [pads[i][0] for i in active], [pads[i][1] for i in active]
    fill = {"max": -np.inf, "min": np.inf, "sum": 0.0}[name.rsplit("_", 1)[1]]
    x = _own_padding(g, x, fill, low, high, [sizes[i] for i in active])
    shared: dict[str, Any] = {
        "kernel_shape": [sizes[i] for i in active],
        "strides": [strides[i] for i in active],
        "dilations": [holes[i] for i in active],
    }
    if name == "reduce_window_sum":
        mean = g.node("AveragePool", x, **shared)
        count = np.asarray(np.prod([sizes[i] for i in active]), np.float32)
        result = g.node("Mul", mean, count)
    elif name == "reduce_window_max":
        result = g.node("MaxPool", x, **shared)
    else:
        result = g.node("Neg", g.node("MaxPool", g.node("Neg", x), **shared))
    out = equation.outvars[0].aval.shape
    result = g.reshape(result, [out[i] for i in order])
    return g.transpose(result, np.argsort(order).tolist())


def _own_padding(g: OnnxGraph, x: Value, fill: float, low: Any, high: Any, sizes: Any) -> Value:
    if all(is_size(p) and p == 0 for p in (*low, *high)):
        return x
    amounts = [(0, 0, 0)] * 2 + [(a, b, 0) for a, b in zip(low, high, strict=True)]
    return padded(g, x, np.asarray(fill, np.float32), amounts, [None] * len(amounts))
