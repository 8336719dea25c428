"""Shapes, axes and parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import OnnxGraph, Value

# The end of an axis, whatever its size is, and what lies before its beginning.
END, BEFORE = np.iinfo(np.int64).max, np.iinfo(np.int64).min


def is_size(d: Any) -> bool:
    """Say whether a size is known."""
    return isinstance(d, (int, np.integer))


def expanded(g: OnnxGraph, x: Value, old: Any, new: Any, axes: Any) -> Value:
    """Give ``x`` of shape ``old`` the shape ``new``, its axes being those of ``new`` listed."""
    between = [1] * len(new)
    for axis, size in zip(axes, old, strict=True):
        between[axis] = size
    if list(between) != list(old):
        x = g.reshape(x, between)
    if all(_same(a, b) for a, b in zip(between, new, strict=True)):
        return x
    return g.node("Expand", x, g.shape(new))


def _same(a: Any, b: Any) -> bool:
    return bool(is_size(a) == is_size(b) and a == b)


@rule("broadcast_in_dim")
def _broadcast(c: Converter, equation: Any, x: Value, *sizes: Value) -> Value:
    params = equation.params
    old = equation.invars[0].aval.shape
    return expanded(c.graph, x, old, params["shape"], params["broadcast_dimensions"])


@rule("reshape")
def _reshape(c: Converter, equation: Any, x: Value, *sizes: Value) -> Value:
    return c.graph.reshape(x, equation.params["new_sizes"])


@rule("squeeze")
def _squeeze(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Squeeze", x, np.asarray(equation.params["dimensions"], np.int64))


@rule("expand_dims")
def _expand_dims(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Unsqueeze", x, np.asarray(equation.params["dimensions"], np.int64))


@rule("transpose")
def _transpose(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.transpose(x, equation.params["permutation"])


@rule("concatenate")
def _concatenate(c: Converter, equation: Any, *parts: Value) -> Value:
    axis = equation.params["dimension"]
    sizes = [var.aval.shape[axis] for var in equation.invars]
    kept = [x for x, size in zip(parts, sizes, strict=True) if not _same(size, 0)] or parts[:1]
    return kept[0] if len(kept) == 1 else c.graph.node("Concat", *kept, axis=axis)


@rule("split")
def _split(c: Converter, equation: Any, x: Value) -> Any:
    sizes = equation.params["sizes"]
    if len(sizes) == 1:
        return [x]
    return c.graph.node(
        "Split", x, c.graph.shape(sizes), axis=equation.params["axis"], outputs=len(sizes)
    )


@rule("slice")
def _cut(c: Converter, equation: Any, x: Value) -> Value:
    params, shape = equation.params, equation.invars[0].aval.shape
    steps = params["strides"] or (1,) * len(shape)
    axes = [
        i
        for i, (start, end, step, size) in enumerate(
            zip(params["start_indices"], params["limit_indices"], steps, shape, strict=True)
        )
        if not (_same(start, 0) and _same(end, size) and step == 1)
    ]
    if not axes:
        return x
    g = c.graph
    starts = g.shape([params["start_indices"][i] for i in axes])
    ends = g.shape([params["limit_indices"][i] for i in axes])
    return g.slice(x, starts, ends, axes, [int(steps[i]) for i in axes])


@rule("rev")
def _reverse(c: Converter, equation: Any, x: Value) -> Value:
    axes = list(equation.params["dimensions"])
    if not axes:
        return x
    count = len(axes)
    return c.graph.slice(x, [-1] * count, [BEFORE] * count, axes, [-1] * count)


@rule("pad")
def _pad(c: Converter, equation: Any, x: Value, fill: Value) -> Value:
    amounts, shape = equation.params["padding_config"], equation.invars[0].aval.shape
    return padded(c.graph, x, fill, amounts, shape)


def padded(g: OnnxGraph, x: Value, fill: Value, amounts: Any, shape: Any) -> Value:
    """Pad an array as ``lax.pad`` does: negative amounts cut off, inner ones go between."""
    shape = list(shape)
    for axis, (_, _, inner) in enumerate(amounts):
        if _same(inner, 0):
            continue
        # Each element becomes a row of itself and its padding; the last one's is cut off.
        apart = [*shape[: axis + 1], 1, *shape[axis + 1 :]]
        after = [0] * len(apart)
        after[axis + 1] = inner
        rows = _around(g, g.reshape(x, apart), fill, [0] * len(apart), after)
        size = shape[axis] * (inner + 1)
        shape[axis] = size - inner
        x = g.reshape(rows, [*shape[:axis], size, *shape[axis + 1 :]])
        x = g.slice(x, [0], g.shape([shape[axis]]), [axis])
    before, after = [a[0] for a in amounts], [a[1] for a in amounts]
    if any(not is_size(a) or a > 0 for a in (*before, *after)):
        more = [[0 if is_size(a) and a < 0 else a for a in part] for part in (before, after)]
        x = _around(g, x, fill, *more)
    cuts = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if _below(a) or _below(b)]
    if cuts:
        starts = [-before[i] if _below(before[i]) else 0 for i in cuts]
        ends = [after[i] if _below(after[i]) else END for i in cuts]
        x = g.slice(x, starts, ends, cuts)
    return x


def _below(a: Any) -> bool:
    return bool(is_size(a) and a < 0)


def _around(g: OnnxGraph, x: Value, fill: Value, before: Any, after: Any) -> Value:
    if isinstance(fill, np.ndarray) and fill.dtype == bool:
        wide = g.node("Pad", g.cast(x, np.int32), g.shape([*before, *after]), fill.astype(np.int32))
        return g.cast(wide, bool)
    return g.node("Pad", x, g.shape([*before, *after]), fill)


@rule("iota")
def _iota(c: Converter, equation: Any, *sizes: Value) -> Value:
    shape, axis = equation.params["shape"], equation.params["dimension"]
    g = c.graph
    scalar = np.zeros(0, np.int64)
    end = g.node("Reshape", g.size(shape[axis]), scalar)
    count = g.node("Range", np.asarray(0, np.int64), end, np.asarray(1, np.int64))
    return expanded(g, g.cast(count, equation.outvars[0].aval.dtype), [shape[axis]], shape, [axis])


@rule("dim_as_value")
def _size_as_value(c: Converter, equation: Any) -> Value:
    size = c.graph.size(equation.params["dim"])
    return c.graph.cast(c.graph.reshape(size, ()), equation.outvars[0].aval.dtype)


@rule("tile")
def _tile(c: Converter, equation: Any, x: Value) -> Value:
    return c.graph.node("Tile", x, c.graph.shape(equation.params["reps"]))


@rule("stack")
def _stack(c: Converter, equation: Any, *parts: Value) -> Value:
    axis = np.asarray([equation.params["axis"]], np.int64)
    rows = [c.graph.node("Unsqueeze", part, axis) for part in parts]
    return c.graph.node("Concat", *rows, axis=int(axis[0]))
