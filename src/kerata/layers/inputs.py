"""From what a caller passes to a layer to tensors, masks and shapes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.device_arrays import device_array
from kerata.base.jax_sparse import is_jax_sparse
from kerata.base.scope import get_mask, set_mask
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
    return device_array(array)


def as_tensors(value: Any, layer: str) -> Any:
    """Turn what is passed to a layer into arrays, but for what is no data.

    Raises:
        ValueError: strings or ragged lists, naming the layer.
    """
    if isinstance(value, (jax.Array, KerasTensor)) or value is None:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return to_array(value, layer)
    if is_jax_sparse(value):
        return value.todense()
    if isinstance(value, (list, tuple)) and not has_arrays(value):
        return to_array(value, layer) if value else value
    return jax.tree.map(lambda x: to_array(x, layer) if isinstance(x, np.ndarray) else x, value)


def cast_floats(value: Any, dtype: str) -> Any:
    """Cast the floating arrays in nested lists and dictionaries, which keep their masks."""

    def cast(x: Any) -> Any:
        floating = hasattr(x, "dtype") and jnp.issubdtype(x.dtype, jnp.floating)
        if not floating or x.dtype == dtype:
            return x
        mask, y = get_mask(x), x.astype(dtype)
        if mask is not None:
            set_mask(y, mask)
        return y

    return jax.tree.map(cast, value)


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
