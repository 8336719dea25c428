"""From what a caller passes to a layer to tensors, masks and shapes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.scope import get_mask
from kerata.base.symbolic import KerasTensor


def to_array(value: Any, layer: str) -> jax.Array:
    """Turn NumPy data into an array of numbers.

    Raises:
        ValueError: strings or ragged lists, naming the layer.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise ValueError(
            f"Layer {layer!r} got an input of type {array.dtype}; it needs numbers. "
            "Turn strings or ragged lists into arrays of numbers first."
        )
    return jnp.asarray(array)


def has_arrays(value: Any) -> bool:
    """Say whether nested lists and dictionaries hold an array or symbolic tensor."""
    return any(hasattr(x, "shape") for x in jax.tree.leaves(value))


def masks_of(inputs: Any) -> Any:
    """Give the mask of an input, or the list of masks of several, or None."""
    if isinstance(inputs, (list, tuple)):
        masks = [get_mask(x) for x in inputs]
        return None if all(m is None for m in masks) else masks
    return None if isinstance(inputs, dict) else get_mask(inputs)


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
