"""Elements found by numbers that are computed: gather, scatter, slices that move."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.errors import ExportError
from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import OnnxGraph, Value
from kerata.export.onnx.rules.shaping import is_size


@rule("gather")
def _gather(c: Converter, equation: Any, x: Value, starts: Value) -> Value:
    g, params = c.graph, equation.params
    numbers, sizes = params["dimension_numbers"], params["slice_sizes"]
    source, places, out = equation.invars[0].aval, equation.invars[1].aval, equation.outvars[0].aval
    indexed = list(numbers.start_index_map)
    starts = g.cast(starts, np.int64)
    seen: Value | None = None
    mode = _mode(params["mode"])
    if mode != "promise" and indexed:
        starts, seen = _within(g, starts, [source.shape[d] - sizes[d] for d in indexed], mode)
    batch = list(range(places.ndim - 1))
    offsets = [
        d
        for d in range(source.ndim)
        if d not in numbers.collapsed_slice_dims and d not in numbers.operand_batching_dims
    ]
    bool_like = source.dtype.kind == "b"
    x = g.cast(x, np.int32) if bool_like else x
    taken, labels = _take(g, x, starts, numbers, sizes, source, places)
    target: list[tuple[str, int]] = []
    batches, windows = iter(batch), iter(offsets)
    for axis in range(out.ndim):
        in_window = axis in numbers.offset_dims
        target.append(("window", next(windows)) if in_window else ("batch", next(batches)))
    result = g.transpose(taken, [labels.index(label) for label in target])
    if seen is not None:
        rows = [d for i, d in enumerate(out.shape) if i not in numbers.offset_dims]
        flat = iter(rows)
        shape = [1 if i in numbers.offset_dims else next(flat) for i in range(out.ndim)]
        fill = _fill(params["fill_value"], out.dtype)
        result = g.node("Where", g.reshape(seen, shape), result, fill)
    return g.cast(result, bool) if bool_like else result


def _take(
    g: OnnxGraph, x: Value, starts: Value, numbers: Any, sizes: Any, source: Any, places: Any
) -> tuple[Value, list[tuple[str, int]]]:
    """Read elements or windows; gives what each axis of the result is, too."""
    indexed = list(numbers.start_index_map)
    with_batch = list(numbers.operand_batching_dims)
    batch = list(range(places.ndim - 1))
    rest = [d for d in range(source.ndim) if d not in (*indexed, *with_batch)]
    for d in rest:
        if is_size(sizes[d]) and sizes[d] != source.shape[d]:
            x = g.slice(x, [0], [sizes[d]], [d])
    alone = len(indexed) == 1 and not with_batch and indexed[0] in numbers.collapsed_slice_dims
    if alone:
        axis = indexed[0]
        flat = g.node("Squeeze", starts, np.asarray([places.ndim - 1], np.int64))
        result = g.node("Gather", x, flat, axis=axis)
        labels = [("window", d) for d in range(source.ndim) if d < axis]
        labels += [("batch", b) for b in batch]
        return result, labels + [("window", d) for d in range(source.ndim) if d > axis]
    first = list(numbers.start_indices_batching_dims)
    others = [b for b in batch if b not in first]
    x = g.transpose(x, [*with_batch, *indexed, *rest])
    starts = g.transpose(starts, [*first, *others, places.ndim - 1])
    windows = [d for d in indexed if d not in numbers.collapsed_slice_dims]
    if windows:
        shape = [places.shape[b] for b in (*first, *others)]
        starts = g.reshape(starts, [*shape, *[1] * len(windows), len(indexed)])
        grid = _grid([(indexed.index(d), sizes[d]) for d in windows], len(indexed))
        starts = g.node("Add", starts, grid)
    result = g.node("GatherND", x, starts, batch_dims=len(with_batch))
    labels = [("batch", b) for b in (*first, *others)]
    return result, labels + [("window", d) for d in (*windows, *rest)]


def _grid(windows: list[tuple[int, int]], width: int) -> np.ndarray:
    """Give the offsets ``(*sizes, width)`` of all elements of a window."""
    sizes = [size for _, size in windows]
    grid = np.zeros((*sizes, width), np.int64)
    for axis, (column, size) in enumerate(windows):
        line = [size if i == axis else 1 for i in range(len(sizes))]
        grid[..., column] += np.arange(size).reshape(line)
    return grid


def _mode(mode: Any) -> str:
    name = str(mode).rsplit(".", 1)[-1].upper()
    if "PROMISE" in name or name == "0" or "ONE_HOT" in name:
        return "promise"
    return "clip" if "CLIP" in name else "fill"


def _within(
    g: OnnxGraph, starts: Value, highest: list[Any], mode: str
) -> tuple[Value, Value | None]:
    """Keep numbers where there is something; says which were, unless they are to be moved."""
    top = g.shape(highest)
    zero = np.zeros(1, np.int64)
    if isinstance(starts, np.ndarray) and isinstance(top, np.ndarray):
        moved = np.clip(starts, zero, top)
        if mode == "clip" or (moved == starts).all():
            return moved, None
    inside = g.node("Min", g.node("Max", starts, zero), top)
    if mode == "clip":
        return inside, None
    same = g.cast(g.node("Equal", inside, starts), np.int32)
    seen = g.node("ReduceMin", same, np.asarray([-1], np.int64), keepdims=0)
    return inside, g.cast(seen, bool)


def _fill(value: Any, dtype: Any) -> np.ndarray:
    if value is not None:
        return np.asarray(value, np.int32 if dtype.kind == "b" else dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return np.asarray(limits.min if dtype.kind == "i" else limits.max, dtype)
    return np.asarray(1 if dtype.kind == "b" else np.nan, np.int32 if dtype.kind == "b" else dtype)


def _scalar_starts(g: OnnxGraph, starts: Any, shape: Any, sizes: Any, axes: Any) -> Value:
    """Give the first places as one array, moved so that the part lies inside, as JAX does."""
    parts = [g.reshape(g.cast(starts[d], np.int64), (1,)) for d in axes]
    if all(isinstance(part, np.ndarray) for part in parts):
        one: Value = np.concatenate(parts)
    else:
        one = parts[0] if len(parts) == 1 else g.node("Concat", *parts, axis=0)
    return _within(g, one, [shape[d] - sizes[d] for d in axes], "clip")[0]


@rule("dynamic_slice")
def _moving_slice(c: Converter, equation: Any, x: Value, *starts: Value) -> Value:
    g, shape, sizes = c.graph, equation.invars[0].aval.shape, equation.params["slice_sizes"]
    axes = [d for d in range(len(shape)) if not _equal(shape[d], sizes[d])]
    if not axes:
        return x
    begin = _scalar_starts(g, starts, shape, sizes, axes)
    end = g.node("Add", begin, g.shape([sizes[d] for d in axes]))
    return g.slice(x, begin if isinstance(begin, str) else begin.tolist(), end, axes)


def _equal(a: Any, b: Any) -> bool:
    return bool(is_size(a) == is_size(b) and a == b)


@rule("dynamic_update_slice")
def _moving_update(c: Converter, equation: Any, x: Value, update: Value, *starts: Value) -> Value:
    g = c.graph
    shape, sizes = equation.invars[0].aval.shape, equation.invars[1].aval.shape
    axes = [d for d in range(len(shape)) if not _equal(shape[d], sizes[d])]
    if not axes:
        return update
    if not all(is_size(sizes[d]) for d in axes):
        raise ExportError(c.refusal(equation, "the size of the part that is replaced is unknown"))
    begin = _scalar_starts(g, starts, shape, sizes, axes)
    grid = _grid([(i, sizes[d]) for i, d in enumerate(axes)], len(axes))
    order = [*axes, *[d for d in range(len(shape)) if d not in axes]]
    result = g.node(
        "ScatterND", g.transpose(x, order), g.node("Add", begin, grid), g.transpose(update, order)
    )
    return g.transpose(result, np.argsort(order).tolist())


_REDUCTIONS = {
    **{"scatter": "none", "scatter-add": "add", "scatter-mul": "mul"},
    **{"scatter-min": "min", "scatter-max": "max", "scatter-sub": "add"},
}


@rule(*_REDUCTIONS)
def _scatter(c: Converter, equation: Any, x: Value, starts: Value, updates: Value) -> Value:
    g, params = c.graph, equation.params
    numbers = params["dimension_numbers"]
    source, places, new = (var.aval for var in equation.invars)
    indexed, with_batch = (
        list(numbers.scatter_dims_to_operand_dims),
        list(numbers.operand_batching_dims),
    )
    columns = [*with_batch, *indexed]
    windows = [
        d
        for d in range(source.ndim)
        if d not in numbers.inserted_window_dims and d not in with_batch
    ]
    size_of = {d: new.shape[i] for d, i in zip(windows, numbers.update_window_dims, strict=True)}
    for d in windows:
        if d not in indexed and not _equal(size_of[d], source.shape[d]):
            raise ExportError(c.refusal(equation, "it writes parts of rows"))
    rest = [d for d in windows if d not in indexed]
    moving = [d for d in windows if d in indexed]
    starts = g.cast(starts, np.int64)
    drop: Value | None = None
    mode = _mode(params["mode"])
    if mode != "promise":
        highest = [source.shape[d] - size_of.get(d, 1) for d in indexed]
        starts, drop = _within(g, starts, highest, mode)
    batch = [places.shape[b] for b in range(places.ndim - 1)]
    starts = _with_batches(g, starts, batch, numbers)
    if moving:
        starts = g.reshape(starts, [*batch, *[1] * len(moving), len(columns)])
        grid = _grid([(columns.index(d), size_of[d]) for d in moving], len(columns))
        starts = g.node("Add", starts, grid)
    order = [*columns, *rest]
    x = g.transpose(x, order)
    rows = [i for i in range(new.ndim) if i not in numbers.update_window_dims]
    axis_of = dict(zip(windows, numbers.update_window_dims, strict=True))
    updates = g.transpose(updates, [*rows, *[axis_of[d] for d in (*moving, *rest)]])
    if equation.primitive.name == "scatter-sub":
        updates = g.node("Neg", updates)
    size = source.shape[columns[0]]
    if drop is not None:
        # What falls outside goes to a place after the last, which is cut off again.
        flag = g.reshape(drop, [*batch, *[1] * (len(moving) + 1)])
        starts = g.node("Where", flag, starts, g.node("Mul", g.shape([size]), _first(len(columns))))
        more = [(0, 0)] * len(order)
        more[0] = (0, 1)
        pads = np.array([p[0] for p in more] + [p[1] for p in more], np.int64)
        x = g.node("Pad", x, pads, np.zeros((), source.dtype))
    kind = _REDUCTIONS[equation.primitive.name]
    result = g.node("ScatterND", x, starts, updates, reduction=None if kind == "none" else kind)
    if drop is not None:
        result = g.slice(result, [0], g.shape([size]), [0])
    return g.transpose(result, np.argsort(order).tolist())


def _first(width: int) -> np.ndarray:
    return np.array([1] + [0] * (width - 1), np.int64)


def _with_batches(g: OnnxGraph, starts: Value, batch: list[Any], numbers: Any) -> Value:
    """Put the row that a number belongs to before it, where rows go together."""
    parts: list[Value] = []
    for b in numbers.scatter_indices_batching_dims:
        end = g.reshape(g.size(batch[b]), ())
        line = g.node("Range", np.asarray(0, np.int64), end, np.asarray(1, np.int64))
        line = g.reshape(line, [batch[b] if i == b else 1 for i in range(len(batch))] + [1])
        parts.append(g.node("Expand", line, g.shape([*batch, 1])))
    return g.node("Concat", *parts, starts, axis=len(batch)) if parts else starts
