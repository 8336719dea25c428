"""Where the elements of data sets come from."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer
from kerata.data.rows import conforming
from kerata.data.spec import TensorSpec, numpy_type
from kerata.data.streams import UNKNOWN, Stream, counting
from kerata.data.structure import host, is_nest, mapped


def numbers(bounds: tuple[Any, ...], dtype: Any) -> Stream:
    """Give the stream of ``Dataset.range``.

    Raises:
        ValueError: not one to three integers.
    """
    plain = [b.item() if hasattr(b, "item") else b for b in map(host, bounds)]
    if not 1 <= len(plain) <= 3 or not all(map(is_integer, plain)):
        raise ValueError(f"Dataset.range takes one to three integers, got {bounds!r}.")
    start, stop, step = (0, plain[0], 1) if len(plain) == 1 else (*plain, 1)[:3]
    if step == 0:
        raise ValueError("Dataset.range got a step of 0.")
    stream, kind = counting(start, stop, step), numpy_type(dtype)
    return Stream(lambda: (np.asarray(n, kind) for n in stream.start()), stream.count)


def signature_of(signature: Any, types: Any, shapes: Any) -> Any:
    """Give the signature of a generator's elements, from Keras's newer or older arguments."""
    if signature is not None:
        return signature
    if types is None:
        return None
    if not isinstance(types, (tuple, list, dict)):
        return TensorSpec(shapes, types)
    if isinstance(types, dict):
        return {k: signature_of(None, t, shapes and shapes[k]) for k, t in types.items()}
    parts = shapes if shapes is not None else [None] * len(types)
    return tuple(signature_of(None, t, s) for t, s in zip(types, parts, strict=True))


def generated(make: Callable[..., Any], signature: Any, arguments: tuple[Any, ...]) -> Stream:
    """Give the stream of a function that gives an iterator."""

    def walk() -> Iterator[Any]:
        for number, item in enumerate(make(*arguments)):
            what = f"Element {number} of the generator (counted from 0)"
            if signature is not None:
                yield conforming(item, signature, what)
            else:
                yield mapped(lambda part, what=what: host(part, what), item)

    return Stream(walk, lambda: UNKNOWN)


def files_like(patterns: Any) -> list[str]:
    """List the files that fit patterns such as ``'images/*/*.png'``, sorted.

    Raises:
        FileNotFoundError: none fits.
    """
    found = host(patterns)
    texts = [str(p, "utf-8") if isinstance(p, bytes) else str(p) for p in np.atleast_1d(found)]
    paths = sorted({path for text in texts for path in glob.glob(text)})
    if not paths:
        raise FileNotFoundError(f"Dataset.list_files found no file like {', '.join(texts)}.")
    return paths


def as_arrays(tensors: Any, what: str) -> Any:
    """Turn nested tensors, lists and tables into nested arrays.

    Raises:
        ValueError: rows of different lengths.
    """
    if hasattr(tensors, "columns") and hasattr(tensors, "to_numpy"):
        return np.asarray(tensors.to_numpy())
    if is_nest(tensors):
        return mapped(lambda part: host(part, f"An array of {what}"), tensors)
    return host(tensors, f"The array of {what}")
