"""Two integers of 4 bits in a byte."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerata.base.variable import unboxed
from kerata.ops import convert_to_tensor


def _checked(what: str, dtype: Any, found: Any, allowed: tuple[str, ...]) -> None:
    if dtype not in ("int8", "uint8"):
        raise ValueError(f"{what}: dtype must be 'int8' or 'uint8', got {dtype!r}.")
    if str(found) not in allowed:
        raise TypeError(f"{what}: the array must be of type {' or '.join(allowed)}, got {found}.")


def pack_int4(arr: Any, axis: int = 0, dtype: Any = "int8") -> tuple[Any, tuple[int, ...], int]:
    """Put neighbours along an axis into one byte, the first of two in its lower half.

    Arguments:
        arr: integers from -8 to 7 (int8) or 0 to 15 (uint8), any shape.
        axis: axis of the neighbours; 0 by default.
        dtype: ``'int8'`` or ``'uint8'``, type of the array and of the bytes.

    Returns:
        The bytes, their shape, and the length of the axis before.

    Raises:
        ValueError: another ``dtype``.
        TypeError: an array of another type.

    >>> pack_int4(np.array([1, 2, -1], "int8"))[0].tolist()
    [33, 15]
    """
    given = np.asarray(unboxed(arr))
    _checked("pack_int4", dtype, given.dtype, (str(dtype),))
    first = np.moveaxis(given, axis, 0).view("uint8")
    length = len(first)
    if length % 2:
        first = np.concatenate([first, np.zeros_like(first[:1])])
    packed = (first[::2] & 15) | (first[1::2] << 4)
    packed = np.ascontiguousarray(np.moveaxis(packed, 0, axis)).view(dtype)
    return jnp.asarray(packed), packed.shape, length


def unpack_int4(packed: Any, orig_len: int, axis: int = 0, dtype: Any = "int8") -> jax.Array:
    """Take the integers of 4 bits out of bytes, as ``pack_int4`` put them in.

    Arguments:
        packed: bytes (int8 or uint8), any shape.
        orig_len: int, length of the axis before it was packed.
        axis: the axis that was packed; 0 by default.
        dtype: ``'int8'`` for integers from -8 to 7, ``'uint8'`` for 0 to 15.

    Raises:
        ValueError: another ``dtype``.
        TypeError: an array of another type.

    >>> unpack_int4(np.array([33, 15], "int8"), 3).tolist()
    [1, 2, -1]
    """
    x = convert_to_tensor(packed)
    _checked("unpack_int4", dtype, x.dtype, ("int8", "uint8"))
    axis %= x.ndim
    halves = (*x.shape[: axis + 1], 2, *x.shape[axis + 1 :])
    # Each byte twice and a choice, which becomes one loop where halves side by side do not; and
    # no shifts, which ONNX has for unsigned integers alone.
    twice = jnp.broadcast_to(jnp.expand_dims(x.astype(dtype).astype("int32"), axis + 1), halves)
    lower = twice & 15
    upper = lax.div(twice - lower, 16)
    if dtype == "int8":
        lower = (lower ^ 8) - 8
    first = lax.broadcasted_iota("int32", halves, axis + 1) == 0
    apart = jnp.where(first, lower, upper).astype(dtype)
    whole = apart.reshape(*x.shape[:axis], -1, *x.shape[axis + 1 :])
    return lax.slice_in_dim(whole, 0, orig_len, axis=axis)
