"""Functions of ``ops`` that move values about: reshape, repeat, turn, pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import dtype_name
from kerata.ops.symbolic_call import as_tensor, jax_op, op, plain_numbers

__all__ = [
    "broadcast_to",
    "copy",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "moveaxis",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "squeeze",
    "swapaxes",
    "tile",
    "transpose",
    "view",
]

# --- shape ----------------------------------------------------------------------------

ravel = jax_op(
    "ravel",
    jnp.ravel,
    "x",
    """All values in a row, shape ``(size,)``; the last axis runs fastest.

    Arguments:
        x: array of any shape; its dtype is kept. Text raises a TypeError.

    >>> ravel([[1, 2], [3, 4]])
    Array([1, 2, 3, 4], dtype=int32)
    """,
)
squeeze = jax_op(
    "squeeze",
    jnp.squeeze,
    "x, axis=None",
    """Drop axes of length 1; values and dtype stay.

    Arguments:
        x: array of any shape.
        axis: axis or axes to drop, all of length 1 by default; a longer one, or one that x
            lacks, raises a ValueError.

    >>> squeeze([[[1, 2]]], axis=0)
    Array([[1, 2]], dtype=int32)
    """,
)
transpose = jax_op(
    "transpose",
    jnp.transpose,
    "x, axes=None",
    """Reorder axes; values and dtype stay.

    Arguments:
        x: array of any shape.
        axes: for each axis of the result, which one of x it is; reversed by default. Anything
            that is no reordering raises a TypeError.

    >>> transpose([[1, 2], [3, 4]])
    Array([[1, 3],
           [2, 4]], dtype=int32)
    """,
)
copy = jax_op(
    "copy",
    jnp.copy,
    "x",
    """A copy in memory of its own, same shape and dtype.

    Arguments:
        x: array of any shape; text raises a TypeError.

    >>> copy([1, 2])
    Array([1, 2], dtype=int32)
    """,
)


@op
def expand_dims(x: Any, axis: Any) -> jax.Array:
    """Add an axis of length 1, or several; values and dtype stay.

    Arguments:
        x: array of any shape.
        axis: place or places of the new axes in the shape of the result; one outside raises a
            ValueError.

    >>> expand_dims([1, 2], 0)
    Array([[1, 2]], dtype=int32)
    """
    return jnp.expand_dims(as_tensor(x), plain_numbers(axis))


@op
def moveaxis(x: Any, source: Any, destination: Any) -> jax.Array:
    """Move axes to other places; the others keep their order, values and dtype stay.

    Arguments:
        x: array of any shape.
        source, destination: axis or axes, and where each goes; one that x lacks raises a
            ValueError.

    >>> moveaxis(jnp.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    return jnp.moveaxis(as_tensor(x), plain_numbers(source), plain_numbers(destination))


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> jax.Array:
    """Exchange two axes; values and dtype stay.

    Arguments:
        x: array of any shape.
        axis1, axis2: the axes; one that x lacks raises an IndexError.

    >>> swapaxes([[1, 2], [3, 4]], 0, 1)
    Array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return jnp.swapaxes(as_tensor(x), axis1, axis2)


@op
def reshape(x: Any, newshape: Any) -> jax.Array:
    """Give the values another shape, in the same order; the dtype stays.

    Arguments:
        x: array of any shape.
        newshape: tuple of lengths; one may be -1 (or None) and follows from the others. Another
            number of values raises a TypeError.

    >>> reshape([1, 2, 3, 4], (2, -1))
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    lengths = newshape if isinstance(newshape, Sequence) else (newshape,)
    return jnp.reshape(as_tensor(x), tuple(-1 if n is None else n for n in lengths))


@op
def broadcast_to(x: Any, shape: Any) -> jax.Array:
    """Repeat values along new first axes and along axes of length 1; the dtype stays.

    Arguments:
        x: array of any shape.
        shape: shape of the result; one to which x can't be repeated raises a ValueError.

    >>> broadcast_to([1, 2], (2, 2))
    Array([[1, 2],
           [1, 2]], dtype=int32)
    """
    return jnp.broadcast_to(as_tensor(x), tuple(shape))


@op
def view(x: Any, dtype: Any = None) -> jax.Array:
    """Read the same bytes as another dtype; the last axis becomes longer or shorter with it.

    Arguments:
        x: array, shape ``(..., n)``.
        dtype: type of the result, x's own by default. A wider one whose size doesn't divide the
            bytes of the last axis raises a ValueError, as does one of 64 bits without
            ``jax_enable_x64``.

    >>> view([1, 2], "int16")
    Array([1, 0, 2, 0], dtype=int16)
    """
    name = None if dtype is None else dtype_name(dtype)
    if name is not None and jax.dtypes.canonicalize_dtype(name).name != name:
        raise ValueError(
            f"view: JAX has no {name} unless jax_enable_x64 is set; take a type of 32 bits or less."
        )
    return as_tensor(x).view(name)


# --- repeating, turning, padding ------------------------------------------------------

flip = jax_op(
    "flip",
    jnp.flip,
    "x, axis=None",
    """Reverse the order along axes; shape and dtype stay.

    Arguments:
        x: array of any shape.
        axis: axis or axes, all by default; one that x lacks raises a ValueError.

    >>> flip([[1, 2], [3, 4]], axis=1)
    Array([[2, 1],
           [4, 3]], dtype=int32)
    """,
)
fliplr = jax_op(
    "fliplr",
    jnp.fliplr,
    "x",
    """Reverse the second axis (left and right); shape and dtype stay.

    Arguments:
        x: array with two or more axes, else a ValueError.

    >>> fliplr([[1, 2], [3, 4]])
    Array([[2, 1],
           [4, 3]], dtype=int32)
    """,
)
flipud = jax_op(
    "flipud",
    jnp.flipud,
    "x",
    """Reverse the first axis (up and down); shape and dtype stay.

    Arguments:
        x: array with one or more axes, else a ValueError.

    >>> flipud([[1, 2], [3, 4]])
    Array([[3, 4],
           [1, 2]], dtype=int32)
    """,
)
rot90 = jax_op(
    "rot90",
    jnp.rot90,
    "array, k=1, axes=(0,1)",
    """Turn by 90 degrees, k times, from the first of two axes towards the second.

    Arguments:
        array: array of shape ``(n, m)`` or with more axes, else a ValueError; the dtype stays.
        k: how often, 1 by default; negative turns the other way.
        axes: the two axes of the plane, ``(0, 1)`` by default.

    >>> rot90([[1, 2], [3, 4]])
    Array([[2, 4],
           [1, 3]], dtype=int32)
    """,
)


@op
def repeat(x: Any, repeats: Any, axis: int | None = None) -> jax.Array:
    """Repeat each value along an axis; the dtype stays.

    Arguments:
        x: array of any shape.
        repeats: how often, for all, or an array with one number for each value. A list or a
            negative number raises a TypeError.
        axis: the axis; by default x is flattened.

    >>> repeat([[1, 2]], 2, axis=1)
    Array([[1, 1, 2, 2]], dtype=int32)
    """
    return jnp.repeat(as_tensor(x), repeats, axis=axis)


@op
def tile(x: Any, repeats: Any) -> jax.Array:
    """Repeat the whole array along each axis; the dtype stays.

    Arguments:
        x: array of any shape; text raises a TypeError.
        repeats: how often along the last axis, or a tuple for the last axes; more of them than
            x has add axes.

    Raises:
        ValueError: negative repeats.

    >>> tile([1, 2], (2, 2))
    Array([[1, 2, 1, 2],
           [1, 2, 1, 2]], dtype=int32)
    """
    if not isinstance(repeats, jax.core.Tracer) and (np.asarray(repeats) < 0).any():
        raise ValueError(f"ops.tile: repeats must be at least 0, got repeats={repeats!r}.")
    return jnp.tile(as_tensor(x), repeats)


@op
def roll(x: Any, shift: Any, axis: Any = None) -> jax.Array:
    """Shift along an axis; what leaves at one end comes in at the other. Shape and dtype stay.

    Arguments:
        x: array of any shape.
        shift: by how many places, or a tuple with one for each axis.
        axis: axis or axes; by default x is flattened and put back. One that x lacks raises a
            ValueError.

    >>> roll([1, 2, 3], 1)
    Array([3, 1, 2], dtype=int32)
    """
    return jnp.roll(as_tensor(x), shift, axis=axis)


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> jax.Array:
    """Put values round an array; the dtype stays.

    Arguments:
        x: array of any shape.
        pad_width: ``((before, after), ...)`` for each axis, or one pair or number for all.
        mode: ``'constant'`` (default), ``'edge'``, ``'reflect'``, ``'symmetric'``, ``'wrap'``,
            ...
        constant_values: the values for ``'constant'``, 0 by default.

    Raises:
        ValueError: ``constant_values`` with another mode, or widths that don't fit the axes.
        NotImplementedError: unknown mode.

    >>> pad([1, 2], (1, 2), constant_values=9)
    Array([9, 1, 2, 9, 9], dtype=int32)
    """
    if constant_values is None:
        return jnp.pad(as_tensor(x), pad_width, mode=mode)
    if mode != "constant":
        raise ValueError(f"pad takes constant_values only with mode='constant', got {mode!r}.")
    return jnp.pad(as_tensor(x), pad_width, mode=mode, constant_values=constant_values)
