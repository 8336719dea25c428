"""Functions of ``ops.image``: borders, and patches."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.kernels.shapes import Sizes, check_padding, pad_amounts, per_axis, span
from kerata.ops.image_colors import image_and_channels, image_op
from kerata.ops.symbolic_call import as_tensor
from kerata.ops.windows import window_places

__all__ = [
    "crop_images",
    "extract_patches",
    "extract_patches_3d",
    "pad_images",
]


@image_op
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Put zeros around images; of three numbers along each axis give two.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``; the
            dtype is kept.
        top_padding, bottom_padding, target_height: rows of zeros above and below, and rows of the
            result.
        left_padding, right_padding, target_width: columns of zeros, and columns of the result.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``images`` with this height and width.

    Raises:
        ValueError: not two of three numbers, negative ones, a target smaller than the image, other
            numbers of axes, an unknown data_format.

    >>> pad_images([[[5]]], 0, 1, target_height=1, target_width=2)
    Array([[[0],
            [5]]], dtype=int32)
    """
    x, channels = image_and_channels("pad_images", images, data_format)
    vertical = (top_padding, bottom_padding, target_height)
    horizontal = (left_padding, right_padding, target_width)
    return jnp.pad(x, _borders("padding", x.shape, channels, vertical, horizontal))


@image_op
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Cut borders off images; of three numbers along each axis give two.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``; the
            dtype is kept.
        top_cropping, bottom_cropping, target_height: rows cut off above and below, and rows of the
            result.
        left_cropping, right_cropping, target_width: columns cut off, and columns of the result.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``images`` with this height and width.

    Raises:
        ValueError: not two of three numbers, negative ones, more than there is, other numbers of
            axes, an unknown data_format.

    >>> crop_images([[[5], [6]]], 0, 1, target_height=1, target_width=1)
    Array([[[6]]], dtype=int32)
    """
    x, channels = image_and_channels("crop_images", images, data_format)
    vertical = (top_cropping, bottom_cropping, target_height)
    horizontal = (left_cropping, right_cropping, target_width)
    borders = _borders("cropping", x.shape, channels, vertical, horizontal)
    places = zip(borders, x.shape, strict=True)
    return x[tuple(slice(first, n - last) for (first, last), n in places)]


@image_op
def extract_patches(
    images: Any,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Lay out patches of images, or with three sizes of volumes, as channels.

    Arguments:
        images: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``;
            volumes have a depth before the height. The dtype is kept.
        size: height and width of a patch, or one int for both; three numbers for volumes.
        strides: steps of the patches, by default their size: they don't overlap.
        dilation_rate: distance of the values in a patch, 1 by default.
        padding: ``'valid'`` (whole patches only, default) or ``'same'``, filled up with zeros.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        Shape ``(batch, rows, columns, patch height * patch width * channels)``, without the batch
        for one image; the channels of a value stand together.

    Raises:
        TypeError: a size that is neither an int nor a tuple.
        ValueError: other numbers of axes or sizes, a patch that fits nowhere, an unknown padding
            or data_format.

    >>> extract_patches([[[1], [2]], [[3], [4]]], 2)
    Array([[[1, 2, 3, 4]]], dtype=int32)
    """
    if not isinstance(size, (int, tuple, list)):
        raise TypeError(f"extract_patches: size must be an int or a tuple, got size={size!r}.")
    rank = 2 if isinstance(size, int) else len(size)
    if rank not in (2, 3):
        raise ValueError(
            f"extract_patches: size must be one int, two for images or three for volumes, got "
            f"size={size!r}."
        )
    return _patches(
        "extract_patches", images, rank, size, strides, dilation_rate, padding, data_format
    )


