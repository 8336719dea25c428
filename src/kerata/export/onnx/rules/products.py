"""Products of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.export.onnx.convert import Converter, rule
from kerata.export.onnx.graph import Value


@rule("dot_general")
def _product(c: Converter, equation: Any, x: Value, y: Value) -> Value:
    g = c.graph
    (left, right), (left_batch, right_batch) = equation.params["dimension_numbers"]
    a, b = (var.aval for var in equation.invars)
    dtype = equation.outvars[0].aval.dtype
    if a.dtype != dtype:
        x = g.cast(x, dtype)
    if b.dtype != dtype:
        y = g.cast(y, dtype)
    narrow = (dtype.kind in "iu" and dtype.itemsize < 4) or dtype.kind == "b"
    if narrow:
        x, y = g.cast(x, np.int32), g.cast(y, np.int32)
    free_x = [i for i in range(a.ndim) if i not in (*left, *left_batch)]
    free_y = [i for i in range(b.ndim) if i not in (*right, *right_batch)]
    batch = [a.shape[i] for i in left_batch]
    # Rows of the left may lie on several axes where the right is one matrix for all of them.
    rows = free_x if not batch else _one_axis(free_x)
    x = g.transpose(x, [*left_batch, *free_x, *left])
    y = g.transpose(y, [*right_batch, *right, *free_y])
    inner = _joined([a.shape[i] for i in left])
    sizes_x, sizes_y = [a.shape[i] for i in free_x], [b.shape[i] for i in free_y]
    plain_x = len(left) == 1 and (rows is not None and len(free_x) > 0)
    if not plain_x:
        x = g.reshape(x, [*batch, _joined(sizes_x), inner])
    if len(right) != 1 or len(free_y) != 1:
        y = g.reshape(y, [*batch, inner, _joined(sizes_y)])
    result = g.node("MatMul", x, y)
    if not plain_x or len(free_y) != 1:
        result = g.reshape(result, [*batch, *sizes_x, *sizes_y])
    return g.cast(result, dtype) if narrow else result


def _one_axis(axes: list[int]) -> list[int] | None:
    return axes if len(axes) == 1 else None


def _joined(sizes: list[Any]) -> Any:
    """Give the size of several axes taken together."""
    total: Any = 1
    for size in sizes:
        total = total * size
    return total
