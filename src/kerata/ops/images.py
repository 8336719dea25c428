"""Functions of ``ops`` for images."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import standardize_data_format
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "depth_to_space",
    "psnr",
    "space_to_depth",
]


@op
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> jax.Array:
    """Move blocks of pixels into channels: height and width shrink by ``block_size``.

    Arguments:
        x: images, shape ``(batch, height, width, channels)``; the dtype stays.
        block_size: height and width of a block.
        data_format: ``'channels_last'`` (default) or ``'channels_first'``.

    Returns:
        Shape ``(batch, height // block_size, width // block_size, channels * block_size**2)``.

    Raises:
        ValueError: another number of axes, an unknown data_format.
        TypeError: a height or width that is no multiple of block_size.

    >>> space_to_depth([[[[1], [2]], [[3], [4]]]], 2)
    Array([[[[1, 2, 3, 4]]]], dtype=int32)
    """
    x = _channels_last(as_tensor(x), data_format)
    n, h, w, c = x.shape
    b = block_size
    x = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
    return _channels_back(x.reshape(n, h // b, w // b, b * b * c), data_format)


@op
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> jax.Array:
    """Move channels into blocks of pixels: height and width grow by ``block_size``.

    Arguments:
        x: images, shape ``(batch, height, width, channels)``; the dtype stays.
        block_size: height and width of a block.
        data_format: ``'channels_last'`` (default) or ``'channels_first'``.

    Returns:
        Shape ``(batch, height * block_size, width * block_size, channels // block_size**2)``.

    Raises:
        ValueError: another number of axes, an unknown data_format.
        TypeError: channels that are no multiple of ``block_size**2``.

    Source: Shi et al. 2016 (sub-pixel convolution).

    >>> depth_to_space([[[[1, 2, 3, 4]]]], 2).shape
    (1, 2, 2, 1)
    """
    x = _channels_last(as_tensor(x), data_format)
    n, h, w, c = x.shape
    b = block_size
    x = x.reshape(n, h, w, b, b, c // (b * b)).transpose(0, 1, 3, 2, 4, 5)
    return _channels_back(x.reshape(n, h * b, w * b, c // (b * b)), data_format)


@op
def psnr(x1: Any, x2: Any, max_val: Any) -> jax.Array:
    """Peak signal-to-noise ratio of two images, in decibels: a single float.

    ``10 * log10(max_val**2 / mean((x1 - x2)**2))``; infinite for equal images.

    Arguments:
        x1, x2: images of the same shape.
        max_val: the largest value a pixel can have.

    Raises:
        ValueError: shapes that differ.

    >>> psnr([0.0, 0.0], [0.1, 0.1], max_val=1.0).round(2)
    Array(20., dtype=float32)
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if x1.shape != x2.shape:
        raise ValueError(f"psnr compares images of one shape, got {x1.shape} and {x2.shape}.")
    mse = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(jnp.asarray(max_val, x2.dtype)) - 10 * jnp.log10(mse)


def _channels_last(x: jax.Array, data_format: str) -> jax.Array:
    channels_last = standardize_data_format(data_format) == "channels_last"
    return x if channels_last else jnp.moveaxis(x, 1, -1)


def _channels_back(x: jax.Array, data_format: str) -> jax.Array:
    channels_last = standardize_data_format(data_format) == "channels_last"
    return x if channels_last else jnp.moveaxis(x, -1, 1)
