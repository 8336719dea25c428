"""Functions of ``ops`` that slide kernels over 1, 2 or 3 spatial axes."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.kernels.convolution import convolution, depthwise_convolution
from kerata.kernels.shapes import Sizes
from kerata.kernels.transposed import transposed_convolution
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "separable_conv",
]


@op
def conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Slide a kernel over the spatial axes (cross-correlation); the kernel's dtype comes out.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1, 2 or 3 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``.
        kernel: shape ``(*sizes, channels / groups, filters)``: a kernel that takes a part of the
            channels is one of as many groups.
        strides: steps of the window, one int (1) or one for each spatial axis.
        padding: ``'valid'`` (default) or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        dilation_rate: distance of the kernel's taps, one int (1) or one for each spatial axis.

    Returns:
        Shape ``(batch, *new_spatial, filters)``, channels placed as in ``inputs``.

    Raises:
        ValueError: channels that the kernel can't take, a window that fits nowhere, an unknown
            padding or data_format.

    >>> conv([[[1.0], [2.0], [4.0]]], [[[1.0]], [[1.0]]]).ravel()
    Array([3., 6.], dtype=float32)
    """
    x, kernel = _image("conv", inputs, kernel)
    data_format = standardize_data_format(data_format)
    channels = x.shape[-1 if data_format == "channels_last" else 1]
    taken = kernel.shape[-2]
    if not taken or channels % taken:
        raise ValueError(
            f"conv: a kernel of shape {shape_text(kernel.shape)} takes {taken} channels or a "
            f"multiple of them, and the inputs of shape {shape_text(x.shape)} have {channels}."
        )
    out = convolution(
        x,
        kernel,
        strides=strides,
        padding=padding,
        dilation=dilation_rate,
        groups=channels // taken,
        data_format=data_format,
    )
    if out.size == 0 and x.size != 0:
        raise ValueError(
            f"conv: a kernel of shape {shape_text(kernel.shape)} with dilation_rate="
            f"{dilation_rate!r} fits nowhere into inputs of shape {shape_text(x.shape)}; take a "
            "smaller kernel or padding='same'."
        )
    return out


@op
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Convolve each channel alone, with ``multiplier`` kernels of its own.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1 or 2 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``.
        kernel: shape ``(*sizes, channels, multiplier)``; its dtype comes out.
        strides: steps of the window, one int (1) or one for each spatial axis.
        padding: ``'valid'`` (default) or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        dilation_rate: distance of the kernel's taps, one int (1) or one for each spatial axis.

    Returns:
        Shape ``(batch, *new_spatial, channels * multiplier)``.

    Raises:
        ValueError: a kernel for another number of channels, an unknown padding or data_format.

    >>> depthwise_conv([[[1.0, 5.0], [2.0, 6.0]]], [[[1.0], [0.5]]])
    Array([[[1. , 2.5],
            [2. , 3. ]]], dtype=float32)
    """
    x, kernel = _image("depthwise_conv", inputs, kernel)
    return depthwise_convolution(
        x,
        kernel,
        strides=strides,
        padding=padding,
        dilation=dilation_rate,
        data_format=standardize_data_format(data_format),
    )


@op
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Convolve each channel alone, then mix the channels at each place.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1 or 2 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``.
        depthwise_kernel: shape ``(*sizes, channels, multiplier)``.
        pointwise_kernel: shape ``(1, channels * multiplier, filters)`` or, for images,
            ``(1, 1, channels * multiplier, filters)``.
        strides: steps of the window, one int (1) or one for each spatial axis.
        padding: ``'valid'`` (default) or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        dilation_rate: distance of the kernel's taps, one int (1) or one for each spatial axis.

    Returns:
        Shape ``(batch, *new_spatial, filters)``.

    Raises:
        ValueError: kernels for another number of channels, an unknown padding or data_format.

    Source: Chollet 2017, Xception.

    >>> separable_conv([[[1.0, 5.0]]], [[[1.0], [0.5]]], [[[1.0], [2.0]]])
    Array([[[6.]]], dtype=float32)
    """
    x, depthwise_kernel = _image("separable_conv", inputs, depthwise_kernel)
    data_format = standardize_data_format(data_format)
    x = depthwise_convolution(
        x,
        depthwise_kernel,
        strides=strides,
        padding=padding,
        dilation=dilation_rate,
        data_format=data_format,
    )
    return convolution(x, as_tensor(pointwise_kernel), data_format=data_format)


@op
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Add each input value, times the kernel, into the places around it (deconvolution).

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1, 2 or 3 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``.
        kernel: shape ``(*sizes, filters, channels)``; its dtype comes out.
        strides: steps in the result, one int (1) or one for each spatial axis.
        padding: ``'valid'`` (default) or ``'same'``.
        output_padding: how many values longer each axis is than the shortest possible one, one int
            or one for each spatial axis; by default as Keras chooses.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        dilation_rate: distance of the kernel's taps, one int (1) or one for each spatial axis.

    Returns:
        Shape ``(batch, *new_spatial, filters)``, channels placed as in ``inputs``.

    Raises:
        ValueError: a kernel for another number of channels, an unknown padding or data_format.

    >>> conv_transpose([[[1.0], [10.0]]], [[[1.0]], [[2.0]]], strides=2).ravel()
    Array([ 1.,  2., 10., 20.], dtype=float32)
    """
    x, kernel = _image("conv_transpose", inputs, kernel)
    return transposed_convolution(
        x,
        kernel,
        strides=strides,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation_rate,
        data_format=standardize_data_format(data_format),
    )


def _image(name: str, inputs: Any, kernel: Any) -> tuple[jax.Array, jax.Array]:
    x, kernel = as_tensor(inputs), as_tensor(kernel)
    if x.ndim not in (3, 4, 5) or kernel.ndim != x.ndim:
        raise ValueError(
            f"{name} takes inputs with 3, 4 or 5 axes (batch, 1 to 3 spatial ones, channels) and a "
            f"kernel with as many, got shapes {shape_text(x.shape)} and "
            f"{shape_text(kernel.shape)}."
        )
    return x, kernel
