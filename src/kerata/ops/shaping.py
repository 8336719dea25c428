"""Functions of ``ops`` that move values about: reshape, join, split, pad, index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_tensor, jax_op, op

__all__ = [
    "append",
    "array_split",
    "broadcast_to",
    "concatenate",
    "copy",
    "diag",
    "diagflat",
    "diagonal",
    "dsplit",
    "dstack",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "get_item",
    "hsplit",
    "hstack",
    "moveaxis",
    "nonzero",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "scatter",
    "scatter_update",
    "select",
    "slice",
    "slice_update",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "take_along_axis",
    "tile",
    "transpose",
    "tril",
    "triu",
    "unravel_index",
    "unstack",
    "view",
    "vsplit",
    "vstack",
    "where",
]

# --- shape ----------------------------------------------------------------------------

ravel = jax_op("ravel", jnp.ravel, "x", "All values in a row.")
squeeze = jax_op("squeeze", jnp.squeeze, "x, axis=None", "Drop axes of length 1.")
transpose = jax_op("transpose", jnp.transpose, "x, axes=None", "Reorder axes; reverse by default.")
copy = jax_op("copy", jnp.copy, "x", "A copy.")


@op
def expand_dims(x: Any, axis: Any) -> jax.Array:
    """Add an axis of length 1, or several, at the places they have in the result."""
    return jnp.expand_dims(as_tensor(x), _static(axis))


@op
def moveaxis(x: Any, source: Any, destination: Any) -> jax.Array:
    """Move axes to other places."""
    return jnp.moveaxis(as_tensor(x), _static(source), _static(destination))


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> jax.Array:
    """Exchange two axes."""
    return jnp.swapaxes(as_tensor(x), axis1, axis2)


@op
def reshape(x: Any, newshape: Any) -> jax.Array:
    """Give values another shape; one length may be -1 (or None) and follows from the rest.

    >>> reshape([1, 2, 3, 4], (2, -1))
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    lengths = newshape if isinstance(newshape, Sequence) else (newshape,)
    return jnp.reshape(as_tensor(x), tuple(-1 if n is None else n for n in lengths))


@op
def broadcast_to(x: Any, shape: Any) -> jax.Array:
    """Repeat values along new axes and axes of length 1 up to a shape."""
    return jnp.broadcast_to(as_tensor(x), tuple(shape))


@op
def view(x: Any, dtype: Any = None) -> jax.Array:
    """Read the same bytes as another type."""
    return as_tensor(x).view(dtype)


# --- joining and splitting ------------------------------------------------------------


@op
def concatenate(xs: Any, axis: int | None = 0) -> jax.Array:
    """Join arrays along an axis they have."""
    return jnp.concatenate(_all_tensors(xs), axis=axis)


@op
def stack(x: Any, axis: int = 0) -> jax.Array:
    """Join arrays along a new axis."""
    return jnp.stack(_all_tensors(x), axis=axis)


@op
def hstack(xs: Any) -> jax.Array:
    """Join arrays side by side (along the second axis; vectors along the first)."""
    return jnp.hstack(_all_tensors(xs))


@op
def vstack(xs: Any) -> jax.Array:
    """Join arrays on top of each other (along the first axis; vectors as rows)."""
    return jnp.vstack(_all_tensors(xs))


@op
def dstack(xs: Any) -> jax.Array:
    """Join arrays along the third axis."""
    return jnp.dstack(_all_tensors(xs))


@op
def append(x1: Any, x2: Any, axis: int | None = None) -> jax.Array:
    """Join two arrays; all values in a row without axis."""
    return jnp.append(as_tensor(x1), as_tensor(x2), axis=axis)


@op
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[jax.Array]:
    """Cut into equal parts (a number) or at given places (a list).

    >>> split([1, 2, 3, 4], [1])
    [Array([1], dtype=int32), Array([2, 3, 4], dtype=int32)]
    """
    return jnp.split(as_tensor(x), _static(indices_or_sections), axis=axis)


