"""Floats to small integers: the largest number of a column becomes the largest integer."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import epsilon as _epsilon
from kerata.base.variable import unboxed
from kerata.ops import convert_to_tensor


def abs_max_quantize(
    inputs: Any,
    axis: Any,
    value_range: tuple[int, int] = (-127, 127),
    dtype: Any = "int8",
    epsilon: float = _epsilon(),
    to_numpy: bool = False,
) -> tuple[Any, Any]:
    """Round to integers after scaling, so that the largest absolute value is the range's end.

    ``outputs = round(inputs * scale)``, ``scale = value_range[1] / (max |inputs| + epsilon)``.

    Arguments:
        inputs: float array of any shape.
        axis: int or tuple, axes along which the maximum is taken.
        value_range: least and largest integer; (-127, 127) by default.
        dtype: type of the integers; ``'int8'`` by default.
        epsilon: float that keeps the division finite; 1e-7 by default.
        to_numpy: bool, whether to compute on the host; False by default.

    Returns:
        The integers, and the scales in the inputs' type with 1 for the axes.

    >>> values, scale = abs_max_quantize(np.array([[0.5, -1.0]], "float32"), axis=-1)
    >>> values.tolist(), round(float(scale[0, 0]), 3)
    ([[63, -127]], 127.0)

    Source: Jacob et al. 2018, Quantization and training of neural networks for efficient
    integer-arithmetic-only inference.
    """
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    low, high = value_range
    if to_numpy:
        given = np.asarray(unboxed(inputs))
        scale = np.divide(high, np.max(np.abs(given), axis=axes, keepdims=True) + epsilon)
        rounded = np.clip(np.round(given * scale), low, high)
        return jnp.asarray(rounded.astype(dtype)), jnp.asarray(scale, given.dtype)
    x = convert_to_tensor(inputs)
    factor = jnp.divide(high, jnp.max(jnp.abs(x), axis=axes, keepdims=True) + epsilon)
    factor = factor.astype(x.dtype)
    return jnp.clip(jnp.round(x * factor), low, high).astype(dtype), factor


def abs_max_quantize_grouped_with_zero_point(
    inputs: Any,
    block_size: int,
    value_range: tuple[int, int] = (-8, 7),
    dtype: Any = "int8",
    epsilon: float = _epsilon(),
    to_numpy: bool = False,
) -> tuple[Any, Any, Any]:
    """Round to integers so that each group of rows uses the whole range, column by column.

    ``outputs = round(inputs / scale) + zero_point``, ``scale = (max - min + epsilon) / steps``.

    Arguments:
        inputs: float matrix ``(rows, columns)``.
        block_size: int, rows of a group; the last group may have fewer.
        value_range: least and largest integer; (-8, 7) by default.
        dtype: type of the integers; ``'int8'`` by default.
        epsilon: float that keeps the division finite; 1e-7 by default.
        to_numpy: bool, whether to compute on the host; False by default.

    Returns:
        Integers ``(rows, columns)``, scales ``(groups, columns)`` in the inputs' type and zero
        points int8 ``(groups, columns)``.

    Raises:
        ValueError: something else than a matrix; a block size below 1.

    >>> kernel = np.array([[0.0], [15.0], [0.0], [30.0]], "float32")
    >>> values, scale, zero = abs_max_quantize_grouped_with_zero_point(kernel, 2)
    >>> values.ravel().tolist(), scale.round().ravel().tolist(), zero.ravel().tolist()
    ([-8, 7, -8, 7], [1.0, 2.0], [-8, -8])
    """
    lib: Any = np if to_numpy else jnp
    x = np.asarray(unboxed(inputs)) if to_numpy else convert_to_tensor(inputs)
    if x.ndim != 2 or block_size < 1:
        raise ValueError(
            "abs_max_quantize_grouped_with_zero_point needs a matrix and a block_size of at least "
            f"1, got shape {tuple(x.shape)} and block_size={block_size!r}."
        )
    low, high = value_range
    rows, columns = x.shape
    groups = math.ceil(rows / block_size)
    padded = lib.pad(x, ((0, groups * block_size - rows), (0, 0)))
    blocks = padded.reshape(groups, block_size, columns)
    least, most = blocks.min(axis=1, keepdims=True), blocks.max(axis=1, keepdims=True)
    if not to_numpy:
        # As in Keras, which computes this in two ways: here a group of equal numbers is given room.
        alike = least == most
        least, most = jnp.where(alike, least - 1, least), jnp.where(alike, most + 1, most)
    scale = (most - least + epsilon) / (high - low)
    zero = lib.clip(lib.round(-least / scale) + low, low, high)
    rounded = lib.clip(lib.round(blocks / scale) + zero, low, high).astype(dtype)
    rounded = rounded.reshape(groups * block_size, columns)[:rows]
    return (
        jnp.asarray(rounded),
        jnp.asarray(scale[:, 0], x.dtype),
        jnp.asarray(zero[:, 0], "int8"),
    )
