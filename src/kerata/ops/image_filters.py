"""Functions of ``ops.image`` that compute with the neighbours of each pixel."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.ops.image_colors import image_and_channels, image_op
from kerata.ops.symbolic_call import as_tensor

__all__ = [
    "gaussian_blur",
    "sobel_edges",
    "ssim",
]


@image_op
def gaussian_blur(
    images: Any,
    kernel_size: tuple[int, int] = (3, 3),
    sigma: tuple[float, float] = (1.0, 1.0),
    data_format: str | None = None,
) -> jax.Array:
    """Blur images: each pixel becomes a mean of its neighbours, by a bell curve of the distance.

    Arguments:
        images: floats, shape ``(height, width, channels)`` or ``(batch, height, width,
            channels)``; shape and dtype are kept. Around them lie zeros.
        kernel_size: rows and columns of neighbours, ``(3, 3)`` by default; as in Keras 3.15 on
            JAX the first goes along the columns.
        sigma: standard deviations of the curve in pixels, in the same order.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Raises:
        ValueError: integers, other numbers of axes, an unknown data_format.

    >>> blurred = gaussian_blur([[[0.0], [1.0], [0.0]]])
    >>> float(blurred[0, 1, 0]) > float(blurred[0, 0, 0]) > 0
    True
    """
    x, channels = image_and_channels("gaussian_blur", images, data_format)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(
            f"gaussian_blur takes floats, got images of {x.dtype.name}: cast them first."
        )
    columns = x.ndim - (2 if channels == -1 else 1)
    for axis, size, width in zip((columns, columns - 1), kernel_size, sigma, strict=True):
        x = _weighted(x, axis, _bell(size, width, x.dtype), same=True)
    return x


@image_op
def sobel_edges(images: Any, data_format: str | None = None) -> jax.Array:
    """Find edges: how fast brightness changes, downwards and to the right (Sobel).

    Arguments:
        images: signed numbers, shape ``(batch, height, width, channels)``; the dtype is kept.
            Around them lie zeros.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``images`` with a last axis of two: change from row to row and from column to
        column, both summed with the weights 1, 2, 1 across.

    Raises:
        ValueError: bools or unsigned numbers, not four axes, an unknown data_format.

    >>> sobel_edges([[[[0.0], [0.0], [1.0]]]])[0, 0, :, 0]
    Array([[0., 0.],
           [0., 2.],
           [0., 0.]], dtype=float32)
    """
    x = as_tensor(images)
    if x.ndim != 4:
        raise ValueError(f"sobel_edges takes a batch with 4 axes, got shape {shape_text(x.shape)}.")
    x, channels = image_and_channels("sobel_edges", x, data_format)
    if x.dtype == bool or jnp.issubdtype(x.dtype, jnp.unsignedinteger):
        raise ValueError(
            f"sobel_edges gives negative numbers too, which {x.dtype.name} can't hold: cast the "
            "images to floats first."
        )
    rows = 1 if channels == -1 else 2
    across, change = jnp.array([1, 2, 1], x.dtype), jnp.array([-1, 0, 1], x.dtype)
    return jnp.stack(
        [
            _weighted(_weighted(x, rows, change, same=True), rows + 1, across, same=True),
            _weighted(_weighted(x, rows, across, same=True), rows + 1, change, same=True),
        ],
        axis=-1,
    )


@image_op
def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> jax.Array:
    """Structural similarity of images: 1 where they are the same, down to -1.

    Arguments:
        image1, image2: floats of one shape, ``(height, width, channels)`` or ``(batch, height,
            width, channels)``.
        max_val: the largest value a pixel can have, 1.0 by default.
        filter_size, filter_sigma: pixels across the window that is compared, 11 by default, and
            standard deviation of its bell curve, 1.5.
        k1, k2: shares of ``max_val`` that keep quotients finite, 0.01 and 0.03 by default.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        One float, or floats of shape ``(batch,)``, in the dtype of ``image1``.

    Raises:
        ValueError: integers, shapes that differ, images smaller than the window, other numbers of
            axes, an unknown data_format.

    Source: Wang, Bovik, Sheikh and Simoncelli 2004.

    >>> image = jnp.linspace(0.0, 1.0, 144).reshape(12, 12, 1)
    >>> ssim(image, image).round(3)
    Array(1., dtype=float32)
    """
    first, channels = image_and_channels("ssim", image1, data_format)
    second, _ = image_and_channels("ssim", image2, data_format)
    if first.shape != second.shape:
        raise ValueError(
            f"ssim compares images of one shape, got {shape_text(first.shape)} and "
            f"{shape_text(second.shape)}."
        )
    if not jnp.issubdtype(first.dtype, jnp.floating):
        raise ValueError(
            f"ssim gives numbers between -1 and 1, which {first.dtype.name} can't hold: cast the "
            "images to floats first."
        )
    rows = first.ndim - (3 if channels == -1 else 2)
    if min(first.shape[rows : rows + 2]) < filter_size:
        raise ValueError(
            f"ssim: images of shape {shape_text(first.shape)} are smaller than the window of "
            f"{filter_size} pixels; take a smaller filter_size."
        )
    weights = _bell(filter_size, filter_sigma, first.dtype)

    def local(x: jax.Array) -> jax.Array:
        return _weighted(_weighted(x, rows, weights), rows + 1, weights)

    second = second.astype(first.dtype)
    mean1, mean2 = local(first), local(second)
    variance1, variance2 = local(first * first) - mean1**2, local(second * second) - mean2**2
    covariance = local(first * second) - mean1 * mean2
    bright, contrast = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (2 * mean1 * mean2 + bright) * (2 * covariance + contrast)
    scale = (mean1**2 + mean2**2 + bright) * (variance1 + variance2 + contrast)
    return jnp.mean(likeness / scale, axis=(-3, -2, -1))


def _bell(size: int, width: Any, dtype: Any) -> jax.Array:
    """Weights of a bell curve around the middle that sum to 1."""
    places = jnp.arange(size, dtype=dtype) - jnp.asarray((size - 1) / 2, dtype)
    weights = jnp.exp(-0.5 * (places / jnp.asarray(width, dtype)) ** 2)
    return weights / jnp.sum(weights)


def _weighted(x: jax.Array, axis: int, weights: jax.Array, same: bool = False) -> jax.Array:
    """Sum neighbours along an axis; with ``same`` zeros lie around and the length stays."""
    size = len(weights)
    if same:
        edges = [(0, 0)] * x.ndim
        edges[axis] = ((size - 1) // 2, size // 2)
        x = jnp.pad(x, edges)
    length = x.shape[axis] - size + 1
    parts = (jax.lax.slice_in_dim(x, i, i + length, axis=axis) for i in range(size))
    return sum(weight * part for weight, part in zip(weights, parts, strict=True))