@op
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[jax.Array]:
    """Cut into parts that are equal as far as that goes."""
    return jnp.array_split(as_tensor(x), _static(indices_or_sections), axis=axis)


@op
def hsplit(x: Any, indices_or_sections: Any) -> list[jax.Array]:
    """Cut along the second axis; vectors along the first."""
    return jnp.hsplit(as_tensor(x), _static(indices_or_sections))


@op
def vsplit(x: Any, indices_or_sections: Any) -> list[jax.Array]:
    """Cut along the first axis."""
    return jnp.vsplit(as_tensor(x), _static(indices_or_sections))


@op
def dsplit(x: Any, indices_or_sections: Any) -> list[jax.Array]:
    """Cut along the third axis."""
    return jnp.dsplit(as_tensor(x), _static(indices_or_sections))


@op
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[jax.Array]:
    """Take an axis apart into a list of arrays."""
    x = as_tensor(x)
    return [jnp.take(x, i, axis=axis) for i in range(x.shape[axis])]


# --- repeating, turning, padding ------------------------------------------------------

flip = jax_op("flip", jnp.flip, "x, axis=None", "Reverse the order along axes.")
fliplr = jax_op("fliplr", jnp.fliplr, "x", "Reverse the second axis.")
flipud = jax_op("flipud", jnp.flipud, "x", "Reverse the first axis.")
rot90 = jax_op("rot90", jnp.rot90, "array, k=1, axes=(0,1)", "Turn by 90 degrees, k times.")


@op
def repeat(x: Any, repeats: Any, axis: int | None = None) -> jax.Array:
    """Repeat each value along an axis."""
    return jnp.repeat(as_tensor(x), repeats, axis=axis)


@op
def tile(x: Any, repeats: Any) -> jax.Array:
    """Repeat the whole array along each axis."""
    return jnp.tile(as_tensor(x), repeats)


@op
def roll(x: Any, shift: Any, axis: Any = None) -> jax.Array:
    """Shift along an axis; what falls off one end comes in at the other."""
    return jnp.roll(as_tensor(x), shift, axis=axis)


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> jax.Array:
    """Put values round an array.

    Arguments:
        x: array.
        pad_width: ``((before, after), ...)`` for each axis, or one pair or number for all.
        mode: ``'constant'``, ``'edge'``, ``'reflect'``, ``'symmetric'``, ``'wrap'``, ...
        constant_values: the values for ``'constant'``, 0 by default.

    Raises:
        ValueError: ``constant_values`` with another mode.

    >>> pad([1, 2], (1, 2), constant_values=9)
    Array([9, 1, 2, 9, 9], dtype=int32)
    """
    if constant_values is None:
        return jnp.pad(as_tensor(x), pad_width, mode=mode)
    if mode != "constant":
        raise ValueError(f"pad takes constant_values only with mode='constant', got {mode!r}.")
    return jnp.pad(as_tensor(x), pad_width, mode=mode, constant_values=constant_values)


# --- indexing -------------------------------------------------------------------------

take = jax_op("take", jnp.take, "x, indices, axis=None", "Pick positions along an axis.")
take_along_axis = jax_op(
    "take_along_axis",
    jnp.take_along_axis,
    "x, indices, axis=None",
    "Pick one position for each place of ``indices``.",
)
diagonal = jax_op("diagonal", jnp.diagonal, "x, offset=0, axis1=0, axis2=1", "A diagonal.")
diag = jax_op("diag", jnp.diag, "x, k=0", "Diagonal of a matrix, or matrix from a diagonal.")
diagflat = jax_op("diagflat", jnp.diagflat, "x, k=0", "Matrix with all values on a diagonal.")
tril = jax_op("tril", jnp.tril, "x, k=0", "Zeros above a diagonal.")
triu = jax_op("triu", jnp.triu, "x, k=0", "Zeros below a diagonal.")


@op
def get_item(x: Any, key: Any) -> jax.Array:
    """Index: ``x[key]``."""
    return as_tensor(x)[key]


