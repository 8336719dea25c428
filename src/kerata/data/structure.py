"""Elements of data sets: arrays, or tuples and dictionaries of them, nested in any way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from kerata.base.eager import present


def is_nest(value: Any) -> bool:
    """Say whether a value is a structure; lists are rows, as in TensorFlow.

    >>> is_nest((1, 2)), is_nest({"a": 1}), is_nest([1, 2])
    (True, True, False)
    """
    return isinstance(value, (tuple, Mapping))


def children(nest: Any) -> list[tuple[Any, Any]]:
    """Give keys or positions of a structure and what stands there."""
    return list(nest.items()) if isinstance(nest, Mapping) else list(enumerate(nest))


def rebuilt(nest: Any, parts: list[Any]) -> Any:
    """Make a structure of the same kind from new parts."""
    if isinstance(nest, Mapping):
        return dict(zip(nest, parts, strict=True))
    return type(nest)(*parts) if hasattr(nest, "_fields") else tuple(parts)


def leaves(nest: Any) -> Iterator[Any]:
    """Yield the items of a structure in order.

    >>> list(leaves((1, {"a": 2})))
    [1, 2]
    """
    if not is_nest(nest):
        yield nest
        return
    for _, child in children(nest):
        yield from leaves(child)


def mapped(function: Callable[..., Any], nest: Any, *others: Any) -> Any:
    """Apply a function to the items of one or more structures of the same form.

    Raises:
        ValueError: structures that differ.

    >>> mapped(lambda x, y: x + y, (1, {"a": 2}), (10, {"a": 20}))
    (11, {'a': 22})
    """
    if not is_nest(nest):
        return function(nest, *others)
    for other in others:
        same = is_nest(other) and len(other) == len(nest)
        if not same or (isinstance(nest, Mapping) and nest.keys() != other.keys()):
            raise ValueError(
                f"Two elements of a data set are built differently: {form(nest)} and {form(other)}."
            )
    return rebuilt(nest, [mapped(function, c, *(o[k] for o in others)) for k, c in children(nest)])


def form(nest: Any) -> str:
    """Describe a structure for messages.

    >>> form((np.ones(2), {"a": np.ones((3, 1))}))
    "((2,), {'a': (3, 1)})"
    """
    if not is_nest(nest):
        return str(getattr(nest, "shape", type(nest).__name__))
    if isinstance(nest, Mapping):
        return "{" + ", ".join(f"{k!r}: {form(v)}" for k, v in nest.items()) + "}"
    return "(" + ", ".join(form(v) for v in nest) + ("," if len(nest) == 1 else "") + ")"


def host(value: Any, what: str = "A value") -> Any:
    """Turn one item of an element into a NumPy array; None and data sets stay.

    Python floats become float32 and integers int32; arrays keep their types.

    Raises:
        ValueError: rows of different lengths.
        TypeError: something that is no array.

    >>> host([1.5, 2.5]).dtype.name, host(3).dtype.name, host("text").item()
    ('float32', 'int32', 'text')
    """
    if value is None or type(value) is np.ndarray or hasattr(value, "as_numpy_iterator"):
        return value
    if hasattr(value, "host_value"):
        return value.host_value()
    if isinstance(value, (np.ndarray, np.generic, jax.Array)):
        return np.asarray(value).view(np.ndarray)
    if hasattr(value, "to_numpy"):
        array = value.to_numpy()
    elif hasattr(value, "numpy"):
        array = np.asarray(value.numpy())
    else:
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(
                f"{what} has rows of different lengths; pad them first, or give the rows one by "
                "one with Dataset.from_generator and join them with padded_batch."
            ) from None
        if array.dtype.kind == "O" and array.ndim == 0:
            raise TypeError(
                f"{what} must be an array, a number or text, got {type(value).__name__}."
            )
        plain = {"f": np.float32, "i": np.int32}.get(array.dtype.kind)
        if plain is not None and not _has_type(value):
            array = _narrowed(array, plain)
    if array.dtype.kind in "UST":
        array = array.astype(object)
    return array


def _has_type(value: Any) -> bool:
    """Say whether a list holds arrays, whose types count."""
    while isinstance(value, (list, tuple)) and len(value):
        value = value[0]
    return hasattr(value, "dtype")


def _narrowed(array: np.ndarray, dtype: Any) -> np.ndarray:
    narrow = array.astype(dtype)
    fits = array.dtype.kind == "f" or np.array_equal(narrow, array)
    return narrow if fits else array


def hosted(nest: Any, what: str = "A value") -> Any:
    """Turn all items of a structure into NumPy arrays."""
    return mapped(lambda item: host(item, what), nest)


def presented(nest: Any) -> Any:
    """Give an element in the form that a program gets."""
    return mapped(lambda a: present(a) if isinstance(a, np.ndarray) else a, nest)


def called(function: Callable[..., Any], element: Any) -> Any:
    """Call a function of a program with an element, the parts of a tuple one by one."""
    shown = presented(element)
    return function(*shown) if isinstance(shown, tuple) else function(shown)
