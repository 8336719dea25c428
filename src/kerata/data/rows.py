"""Elements put together to batches, and rows of arrays as elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.data.spec import TensorSpec, numpy_type
from kerata.data.structure import form, host, hosted, leaves, mapped


def row(arrays: Any, index: int) -> Any:
    """Give one row of all arrays."""
    return mapped(lambda a: np.asarray(a[index]) if a.dtype != object else _text(a[index]), arrays)


def _text(value: Any) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return value
    single = np.empty((), object)
    single[()] = value
    return single


def gathered(arrays: Any, indices: list[int]) -> Any:
    """Give several rows of all arrays.

    >>> gathered((np.arange(5), np.eye(2)[[0, 1, 0, 1, 0]]), [4, 1])[0].tolist()
    [4, 1]
    """
    return mapped(lambda a: np.ascontiguousarray(a[indices]), arrays)


def count_rows(arrays: Any) -> int:
    """Count the rows that all arrays have.

    Raises:
        ValueError: arrays without rows, or of different lengths.
    """
    parts = list(leaves(arrays))
    if not parts or any(not a.shape for a in parts):
        raise ValueError(
            f"Dataset.from_tensor_slices takes arrays that have rows, got {form(arrays)}; "
            "Dataset.from_tensors takes single values."
        )
    if len({len(a) for a in parts}) > 1:
        raise ValueError(
            "All arrays of Dataset.from_tensor_slices must have the same number of rows, got "
            f"shapes {form(arrays)}."
        )
    return len(parts[0])


def stacked(elements: list[Any]) -> Any:
    """Put elements together along a new first axis.

    Raises:
        ValueError: elements of different shapes.
    """

    def stack(*items: Any) -> np.ndarray:
        if not all(isinstance(item, np.ndarray) for item in items):
            raise TypeError(
                f"Dataset.batch takes arrays, got an element with {type(items[0]).__name__}; put "
                "data sets of data sets together with flat_map first."
            )
        first = items[0].shape
        if any(item.shape != first for item in items):
            other = next(item.shape for item in items if item.shape != first)
            raise ValueError(
                f"Dataset.batch can't put elements of shapes {first} and {other} together; bring "
                "them to one shape first, or use Dataset.padded_batch."
            )
        return np.stack(items)

    return mapped(stack, *elements)


def padded(elements: list[Any], shapes: Any, values: Any) -> Any:
    """Put elements of different sizes together, filled up.

    Arguments:
        elements: nested arrays.
        shapes: sizes of each item, None for the largest of the batch.
        values: what fills up; 0, False or an empty text by default.

    Raises:
        ValueError: an element that is larger than its shape.
    """

    def pad(shape: Any, value: Any, *items: np.ndarray) -> np.ndarray:
        rank = items[0].ndim
        wanted = [None] * rank if shape is None else list(shape)
        if len(wanted) != rank:
            raise ValueError(
                f"Dataset.padded_batch got the padded shape {tuple(wanted)} for an element with "
                f"{rank} axes."
            )
        sizes = []
        for axis, size in enumerate(wanted):
            largest = max(item.shape[axis] for item in items)
            if size is None or size == -1:
                size = largest
            elif largest > size:
                raise ValueError(
                    f"Dataset.padded_batch got an element of size {largest} on axis {axis}, more "
                    f"than the padded shape {tuple(wanted)} has."
                )
            sizes.append(size)
        dtype = items[0].dtype
        if value is None:
            value = "" if dtype.kind == "O" else 0
        out = np.full((len(items), *sizes, 1), value, dtype)
        for filled, item in zip(out, items, strict=True):
            filled[tuple(map(slice, item.shape))] = item[..., None]
        return out[..., 0]

    pattern = elements[0]
    flat = len(list(leaves(pattern)))
    if shapes is None or (flat == 1 and not isinstance(pattern, (tuple, dict))):
        shapes = mapped(lambda _: shapes, pattern)
    if not isinstance(values, (tuple, dict)):
        values = mapped(lambda _: values, pattern)

    def visit(part: Any, shape: Any, value: Any, *others: Any) -> Any:
        if isinstance(part, dict):
            return {k: visit(part[k], shape[k], value[k], *(o[k] for o in others)) for k in part}
        if isinstance(part, tuple):
            rows = zip(part, shape, value, *others, strict=True)
            return tuple(visit(p, s, v, *os) for p, s, v, *os in rows)
        return pad(shape, value, part, *others)

    return visit(pattern, shapes, hosted(values), *elements[1:])


def conforming(item: Any, signature: Any, what: str) -> Any:
    """Turn what a generator gave into an element of a signature.

    Arguments:
        item: nested lists, arrays or numbers.
        signature: nested ``TensorSpec``.
        what: for messages.

    Raises:
        TypeError: another structure or type.
        ValueError: another shape.
    """
    if isinstance(signature, dict):
        if not isinstance(item, dict) or item.keys() != signature.keys():
            raise TypeError(f"{what} must be a dictionary with {list(signature)}, got {item!r:.60}")
        return {k: conforming(item[k], s, what) for k, s in signature.items()}
    if isinstance(signature, (tuple, list)):
        if not isinstance(item, (tuple, list)) or len(item) != len(signature):
            raise TypeError(f"{what} must have {len(signature)} parts, got {item!r:.60}")
        return tuple(conforming(i, s, what) for i, s in zip(item, signature, strict=True))
    return _typed(item, signature, what)


def _typed(item: Any, spec: TensorSpec, what: str) -> np.ndarray:
    array, dtype = host(item, what), numpy_type(spec.dtype)
    if (array.dtype.kind == "O") != (dtype.kind == "O"):
        raise TypeError(f"{what} must be of type {spec.dtype}, got {item!r:.60}.")
    if spec.shape is not None and not spec.shape.is_compatible_with(array.shape):
        raise ValueError(f"{what} must have the shape {spec.shape}, got {array.shape}.")
    return array.astype(dtype, copy=False)
