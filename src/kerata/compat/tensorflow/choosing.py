"""Functions of ``tf`` that choose, sort, clip and measure elements."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata import ops
from kerata.base.symbolic import is_symbolic
from kerata.compat.tensorflow.exporting import integers, pair, value
from kerata.compat.tensorflow.registering import FUNCTIONS, python, tf
from kerata.compat.tensorflow.tensor import Tensor, as_value


@tf
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``tf.where``: values of x where a condition is true, else of y; or the places."""
    condition = value(condition)
    if x is None and y is None:
        return jnp.asarray(np.argwhere(np.asarray(condition)))
    return ops.where(condition, *pair(x, y))


@tf
def gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: Any = 0
) -> Any:
    """``tf.gather``: rows, or slices of another axis, by their numbers."""
    params, indices, batch = value(params), value(indices), integers(batch_dims)
    axis = batch if axis is None else integers(axis)
    if isinstance(params, np.ndarray) and params.dtype.kind == "O":
        return np.take(params, np.asarray(indices), axis=axis)
    if not batch:
        _check_places(params.shape[axis], indices)
        return ops.take(params, indices, axis=axis)
    return jax.vmap(lambda p, i: gather(p, i, axis=axis - 1, batch_dims=batch - 1))(params, indices)


def _check_places(count: Any, indices: Any) -> None:
    known = not isinstance(indices, jax.core.Tracer) and not is_symbolic(indices)
    if known and count is not None:
        places = np.asarray(indices)
        if places.size and (places.min() < 0 or places.max() >= count):
            raise IndexError(
                f"tf.gather has an index outside of 0 to {count - 1}: "
                f"{int(places.min() if places.min() < 0 else places.max())}."
            )


@tf
def gather_nd(params: Any, indices: Any, batch_dims: Any = 0) -> Any:
    """``tf.gather_nd``: values or slices by the numbers along the first axes."""
    params, indices = value(params), value(indices)
    if integers(batch_dims):
        inner = integers(batch_dims) - 1
        return jax.vmap(lambda p, i: gather_nd(p, i, batch_dims=inner))(params, indices)
    return params[tuple(jnp.moveaxis(indices, -1, 0))]


@tf
def boolean_mask(tensor: Any, mask: Any, axis: Any = None) -> Any:
    """``tf.boolean_mask``: what stands where a mask is true."""
    places = np.argwhere(np.asarray(value(mask)))
    first = integers(axis) or 0
    x = value(tensor)
    index = (slice(None),) * first + tuple(places.T)
    return x[index]


@tf
def slice_(input_: Any, begin: Any, size: Any) -> Any:
    """``tf.slice``: a block, from a place and of a size; -1 is all that is left."""
    x, begin, size = value(input_), integers(begin), integers(size)
    index = tuple(slice(b, None if s == -1 else b + s) for b, s in zip(begin, size, strict=True))
    return x[index]


FUNCTIONS["slice"] = FUNCTIONS.pop("slice_")


@tf
def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any) -> Any:
    """``tf.tensor_scatter_nd_update``: with new values at some places."""
    x, places = value(tensor), jnp.moveaxis(value(indices), -1, 0)
    return x.at[tuple(places)].set(value(updates))


@tf
def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any) -> Any:
    """``tf.tensor_scatter_nd_add``: with something added at some places."""
    x, places = value(tensor), jnp.moveaxis(value(indices), -1, 0)
    return x.at[tuple(places)].add(value(updates))


@tf
def scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    """``tf.scatter_nd``: zeros with sums of values at some places."""
    updates, places = value(updates), jnp.moveaxis(value(indices), -1, 0)
    return jnp.zeros(integers(shape), updates.dtype).at[tuple(places)].add(updates)


@tf
def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING") -> Any:
    """``tf.sort``: in order along an axis."""
    x = ops.sort(value(values), axis=axis)
    return x if direction == "ASCENDING" else ops.flip(x, axis=axis)


@tf
def argsort(values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False) -> Any:
    """``tf.argsort``: the places in order of the values."""
    x = value(values)
    return ops.argsort(x if direction == "ASCENDING" else -x, axis=axis)


@tf
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """``tf.searchsorted``: where values would stand in a sorted row."""
    return ops.searchsorted(value(sorted_sequence), value(values), side=side)


@python
def unique(x: Any, out_idx: Any = "int32", name: Any = None) -> Any:
    """``tf.unique``: the different values in order of appearance, and which one each is."""
    array = np.asarray(as_value(x))
    found, first, which = np.unique(array, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Tensor(as_value(found[order])), Tensor(jnp.asarray(place[which].astype(np.int32)))


@tf
def stop_gradient(input: Any) -> Any:
    """``tf.stop_gradient``: the same values, through which no gradient goes."""
    return ops.stop_gradient(value(input))


@tf
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """``tf.clip_by_value``: values within bounds."""
    x = value(t)
    low, high = (pair(x, bound)[1] for bound in (clip_value_min, clip_value_max))
    return ops.minimum(ops.maximum(x, low), high)


@tf
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    """``tf.clip_by_norm``: made shorter where the length is above a bound."""
    x = value(t)
    total = ops.sum(ops.square(x), axis=integers(axes), keepdims=True)
    length = ops.sqrt(ops.where(total > 0, total, 1.0))
    length = ops.where(total > 0, length, total)
    return ops.divide(x * clip_norm, ops.maximum(length, clip_norm))


@tf
def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None) -> Any:
    """``tf.clip_by_global_norm``: all made shorter together, and the length before."""
    given = [None if t is None else value(t) for t in t_list]
    parts = [t for t in given if t is not None]
    total = (
        value(use_norm)
        if use_norm is not None
        else jnp.sqrt(sum((jnp.sum(jnp.square(t)) for t in parts), start=jnp.zeros(())))
    )
    factor = clip_norm / jnp.maximum(total, clip_norm)
    return [None if t is None else t * factor for t in given], total


@tf
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:
    """``tf.norm``: length of a vector or matrix."""
    x, axis = value(tensor), integers(axis)
    if ord in ("euclidean", 2, "fro") and not (ord == 2 and isinstance(axis, tuple)):
        return ops.sqrt(ops.sum(ops.square(ops.absolute(x)), axis=axis, keepdims=keepdims))
    if axis is None:
        x, axis = ops.reshape(x, (-1,)), 0
    return ops.norm(x, ord=ord, axis=axis, keepdims=keepdims)


@tf
def einsum(equation: str, *inputs: Any) -> Any:
    """``tf.einsum``: sums of products, as an equation of letters says."""
    return ops.einsum(equation, *map(value, inputs))
