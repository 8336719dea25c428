"""Reading images at places between their pixels: turned, sheared, distorted images."""

from __future__ import annotations

import itertools
from typing import Any

import jax
import jax.numpy as jnp

Corner = tuple[jax.Array, jax.Array | None, jax.Array | None]


def read_images(
    images: jax.Array,
    rows: jax.Array,
    columns: jax.Array,
    order: int,
    fill_mode: str,
    fill_value: Any = 0.0,
) -> jax.Array:
    """Read each image of a batch at places of its own.

    All channels of a pixel are gathered at once, from one row of pixels for the whole batch; the
    values are those of ``jax.scipy.ndimage.map_coordinates``, applied to each channel.
    128 images of 32 by 32 pixels in three channels: 0.6 ms instead of 52 ms on two cores. Inside
    a loop a CPU takes 1.6 ms, but 64 where places are still to be computed from random bits, or
    images from others: XLA would do that again for each number that is gathered.

    Arguments:
        images: shape ``(batch, height, width, channels)``; the dtype is kept, integers are
            rounded.
        rows, columns: floats, shape ``(batch or 1, new height, new width)``.
        order: 0 for the nearest pixel, 1 for linear interpolation.
        fill_mode: ``'constant'``, ``'nearest'``, ``'wrap'``, ``'mirror'`` or ``'reflect'``.
        fill_value: stands for what lies outside in the mode ``'constant'``.

    Returns:
        Shape ``(batch, new height, new width, channels)``.

    >>> line = jnp.array([0.0, 10.0]).reshape(1, 1, 2, 1)
    >>> read_images(line, jnp.zeros((1, 1, 1)), jnp.full((1, 1, 1), 0.5), 1, "nearest").ravel()
    Array([5.], dtype=float32)
    """
    batch, height, width, channels = images.shape
    # Else XLA computes each pixel anew where it is read, and reads anew where it is used.
    whole = jax.lax.optimization_barrier(images)
    flat = whole.reshape(batch * height * width, channels)
    begins = (jnp.arange(batch) * (height * width))[:, None, None]
    total = jnp.zeros((), images.dtype)
    for corner in itertools.product(
        _neighbours(rows, height, order, fill_mode), _neighbours(columns, width, order, fill_mode)
    ):
        (row, *_), (column, *_) = corner
        places = begins + row * width + column
        found = flat.at[places].get(mode="promise_in_bounds")
        for _, _, inside in corner:
            if inside is not None:
                fill = jnp.asarray(fill_value, images.dtype)
                found = jnp.where(inside[..., None], found, fill)
        for _, weight, _ in corner:
            if weight is not None:
                found = weight[..., None] * found
        total = total + found
    if jnp.issubdtype(images.dtype, jnp.integer) and order:
        total = jnp.round(total)
    return jax.lax.optimization_barrier(total.astype(images.dtype))


def stretch_images(
    images: jax.Array,
    rows: jax.Array,
    columns: jax.Array,
    order: int,
    fill_mode: str,
    fill_value: Any = 0.0,
) -> jax.Array:
    """Read each image of a batch on a grid of rows and columns of its own.

    What ``read_images`` gives, as two products of matrices, which are fast inside loops too:
    1.3 ms for 128 images of 32 by 32 pixels. With the size they grow faster than reading does.

    Arguments:
        images: finite numbers, shape ``(batch, height, width, channels)``; the dtype is kept.
        rows, columns: floats, shapes ``(batch, new height)`` and ``(batch, new width)``.
        order, fill_mode, fill_value: see ``read_images``.

    Returns:
        Shape ``(batch, new height, new width, channels)``.

    >>> line = jnp.array([0.0, 10.0]).reshape(1, 1, 2, 1)
    >>> stretch_images(line, jnp.zeros((1, 1)), jnp.full((1, 1), 0.5), 1, "nearest").ravel()
    Array([5.], dtype=float32)
    """
    batch, height, width, channels = images.shape
    down = _weights(rows, height, order, fill_mode)
    across = _weights(columns, width, order, fill_mode)
    flat = images.astype(down.dtype).reshape(batch, height, width * channels)
    found = jnp.matmul(down, flat, precision="highest").reshape(batch, -1, width, channels)
    found = jnp.matmul(across[:, None], found, precision="highest")
    if fill_mode == "constant":
        outside = 1 - down.sum(-1)[:, :, None] * across.sum(-1)[:, None]
        found = found + outside[..., None] * jnp.asarray(fill_value, found.dtype)
    if jnp.issubdtype(images.dtype, jnp.integer):
        found = jnp.round(found)
    return found.astype(images.dtype)


def _weights(places: jax.Array, size: int, order: int, fill_mode: str) -> jax.Array:
    """Give how much each pixel along an axis counts at each place."""
    total = jnp.zeros((*places.shape, size), jnp.float32)
    for i, weight, inside in _neighbours(places, size, order, fill_mode):
        counts = i[..., None] == jnp.arange(size)
        if inside is not None:
            counts &= inside[..., None]
        total += jnp.where(counts, 1.0 if weight is None else weight[..., None], 0.0)
    return total


def _neighbours(places: jax.Array, size: int, order: int, fill_mode: str) -> list[Corner]:
    """Give numbers of pixels along an axis, their weights, and whether they exist."""
    if order == 0:
        nearest = jax.lax.round(places).astype(jnp.int32)
        return [(_within(nearest, size, fill_mode), None, _inside(nearest, size, fill_mode))]
    lower = jnp.floor(places)
    share = places - lower
    first = lower.astype(jnp.int32)
    return [
        (_within(i, size, fill_mode), weight, _inside(i, size, fill_mode))
        for i, weight in ((first, 1 - share), (first + 1, share))
    ]


def _inside(i: jax.Array, size: int, fill_mode: str) -> jax.Array | None:
    return (i >= 0) & (i < size) if fill_mode == "constant" else None


def _within(i: jax.Array, size: int, fill_mode: str) -> jax.Array:
    """Give the pixel that stands for one outside."""
    if size == 1:
        return jnp.zeros_like(i)
    if fill_mode in ("constant", "nearest"):
        return jnp.clip(i, 0, size - 1)
    if fill_mode == "wrap":
        return i % size
    if fill_mode == "mirror":
        return jnp.abs((i + size - 1) % (2 * size - 2) - (size - 1))
    there = i % (2 * size)
    return jnp.minimum(there, 2 * size - 1 - there)
