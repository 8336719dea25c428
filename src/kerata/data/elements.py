"""Arguments of data sets, descriptions of changed elements, and one pass through a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.eager import present
from kerata.data.spec import TensorSpec
from kerata.data.structure import host, is_nest, leaves, mapped


class ElementIterator:
    """One pass through a data set.

    Arguments:
        elements: nested NumPy arrays.
        shown: turns an element into what the program gets.
    """

    def __init__(self, elements: Iterator[Any], shown: Callable[[Any], Any]) -> None:
        self._elements, self._shown = elements, shown

    def __iter__(self) -> ElementIterator:
        return self

    def __next__(self) -> Any:
        return self._shown(next(self._elements))

    def get_next(self) -> Any:
        """Give the next element."""
        return next(self)


END = object()


class noting:
    """Adds to errors of a program's function where it was called."""

    def __init__(self, method: str) -> None:
        self.method = method

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, Exception):
            error.add_note(f"This happened in the function that Dataset.{self.method} got.")


def integer(method: str, name: str, value: Any) -> int:
    """Check that an argument of a method is an integer."""
    found = host(value)
    found = found.item() if getattr(found, "ndim", None) == 0 else found
    if not is_integer(found):
        raise ValueError(f"Dataset.{method} needs an integer as {name}, got {value!r}.")
    return int(found)


def positive(method: str, name: str, value: Any) -> int:
    """Check that an argument of a method is a positive integer."""
    found = integer(method, name, value)
    if found < 1:
        raise ValueError(f"Dataset.{method} needs a positive integer as {name}, got {value!r}.")
    return found


def as_tuples(signature: Any) -> Any:
    """Turn lists in a structure into tuples."""
    if isinstance(signature, (list, tuple)):
        return tuple(map(as_tuples, signature))
    if isinstance(signature, dict):
        return {key: as_tuples(part) for key, part in signature.items()}
    return signature


def longer(spec: Any, size: int | None) -> Any:
    """Describe a batch of elements."""

    def longer(one: Any) -> Any:
        shape = None if one.shape is None else [size, *one.shape]
        return TensorSpec(shape, one.dtype)

    return mapped(longer, spec)


def unsized(spec: Any) -> Any:
    """Leave all sizes but the first open."""

    def unsized(one: TensorSpec) -> TensorSpec:
        if one.shape is None:
            return one
        return TensorSpec([one.shape[0], *[None] * (len(one.shape) - 1)], one.dtype)

    return mapped(unsized, spec)


def open_sizes(spec: Any, before: Any, first: Any) -> Any:
    """Leave the first size open where it is that of a batch whose size is open."""
    open_ones = {
        item.shape[0]
        for one, item in zip(leaves(before), leaves(first), strict=True)
        if isinstance(one, TensorSpec) and one.shape and one.shape[0] is None
    }

    def opened(one: Any) -> Any:
        if not isinstance(one, TensorSpec) or not one.shape or one.shape[0] not in open_ones:
            return one
        return TensorSpec([None, *one.shape[1:]], one.dtype)

    return mapped(opened, spec)


def first_row(batch: Any) -> Any:
    """Give the first row of each array."""
    return mapped(lambda a: np.asarray(a[0]), batch)


def paths_of(nest: Any) -> list[tuple[Any, ...]]:
    """List the places of the items of a structure."""
    if not is_nest(nest):
        return [()]
    pairs = nest.items() if isinstance(nest, dict) else enumerate(nest)
    return [(key, *path) for key, part in pairs for path in paths_of(part)]


def part_at(nest: Any, path: tuple[Any, ...]) -> Any:
    """Give what stands at a place of a structure."""
    for key in path:
        nest = nest[key]
    return nest


def as_numpy(element: Any) -> Any:
    """Give an element with plain NumPy arrays and numbers."""

    def plain(item: Any) -> Any:
        if not isinstance(item, np.ndarray):
            return item.as_numpy_iterator() if hasattr(item, "as_numpy_iterator") else item
        shown = present(item)
        found = shown.numpy() if hasattr(shown, "numpy") else shown
        return found[()] if isinstance(found, np.ndarray) and found.ndim == 0 else found

    return mapped(plain, element)