@image_op
def extract_patches_3d(
    volumes: Any,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Lay out patches of volumes as channels.

    Arguments:
        volumes: shape ``(depth, height, width, channels)`` or with a batch before it; the dtype is
            kept.
        size: depth, height and width of a patch, or one int for all.
        strides: steps of the patches, by default their size: they don't overlap.
        dilation_rate: distance of the values in a patch, 1 by default.
        padding: ``'valid'`` (whole patches only, default) or ``'same'``, filled up with zeros.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        Shape ``(batch, layers, rows, columns, values of a patch)``, without the batch for one
        volume; the channels of a value stand together.

    Raises:
        ValueError: other numbers of axes or sizes, a patch that fits nowhere, an unknown padding
            or data_format.

    >>> extract_patches_3d(jnp.ones((2, 2, 4, 1)), 2).shape
    (1, 1, 2, 8)
    """
    return _patches(
        "extract_patches_3d", volumes, 3, size, strides, dilation_rate, padding, data_format
    )


def _patches(
    name: str,
    images: Any,
    rank: int,
    size: Sizes,
    strides: Sizes | None,
    dilation_rate: Sizes,
    padding: str,
    data_format: str | None,
) -> jax.Array:
    x = as_tensor(images)
    if x.ndim not in (rank + 1, rank + 2):
        raise ValueError(
            f"{name} takes {rank + 1} axes, or {rank + 2} with a batch, for patches of size "
            f"{size!r}, got shape {shape_text(x.shape)}."
        )
    sizes = per_axis(size, rank, "size")
    steps = per_axis(strides or sizes, rank, "strides")
    gaps = per_axis(dilation_rate, rank, "dilation_rate")
    channels_first = standardize_data_format(data_format) == "channels_first"
    single = x.ndim == rank + 1
    x = x[None] if single else x
    x = jnp.moveaxis(x, 1, -1) if channels_first else x
    padding = check_padding(padding, rank)
    axes = zip(x.shape[1:-1], sizes, gaps, steps, strict=True)
    edges = [pad_amounts(n, span(k, d), s, padding) for n, k, d, s in axes]
    x = jnp.pad(x, ((0, 0), *edges, (0, 0)))
    places = window_places(x.shape[1:-1], sizes, gaps, steps)
    out = jnp.concatenate([x[:, *place] for place in places], axis=-1)
    out = jnp.moveaxis(out, -1, 1) if channels_first else out
    return out[0] if single else out


def _borders(
    what: str,
    shape: tuple[int, ...],
    channels: int,
    vertical: tuple[int | None, int | None, int | None],
    horizontal: tuple[int | None, int | None, int | None],
) -> list[tuple[int, int]]:
    """Give both edges of all axes of images, from two of three numbers for height and width."""
    rows = len(shape) - (3 if channels == -1 else 2)
    borders = [(0, 0)] * len(shape)
    for axis, numbers, names in (
        (rows, vertical, ("top", "bottom", "height")),
        (rows + 1, horizontal, ("left", "right", "width")),
    ):
        borders[axis] = _edges(what, names, *numbers, shape[axis])
    return borders


def _edges(
    what: str,
    names: tuple[str, str, str],
    before: int | None,
    after: int | None,
    target: int | None,
    length: int,
) -> tuple[int, int]:
    """Give both edges of an axis from two of three numbers.

    Arguments:
        what: ``'padding'`` or ``'cropping'``.
        names: of the edges and of the length.
        before, after, target: both edges and the new length; one of them is None.
        length: the old length.
    """
    function = {"padding": "pad_images", "cropping": "crop_images"}[what]
    keys = (f"{names[0]}_{what}", f"{names[1]}_{what}", f"target_{names[2]}")
    told = ", ".join(f"{k}={v}" for k, v in zip(keys, (before, after, target), strict=True))
    given = [value for value in (before, after, target) if value is not None]
    if len(given) != 2 or min(given) < 0:
        raise ValueError(f"{function}: give two of three numbers, both 0 or more, got {told}.")
    if target is not None:
        both = target - length if what == "padding" else length - target
        before = both - after if before is None and after is not None else before
        after = both - before if after is None and before is not None else after
    assert before is not None
    assert after is not None
    if min(before, after) < 0 or (what == "cropping" and before + after > length):
        raise ValueError(f"{function}: {told} can't be with images whose {names[2]} is {length}.")
    return before, after
