"""Convolution over 1, 2 or 3 spatial axes: plain, grouped and depthwise."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerata.kernels import platform
from kerata.kernels.im2col import columns_convolution, shifted_products
from kerata.kernels.shapes import (
    Sizes,
    check_kernel,
    check_padding,
    output_size,
    pad_amounts,
    per_axis,
    span,
)
from kerata.kernels.xla import xla_convolution


def convolution(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation: Sizes = 1,
    groups: int = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """Slide a kernel over 1, 2 or 3 spatial axes (cross-correlation, as in every such library).

    Arguments:
        x: ``(batch, *spatial, channels)``, or ``(batch, channels, *spatial)`` with
            ``data_format='channels_first'``. Taken to the kernel's type.
        kernel: ``(*kernel_size, channels / groups, filters)``.
        strides, dilation: one number, or one for each spatial axis.
        padding: ``'valid'``, ``'same'``, or with one spatial axis ``'causal'`` (an output sees no
            later input).
        groups: number of equal parts that channels and filters fall into, each convolved alone.

    Returns:
        ``(batch, *new_spatial, filters)``, channels placed as in ``x``.

    Raises:
        ValueError: if channels, filters and groups don't go together, or padding is unknown.

    >>> signal = jnp.arange(5.0).reshape(1, 5, 1)
    >>> convolution(signal, jnp.ones((2, 1, 1)), padding="causal").ravel()
    Array([0., 1., 3., 5., 7.], dtype=float32)
    """
    rank = x.ndim - 2
    padding = check_padding(padding, rank, causal=True)
    check_kernel(x.shape, kernel.shape, groups * kernel.shape[-2], data_format)
    if kernel.shape[-1] % groups:
        raise ValueError(f"groups={groups} must divide the {kernel.shape[-1]} filters.")
    steps, holes = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    first = data_format == "channels_first"
    sizes = x.shape[2:] if first else x.shape[1:-1]
    spans = [span(k, d) for k, d in zip(kernel.shape, holes, strict=False)]
    axes = list(zip(sizes, spans, steps, strict=True))
    pads = tuple(pad_amounts(n, w, s, padding) for n, w, s in axes)
    x = x.astype(kernel.dtype)
    # A kernel that fits nowhere gives an empty array, which XLA's operation knows how to make.
    empty = any((output_size(n, w, s, padding) or 0) <= 0 for n, w, s in axes)
    if empty or not platform.on_cpu():
        return xla_convolution(x, kernel, steps, pads, holes, groups, data_format)
    x = jnp.moveaxis(x, 1, -1) if first else x
    if 1 < groups == x.shape[-1]:
        out = shifted_products(x, kernel, steps, pads, holes)
    else:
        out = columns_convolution(x, kernel, steps, pads, holes, groups)
    return jnp.moveaxis(out, -1, 1) if first else out


def depthwise_convolution(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation: Sizes = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """Convolve each channel alone, with ``multiplier`` kernels of its own.

    Arguments:
        kernel: ``(*kernel_size, channels, multiplier)``; the others are those of ``convolution``.

    Returns:
        ``(batch, *new_spatial, channels * multiplier)``, a channel's outputs side by side.

    Raises:
        ValueError: if kernel and input differ in channels, or padding is unknown.

    >>> pairs = jnp.arange(6.0).reshape(1, 3, 2)
    >>> depthwise_convolution(pairs, jnp.ones((3, 2, 1))).ravel()
    Array([6., 9.], dtype=float32)
    """
    check_kernel(x.shape, kernel.shape, kernel.shape[-2], data_format)
    *sizes, channels, multiplier = kernel.shape
    return convolution(
        x,
        kernel.reshape(*sizes, 1, channels * multiplier),
        strides=strides,
        padding=padding,
        dilation=dilation,
        groups=channels,
        data_format=data_format,
    )
