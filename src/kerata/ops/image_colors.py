"""Functions of ``ops.image``: spaces of colors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.ops.symbolic_call import as_float, as_tensor, op

__all__ = [
    "hsv_to_rgb",
    "rgb_to_grayscale",
    "rgb_to_hsv",
]


def image_op(function: Any) -> Any:
    """Decorator: make a function of ``ops.image`` take symbolic tensors too."""
    return op(function, "image.")


@image_op
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> jax.Array:
    """Turn red, green and blue into brightness: ``0.2989 r + 0.587 g + 0.114 b``.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)`` with 3
            channels, or 1, which stays; the dtype is kept, integers are cut off.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``images`` with 1 channel.

    Raises:
        ValueError: other numbers of axes or channels, an unknown data_format.

    Source: ITU-R BT.601.

    >>> rgb_to_grayscale([[[1.0, 1.0, 0.0]]])
    Array([[[0.8859]]], dtype=float32)
    """
    x, axis = image_and_channels("rgb_to_grayscale", images, data_format, (1, 3))
    if x.shape[axis] == 1:
        return x
    floats = as_float(x)
    weights = jnp.asarray([0.2989, 0.587, 0.114], floats.dtype)
    gray = jnp.tensordot(floats, weights, axes=(axis, 0))
    return jnp.expand_dims(gray, axis).astype(x.dtype)


@image_op
def rgb_to_hsv(images: Any, data_format: str | None = None) -> jax.Array:
    """Turn red, green and blue into hue, saturation and value, all from 0 to 1.

    Arguments:
        images: floats from 0 to 1, shape ``(height, width, 3)`` or ``(batch, height, width, 3)``;
            shape and dtype are kept.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Raises:
        ValueError: integers, other numbers of axes or channels, an unknown data_format.

    Source: Smith 1978, Color gamut transform pairs.

    >>> rgb_to_hsv([[[0.5, 0.0, 0.0]]])
    Array([[[0. , 1. , 0.5]]], dtype=float32)
    """
    x, axis = image_and_channels("rgb_to_hsv", images, data_format, (3,))
    _check_float("rgb_to_hsv", x)
    x = jnp.where(jnp.abs(x) < jnp.finfo(x.dtype).eps, 0, x)
    red, green, blue = jnp.moveaxis(x, axis, 0)
    value = jnp.maximum(jnp.maximum(red, green), blue)
    spread = value - jnp.minimum(jnp.minimum(red, green), blue)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1), 0)
    sixth = 1 / (6 * jnp.where(spread > 0, spread, 1))
    hue = jnp.where(
        value == red,
        sixth * (green - blue),
        jnp.where(value == green, sixth * (blue - red) + 2 / 6, sixth * (red - green) + 4 / 6),
    )
    turned = (hue < 0).astype(hue.dtype)
    hue = jnp.where(spread > 0, hue, 0) + turned
    return jnp.stack([hue, saturation, value], axis=axis)


@image_op
def hsv_to_rgb(images: Any, data_format: str | None = None) -> jax.Array:
    """Turn hue, saturation and value into red, green and blue, all from 0 to 1.

    Arguments:
        images: floats, shape ``(height, width, 3)`` or ``(batch, height, width, 3)``; shape and
            dtype are kept. A hue outside of 0 to 1 is taken modulo 1.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Raises:
        ValueError: integers, other numbers of axes or channels, an unknown data_format.

    Source: Smith 1978, Color gamut transform pairs.

    >>> hsv_to_rgb([[[0.5, 1.0, 0.8]]])
    Array([[[0. , 0.8, 0.8]]], dtype=float32)
    """
    x, axis = image_and_channels("hsv_to_rgb", images, data_format, (3,))
    _check_float("hsv_to_rgb", x)
    hue, saturation, value = jnp.moveaxis(x, axis, 0)
    turn = jnp.mod(hue, 1) * 6
    shares = (
        jnp.clip(jnp.abs(turn - 3) - 1, 0, 1),
        jnp.clip(2 - jnp.abs(turn - 2), 0, 1),
        jnp.clip(2 - jnp.abs(turn - 4), 0, 1),
    )
    return jnp.stack([value * (1 - saturation + saturation * s) for s in shares], axis=axis)


def image_and_channels(
    name: str, images: Any, data_format: str | None, channels: tuple[int, ...] | None = None
) -> tuple[jax.Array, int]:
    """Give one image or a batch as an array, and the axis of the channels, counted from the end.

    Raises:
        ValueError: neither 3 nor 4 axes, or a number of channels that is not in ``channels``.
    """
    x = as_tensor(images)
    axis = -1 if standardize_data_format(data_format) == "channels_last" else -3
    if x.ndim not in (3, 4):
        raise ValueError(
            f"{name} takes one image with 3 axes or a batch with 4, got shape "
            f"{shape_text(x.shape)}."
        )
    if channels is not None and x.shape[axis] not in channels:
        expected = " or ".join(map(str, channels))
        raise ValueError(
            f"{name} takes images with {expected} channels on axis {axis}, got shape "
            f"{shape_text(x.shape)}."
        )
    return x, axis


def _check_float(name: str, x: jax.Array) -> None:
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(
            f"{name} takes floats from 0 to 1, got images of {x.dtype.name}: divide them by 255."
        )
