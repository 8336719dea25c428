"""Rows that an exported file is tried with."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerata.export.trace import Signature

# Rows, and sizes of other unknown axes, of what is drawn.
ROWS, STEPS = 4, 12


def drawn(model: Any, signature: Signature, seed: int = 0) -> list[np.ndarray]:
    """Draw an array for each input: normal numbers, or ids where an embedding reads them.

    Arguments:
        model: says which inputs are ids.
        signature: shapes and types.
        seed: int, 0 by default.
    """
    generator = np.random.default_rng(seed)
    limits = _limits(model, len(signature.names))
    arrays: list[np.ndarray] = []
    for shape, dtype, limit in zip(signature.shapes, signature.dtypes, limits, strict=True):
        sizes = [
            (ROWS if axis == 0 else STEPS) if size is None else size
            for axis, size in enumerate(shape)
        ]
        x: Any = generator.normal(size=sizes)
        if dtype == "string":
            arrays.append(_texts(model, len(arrays), sizes, generator))
            continue
        if dtype == "bool":
            x = generator.random(sizes) < 0.5
        elif limit is not None or "int" in dtype:
            x = generator.integers(0, limit or (256 if dtype == "uint8" else 2), sizes)
        arrays.append(np.asarray(x, dtype))
    return arrays


def given_or_drawn(model: Any, signature: Signature, samples: Any) -> list[np.ndarray]:
    """Give the samples as arrays in the order of the inputs; drawn ones if there are none.

    Raises:
        ValueError: another number of arrays than inputs.
    """
    if samples is None:
        return drawn(model, signature)
    graph = getattr(model, "_graph", None)
    flat = jax.tree.leaves(samples) if graph is None else graph.arrange(samples)
    if len(flat) != len(signature.names):
        raise ValueError(
            f"samples: the model has {len(signature.names)} inputs "
            f"({', '.join(signature.names)}), got {len(flat)} arrays."
        )
    dtypes = [object if dtype == "string" else dtype for dtype in signature.dtypes]
    return [np.asarray(x, dtype) for x, dtype in zip(flat, dtypes, strict=True)]


def _texts(model: Any, place: int, sizes: list[int], generator: np.random.Generator) -> np.ndarray:
    """Draw texts of words that the layer knows that reads them, and of others."""
    graph = model._graph
    tensor = graph.inputs[place]
    readers = [n.operation for n in graph.nodes if any(t is tensor for t in n.inputs)]
    known = [w for r in readers if hasattr(r, "get_vocabulary") for w in r.get_vocabulary(False)]
    words = [*known[:50], "Other", "words,"]
    several = any(hasattr(reader, "split") for reader in readers)
    texts = [
        " ".join(generator.choice(words, generator.integers(1, 7) if several else 1))
        for _ in range(int(np.prod(sizes)))
    ]
    return np.array(texts, object).reshape(sizes)


def _limits(model: Any, count: int) -> list[int | None]:
    """Give for each input how many ids there are, None where numbers go in."""
    graph = getattr(model, "_graph", None)
    if graph is None:
        flatten = getattr(model, "_flatten_layers", list)
        found = [x.input_dim for x in flatten() if isinstance(getattr(x, "input_dim", None), int)]
        return [min(found, default=None)] * count
    limits: list[int | None] = []
    for tensor in graph.inputs:
        readers = [n.operation for n in graph.nodes if any(t is tensor for t in n.inputs)]
        found = [
            reader.input_dim
            for reader in readers
            if isinstance(getattr(reader, "input_dim", None), int)
        ]
        limits.append(min(found, default=None))
    return limits
