"""From what a caller passes to a layer to tensors, masks and shapes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.symbolic import KerasTensor


def to_array(value: Any, layer: str) -> jax.Array:
    """Turn NumPy data into an array of numbers.

    Raises:
        ValueError: strings or ragged lists, naming the layer.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"Layer {layer!r} got a list whose parts differ in length; it needs an array: pad the "
            "rows to one length first."
        ) from None
    if array.dtype.kind not in "biufc":
        raise ValueError(
            f"Layer {layer!r} got an input of type {array.dtype}; it needs numbers. "
            "Turn strings or ragged lists into arrays of numbers first."
        )
    return jnp.asarray(array)


def has_arrays(value: Any) -> bool:
    """Say whether nested lists and dictionaries hold an array or symbolic tensor."""
    return any(hasattr(x, "shape") for x in jax.tree.leaves(value))


def symbols_for(shapes: Any) -> Any:
    """Turn a shape, or nested lists and dictionaries of shapes, into symbolic tensors."""
    if isinstance(shapes, dict):
        return {k: symbols_for(v) for k, v in shapes.items()}
    if all(d is None or isinstance(d, (int, np.integer)) for d in shapes):
        return KerasTensor(shapes)
    return [symbols_for(s) for s in shapes]


def as_tuples(shapes: Any) -> Any:
    """Turn shapes that went through JSON back into tuples."""
    if isinstance(shapes, dict):
        return {k: as_tuples(v) for k, v in shapes.items()}
    if isinstance(shapes, (list, tuple)):
        flat = all(d is None or isinstance(d, int) for d in shapes)
        return tuple(shapes) if flat else [as_tuples(s) for s in shapes]
    return shapes
