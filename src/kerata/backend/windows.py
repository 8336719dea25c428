"""The functions of Keras's old ``K`` for windows, borders and label sequences."""

from __future__ import annotations

from typing import Any

from kerata import ops
from kerata.base.dtypes import epsilon, standardize_data_format
from kerata.base.variable import Variable
from kerata.kernels.shapes import per_axis

Sizes = Any


def conv1d(
    x: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Any:
    """Slide a kernel over sequences, ``(batch, steps, channels)``; ``'causal'`` pads before."""
    if padding == "causal":
        (dilation,) = per_axis(dilation_rate, 1, "dilation_rate")
        before = (int(kernel.shape[0]) - 1) * dilation
        first = standardize_data_format(data_format) == "channels_first"
        x = ops.pad(x, ((0, 0), (0, 0), (before, 0)) if first else ((0, 0), (before, 0), (0, 0)))
        padding = "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(
    x: Any,
    kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> Any:
    """Slide a kernel over images, ``(batch, height, width, channels)``."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any,
    kernel: Any,
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1, 1),
) -> Any:
    """Slide a kernel over volumes, ``(batch, depth, height, width, channels)``."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> Any:
    """Convolve each channel of images alone."""
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def pool2d(
    x: Any,
    pool_size: Sizes,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """Summarize windows of images: ``'max'`` or ``'avg'``; another mode raises a ValueError."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any,
    pool_size: Sizes,
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """Summarize windows of volumes: ``'max'`` or ``'avg'``; another mode raises a ValueError."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    """Put zeros before and after the middle axis of ``(batch, steps, channels)``."""
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Put zeros around images: two numbers for the height and two for the width."""
    return _framed(x, padding, data_format)


def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Put zeros around volumes: two numbers for each spatial axis."""
    return _framed(x, padding, data_format)


def resize_images(
    x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest"
) -> Any:
    """Make images larger by whole factors."""
    first = standardize_data_format(data_format) == "channels_first"
    height, width = x.shape[2:] if first else x.shape[1:3]
    size = (height * height_factor, width * width_factor)
    return ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """Loss of label sequences without alignment, shape ``(batch, 1)``.

    Arguments:
        y_true: int labels, shape ``(batch, length)``.
        y_pred: probabilities, shape ``(batch, time, classes)``; the last class is no label.
        input_length, label_length: how many steps and labels count, shape ``(batch, 1)``.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    lengths = (ops.reshape(n, (-1,)) for n in (label_length, input_length))
    logits = ops.log(y_pred + epsilon())
    loss = ops.ctc_loss(y_true, logits, *lengths, mask_index=y_pred.shape[-1] - 1)
    return ops.expand_dims(loss, 1)


def batch_get_value(tensors: Any) -> list[Any]:
    """Give the values of several tensors as NumPy arrays."""
    return [ops.convert_to_numpy(x) for x in tensors]


def batch_set_value(tuples: Any) -> None:
    """Change several variables: pairs of a variable and its new value."""
    for variable, value in tuples:
        variable.assign(value)


def moving_average_update(x: Variable, value: Any, momentum: Any) -> None:
    """Move a variable towards a value: ``x * momentum + value * (1 - momentum)``."""
    x.assign(x.value * momentum + ops.cast(value, x.dtype) * (1 - momentum))


def _pool(
    x: Any, size: Sizes, strides: Sizes, padding: str, data_format: str | None, mode: str
) -> Any:
    if mode not in ("max", "avg"):
        raise ValueError(f"pool_mode must be 'max' or 'avg', got {mode!r}.")
    pool = ops.max_pool if mode == "max" else ops.average_pool
    return pool(x, size, strides, padding, data_format)


def _framed(x: Any, padding: Any, data_format: str | None) -> Any:
    edges = [tuple(pair) for pair in padding]
    first = standardize_data_format(data_format) == "channels_first"
    none = (0, 0)
    return ops.pad(x, [none, none, *edges] if first else [none, *edges, none])


__all__ = [
    "batch_get_value",
    "batch_set_value",
    "conv1d",
    "conv2d",
    "conv3d",
    "ctc_batch_cost",
    "depthwise_conv2d",
    "moving_average_update",
    "pool2d",
    "pool3d",
    "resize_images",
    "spatial_2d_padding",
    "spatial_3d_padding",
    "temporal_padding",
]
