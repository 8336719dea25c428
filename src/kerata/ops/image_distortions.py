"""Functions of ``ops.image`` that distort images by smooth random moves."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.randomness import draw_key
from kerata.ops.image_colors import image_and_channels, image_op
from kerata.ops.image_filters import gaussian_blur
from kerata.ops.image_geometry import FILL_MODES, ORDERS, one_of, read_elsewhere

__all__ = [
    "elastic_transform",
]


@image_op
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> jax.Array:
    """Distort images by smooth random moves.

    Rows and columns move independently; Keras 3.15 on JAX draws one number for both.

    Arguments:
        images: floats, shape ``(height, width, channels)`` or ``(batch, height, width,
            channels)``; shape and dtype are kept.
        alpha: how far places move, 20.0 by default.
        sigma: how smoothly, in pixels, 5.0 by default; it also multiplies the moves.
        interpolation: ``'bilinear'`` (default) or ``'nearest'``.
        fill_mode: what lies outside: ``'reflect'`` (default), ``'constant'`` (``fill_value``),
            ``'nearest'``, ``'wrap'`` or ``'mirror'``.
        fill_value: 0.0 by default.
        seed: integer (the same moves every time), ``SeedGenerator``, or None.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Raises:
        ValueError: integers, other numbers of axes, an unknown interpolation, fill_mode or
            data_format.

    Source: Simard, Steinkraus and Platt 2003.

    >>> elastic_transform(jnp.ones((8, 8, 1)), seed=1).shape
    (8, 8, 1)
    """
    x, channels = image_and_channels("elastic_transform", images, data_format)
    one_of("elastic_transform", "interpolation", interpolation, tuple(ORDERS))
    one_of("elastic_transform", "fill_mode", fill_mode, FILL_MODES)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(
            f"elastic_transform takes floats, got images of {x.dtype.name}: cast them first."
        )
    rows = x.ndim - (3 if channels == -1 else 2)
    shape = (x.shape[0] if x.ndim == 4 else 1, *x.shape[rows : rows + 2])
    moves = smooth_moves(draw_key(seed), shape, alpha, sigma, int(6 * sigma) | 1, x.dtype)
    return move_pixels(x, moves, interpolation, fill_mode, fill_value, data_format)


def smooth_moves(
    key: jax.Array, shape: tuple[int, ...], alpha: Any, sigma: Any, width: int, dtype: Any
) -> jax.Array:
    """Draw how far each pixel moves, down and to the right, much like its neighbours.

    Arguments:
        key: JAX key.
        shape: images, height, width.
        alpha, sigma: see ``elastic_transform``; may be traced.
        width: pixels across the bell curve that smooths.
        dtype: of the result, shape ``(*shape, 2)``.
    """
    moves = jax.random.normal(key, (*shape, 2), dtype) * jnp.asarray(sigma, dtype)
    return alpha * gaussian_blur(moves, (width, width), (sigma, sigma), "channels_last")


def move_pixels(
    images: jax.Array,
    moves: jax.Array,
    interpolation: str,
    fill_mode: str,
    fill_value: float,
    data_format: str | None,
) -> jax.Array:
    """Read each pixel from as far away as ``smooth_moves`` says; see ``elastic_transform``."""
    x, channels = image_and_channels("elastic_transform", images, data_format)

    def places(m: jax.Array, rows: jax.Array, columns: jax.Array) -> tuple[jax.Array, jax.Array]:
        return rows + m[..., 0], columns + m[..., 1]

    order = ORDERS[interpolation]
    return read_elsewhere(x, channels, moves, 3, places, order, fill_mode, fill_value)
