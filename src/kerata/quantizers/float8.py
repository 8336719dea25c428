"""Floats of 8 bits: rounding to them, and scales that follow the largest numbers of late."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops import convert_to_tensor


def compute_float8_scale(amax: Any, scale: Any, dtype_max: Any, margin: int = 0) -> jax.Array:
    """Give the factor by which numbers are divided so that they fit an 8-bit type.

    ``amax * 2^margin / dtype_max``; the scale of before where ``amax`` is 0 or infinite.

    Arguments:
        amax: float, the largest absolute value of late.
        scale: float, the scale of before.
        dtype_max: float, the largest number of the type.
        margin: int, powers of 2 that are left free; 0 by default.

    >>> float(compute_float8_scale(896.0, 1.0, 448.0)), float(compute_float8_scale(0.0, 3.0, 448.0))
    (2.0, 3.0)

    Source: Micikevicius et al. 2022, FP8 formats for deep learning.
    """
    amax, scale = convert_to_tensor(amax), convert_to_tensor(scale)
    inverse = dtype_max / amax / 2**margin
    usable = (amax > 0.0) & jnp.isfinite(amax)
    # Of the inverse, so that the same numbers come out as in Keras.
    return 1.0 / jnp.where(usable, inverse, 1.0 / scale)


def compute_float8_amax_history(x: Any, amax_history: Any) -> jax.Array:
    """Note the largest absolute value of an array, and forget the oldest one.

    Arguments:
        x: float array of any shape.
        amax_history: float ``(length,)``, the newest first.

    >>> import numpy as np
    >>> compute_float8_amax_history(np.array([-3.0, 2.0]), np.array([1.0, 5.0, 7.0])).tolist()
    [3.0, 7.0, 1.0]
    """
    history = convert_to_tensor(amax_history)
    latest = jnp.max(jnp.abs(convert_to_tensor(x))).astype(history.dtype)
    return jnp.roll(history, -1).at[0].set(latest)


def quantize_and_dequantize(
    inputs: Any, scale: Any, quantized_dtype: Any, compute_dtype: Any
) -> jax.Array:
    """Round to the numbers of an 8-bit float type, after scaling, and scale back.

    Arguments:
        inputs: float array of any shape.
        scale: float by which the numbers are divided.
        quantized_dtype: ``'float8_e4m3fn'`` or ``'float8_e5m2'``.
        compute_dtype: type of the result.

    >>> quantize_and_dequantize([1.03, 1000.0], 1.0, "float8_e4m3fn", "float32").tolist()
    [1.0, 448.0]
    """
    most = jnp.asarray(float(jnp.finfo(quantized_dtype).max), compute_dtype)
    factor = convert_to_tensor(scale).astype(compute_dtype)
    fitting = jnp.clip(convert_to_tensor(inputs) / factor, -most, most)
    return fitting.astype(quantized_dtype).astype(compute_dtype) * factor