@op
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Take x1 where the condition is true, else x2; with neither, the true positions.

    >>> where([True, False], [1, 2], 0)
    Array([1, 0], dtype=int32)
    """
    if x1 is None and x2 is None:
        return jnp.where(as_tensor(condition))
    return jnp.where(as_tensor(condition), *(_number_or_tensor(x) for x in (x1, x2)))


@op
def select(condlist: Any, choicelist: Any, default: Any = 0) -> jax.Array:
    """Take from the choice whose condition is the first to be true.

    >>> select([[True, False], [True, True]], [[1, 2], [3, 4]])
    Array([1, 4], dtype=int32)
    """
    return jnp.select(_all_tensors(condlist), _all_tensors(choicelist), default=default)


@op
def nonzero(x: Any) -> tuple[jax.Array, ...]:
    """Positions of the values that are not zero."""
    return jnp.nonzero(as_tensor(x))


@op
def unravel_index(indices: Any, shape: Any) -> tuple[jax.Array, ...]:
    """Turn positions in the flat array into positions along each axis."""
    return jnp.unravel_index(as_tensor(indices), shape)


@op
def slice(inputs: Any, start_indices: Any, shape: Any) -> jax.Array:
    """Cut out a block of a given shape; -1 is "up to the end" (then starts must be known).

    >>> slice([1, 2, 3, 4], [1], [2])
    Array([2, 3], dtype=int32)
    """
    x = as_tensor(inputs)
    starts = list(start_indices)
    sizes = [x.shape[i] - int(starts[i]) if n == -1 else n for i, n in enumerate(shape)]
    return jax.lax.dynamic_slice(x, starts, sizes)


@op
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> jax.Array:
    """Replace a block that starts at given positions.

    >>> slice_update([1, 2, 3, 4], [1], [7, 8])
    Array([1, 7, 8, 4], dtype=int32)
    """
    x = as_tensor(inputs)
    return jax.lax.dynamic_update_slice(x, as_tensor(updates).astype(x.dtype), start_indices)


@op
def scatter(indices: Any, values: Any, shape: Any) -> jax.Array:
    """Put values into zeros; values for the same position are added.

    Arguments:
        indices: positions, shape ``(..., axes)``.
        values: shape ``(..., *rest)``.
        shape: shape of the result.

    >>> scatter([[0], [2]], [5, 6], (4,))
    Array([5, 0, 6, 0], dtype=int32)
    """
    values = as_tensor(values)
    return jnp.zeros(tuple(shape), values.dtype).at[_positions(indices)].add(values)


@op
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """Change values at positions.

    Arguments:
        inputs: array.
        indices: positions, shape ``(n, axes)``.
        updates: new values, shape ``(n, *rest)``.
        reduction: None to replace, or ``'add'``, ``'max'``, ``'min'``, ``'mul'``.

    Raises:
        ValueError: unknown reduction.

    >>> scatter_update([1, 2, 3], [[0], [2]], [5, 6], reduction="add")
    Array([6, 2, 9], dtype=int32)
    """
    at: Any = as_tensor(inputs).at[_positions(indices)]
    ways: dict[Any, Any] = {
        None: at.set,
        "add": at.add,
        "max": at.max,
        "min": at.min,
        "mul": at.multiply,
    }
    if reduction not in ways:
        raise ValueError(
            f"reduction must be None, 'add', 'max', 'min' or 'mul', got {reduction!r}."
        )
    return ways[reduction](as_tensor(updates))


def _positions(indices: Any) -> tuple[jax.Array, ...]:
    return tuple(jnp.moveaxis(as_tensor(indices), -1, 0))


def _all_tensors(xs: Any) -> list[jax.Array]:
    return [as_tensor(x) for x in xs]


def _number_or_tensor(x: Any) -> Any:
    return x if isinstance(x, (bool, int, float)) else as_tensor(x)


def _static(value: Any) -> Any:
    """Give axes and places as plain numbers or tuples."""
    return value if isinstance(value, int) else tuple(int(v) for v in value)
