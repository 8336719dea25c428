"""Transposed convolution: a convolution's gradient for its input, as an operation of its own."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerata.kernels import platform
from kerata.kernels.im2col import transposed_columns
from kerata.kernels.shapes import (
    Sizes,
    check_kernel,
    check_padding,
    output_paddings,
    per_axis,
    span,
    transposed_pads,
)
from kerata.kernels.xla import xla_convolution


def transposed_convolution(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    dilation: Sizes = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """Add each input element, times the kernel, into the output places around it.

    Arguments:
        x: ``(batch, *spatial, channels)``, or ``(batch, channels, *spatial)`` with
            ``data_format='channels_first'``. Taken to the kernel's type.
        kernel: ``(*kernel_size, filters, channels)``: filters before channels, as in Keras.
        strides: step in the output from one input element to the next.
        padding: ``'valid'`` or ``'same'``.
        output_padding: elements added after each axis's regular size, see
            ``conv_transpose_output_shape``.
        dilation: distance between the kernel's taps.

    Places and sizes are those of Keras 3.15 on JAX.

    Raises:
        ValueError: if the kernel takes another number of channels, or padding is unknown.

    >>> x = jnp.array([1.0, 10.0]).reshape(1, 2, 1)
    >>> transposed_convolution(x, jnp.ones((3, 1, 1)), strides=2).ravel()
    Array([ 1.,  1., 11., 10., 10.], dtype=float32)
    """
    rank = x.ndim - 2
    padding = check_padding(padding, rank)
    check_kernel(x.shape, kernel.shape, kernel.shape[-1], data_format)
    steps, holes = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    spans = [span(k, d) for k, d in zip(kernel.shape, holes, strict=False)]
    extras = output_paddings(output_padding, rank)
    pads = tuple(
        transposed_pads(w, s, padding, e) for w, s, e in zip(spans, steps, extras, strict=False)
    )
    x = x.astype(kernel.dtype)
    if not platform.on_cpu():
        flipped = jnp.flip(kernel, range(rank)).swapaxes(-1, -2)
        ones = (1,) * rank
        return xla_convolution(x, flipped, ones, pads, holes, 1, data_format, stretch=steps)
    if data_format == "channels_first":
        out = transposed_columns(jnp.moveaxis(x, 1, -1), kernel, steps, pads, holes)
        return jnp.moveaxis(out, -1, 1)
    return transposed_columns(x, kernel, steps, pads, holes)
