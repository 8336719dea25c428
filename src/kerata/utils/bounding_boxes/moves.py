"""Boxes that follow their images: turned, cut out, with borders around."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.utils.bounding_boxes.formats import as_boxes, clipped, in_pixels, join, split


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Turn, shear, stretch and move boxes: the smallest upright boxes around what comes out.

    Arguments:
        boxes: left, top, right, bottom in pixels, shape ``(batch, boxes, 4)``.
        angle: degrees, one for each image, shape ``(batch,)``.
        translate_x, translate_y: shares of the width and height, shape ``(batch,)``.
        scale: factors, shape ``(batch,)``.
        shear_x, shear_y: degrees, shape ``(batch,)``.
        height, width: size of the images in pixels.
        center_x, center_y: place that stays, in shares of the image; its middle by default.
        bounding_box_format: must be ``'xyxy'``.

    Returns:
        Shape ``(batch, boxes, 4)``; boxes may reach out of the image.

    Raises:
        NotImplementedError: another format.
        ValueError: boxes of another shape.

    >>> zero, one = jnp.zeros(1), jnp.ones(1)
    >>> box = jnp.array([[[0.0, 0.0, 4.0, 2.0]]])
    >>> affine_transform(box, zero + 180, zero, zero, one, zero, zero, 5, 5).round()[0].tolist()
    [[0.0, 2.0, 4.0, 4.0]]
    """
    in_pixels("affine_transform", bounding_box_format)
    x = as_boxes("affine_transform", boxes)
    if x.ndim != 3:
        raise ValueError(
            f"affine_transform takes boxes of shape (batch, boxes, 4), got {shape_text(x.shape)}."
        )
    angle = jnp.asarray(angle, "float32")
    x = x.astype(angle.dtype)
    middle_x = (0.5 if center_x is None else center_x) * (width - 1)
    middle_y = (0.5 if center_y is None else center_y) * (height - 1)
    turn, lean_x, lean_y = (-jnp.deg2rad(jnp.asarray(a)) for a in (angle, shear_x, shear_y))
    along_x = jnp.cos(turn - lean_y) / jnp.cos(lean_y)
    along_y = -jnp.sin(turn - lean_y) / jnp.cos(lean_y)
    a0 = scale * (jnp.cos(turn) - along_y * jnp.tan(lean_x))
    a1 = -scale * (along_x * jnp.tan(lean_x) + jnp.sin(turn))
    b0, b1 = -along_y * scale, along_x * scale
    from_x = middle_x - jnp.asarray(translate_x) * (width - 1)
    from_y = middle_y - jnp.asarray(translate_y) * (height - 1)
    a2 = middle_x - a0 * from_x - a1 * from_y
    b2 = middle_y - b0 * from_x - b1 * from_y
    left, top, right, bottom = split(x)
    xs, ys = join(left, right, right, left), join(top, top, bottom, bottom)
    a0, a1, a2, b0, b1, b2 = (n[:, None, None] for n in (a0, a1, a2, b0, b1, b2))
    return around(a0 * xs + a1 * ys + a2, b0 * xs + b1 * ys + b2)


def crop(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any,
    width: Any,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Give boxes in a part that is cut out of their image, cut off at its borders.

    Arguments:
        boxes: left, top, right, bottom in pixels, shape ``(..., 4)``.
        top, left: where the part begins, in pixels.
        height, width: of the part.
        bounding_box_format: must be ``'xyxy'``.

    Raises:
        NotImplementedError: another format.
        ValueError: boxes of another shape.

    >>> crop(jnp.array([[10.0, 20.0, 50.0, 60.0]]), 15, 15, 25, 25).tolist()
    [[0.0, 5.0, 25.0, 25.0]]
    """
    in_pixels("crop", bounding_box_format)
    x = as_boxes("crop", boxes)
    return clipped(
        _moved(x, -jnp.asarray(left, x.dtype), -jnp.asarray(top, x.dtype)), height, width
    )


def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Give boxes in an image that gets borders.

    Arguments:
        boxes: left, top, right, bottom in pixels, shape ``(..., 4)``.
        top, left: rows and columns that are added above and to the left.
        height, width: not used.
        bounding_box_format: must be ``'xyxy'``.

    Raises:
        NotImplementedError: another format.
        ValueError: boxes of another shape.

    >>> pad(jnp.array([[1.0, 2.0, 3.0, 4.0]]), top=10, left=20).tolist()
    [[21.0, 12.0, 23.0, 14.0]]
    """
    in_pixels("pad", bounding_box_format)
    x = as_boxes("pad", boxes)
    return _moved(x, jnp.asarray(left, x.dtype), jnp.asarray(top, x.dtype))


def around(xs: jax.Array, ys: jax.Array) -> jax.Array:
    """Give the smallest upright boxes around points, the last axis of both arrays."""
    sides = (jnp.min(xs, -1), jnp.min(ys, -1), jnp.max(xs, -1), jnp.max(ys, -1))
    return jnp.stack(sides, axis=-1)


def _moved(boxes: jax.Array, x: Any, y: Any) -> jax.Array:
    left, top, right, bottom = split(boxes)
    return join(left + x, top + y, right + x, bottom + y)
