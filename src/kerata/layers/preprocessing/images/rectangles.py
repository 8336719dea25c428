"""Random rectangles in images, one in each."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerata.layers.preprocessing.images.base import Frame, by_image, uniform

Span = tuple[jax.Array, jax.Array]


def spans(key: jax.Array, share: jax.Array, length: int) -> Span:
    """Draw where parts of a length begin and end, in pixels, both of shape ``(batch,)``."""
    size = share * length
    start = uniform(key, share.shape) * (length - size)
    return start, start + size


def inside(frame: Frame, x: Span, y: Span, channel_axis: int) -> jax.Array:
    """Say which values of images lie in rectangles, in the shape of the images."""
    rows, columns = jnp.arange(frame.height), jnp.arange(frame.width)
    rows, columns = rows.reshape(1, -1, 1, 1), columns.reshape(1, 1, -1, 1)
    (left, right), (top, bottom) = ([by_image(n) for n in span] for span in (x, y))
    within = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    whole = jnp.broadcast_to(within, (*within.shape[:-1], frame.channels))
    return jnp.moveaxis(whole, -1, channel_axis)
