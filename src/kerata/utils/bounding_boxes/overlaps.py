"""How much boxes overlap."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.utils.bounding_boxes.formats import as_boxes, check_format, convert_format, split


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: tuple[int, int, int] | None = None,
) -> jax.Array:
    """Area that two boxes share, divided by the area that they cover together, for all pairs.

    Arguments:
        boxes1: shape ``(boxes, 4)`` or ``(batch, boxes, 4)``.
        boxes2: shape ``(other boxes, 4)`` or ``(batch, other boxes, 4)``.
        bounding_box_format: of both, see ``convert_format``.
        use_masking: give ``mask_val`` where a box has no number of at least 0, False by default.
        mask_val: -1 by default.
        image_shape: height, width and channels; needed for formats in shares.

    Returns:
        Shape ``(boxes, other boxes)`` or ``(batch, boxes, other boxes)``, from 0 to 1.

    Raises:
        ValueError: boxes of other shapes, an unknown format, no image_shape where one is needed.

    >>> compute_iou([[0, 0, 2, 2]], [[3, 3, 4, 4], [0, 0, 1, 2]], "xyxy").round(3).tolist()
    [[0.0, 0.5]]
    """
    one, other = _corners("compute_iou", (boxes1, boxes2), bounding_box_format, image_shape)
    for x in (one, other):
        if x.ndim not in (2, 3):
            raise ValueError(
                "compute_iou takes boxes of shape (boxes, 4) or (batch, boxes, 4), got shape "
                f"{shape_text(x.shape)}."
            )
    left, top, right, bottom = split(one)
    left2, top2, right2, bottom2 = (jnp.swapaxes(n, -1, -2) for n in split(other))
    across = jnp.maximum(jnp.minimum(right, right2) - jnp.maximum(left, left2), 0)
    down = jnp.maximum(jnp.minimum(bottom, bottom2) - jnp.maximum(top, top2), 0)
    shared = across * down
    areas = (right - left) * (bottom - top) + (right2 - left2) * (bottom2 - top2)
    result = shared / (areas - shared + epsilon())
    if not use_masking:
        return result
    none = [jnp.max(b, axis=-1, keepdims=True) < 0 for b in (one, other)]
    return jnp.where(none[0] | jnp.swapaxes(none[1], -1, -2), mask_val, result)


def compute_ciou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    image_shape: tuple[int, int, int] | None = None,
) -> jax.Array:
    """Complete overlap of pairs: less for distant middles and for other proportions.

    Arguments:
        boxes1, boxes2: shapes ``(..., 4)`` that broadcast.
        bounding_box_format: of both, see ``convert_format``.
        image_shape: height, width and channels; needed for formats in shares.

    Returns:
        Shape ``(...)``, at most 1; the nearer to 1, the more alike.

    Raises:
        ValueError: boxes of other shapes, an unknown format, no image_shape where one is needed.

    Source: Zheng et al. 2020, Distance-IoU loss.

    >>> compute_ciou([[0, 0, 2, 2]], [[0, 0, 2, 2]], "xyxy").round(3).tolist()
    [1.0]
    """
    one, other = _corners("compute_ciou", (boxes1, boxes2), bounding_box_format, image_shape)
    small = epsilon()
    left, top, right, bottom = (n[..., 0] for n in split(one))
    left2, top2, right2, bottom2 = (n[..., 0] for n in split(other))
    width, height = right - left, bottom - top + small
    width2, height2 = right2 - left2, bottom2 - top2 + small
    across = jnp.maximum(jnp.minimum(right, right2) - jnp.maximum(left, left2), 0)
    down = jnp.maximum(jnp.minimum(bottom, bottom2) - jnp.maximum(top, top2), 0)
    union = width * height + width2 * height2 - across * down + small
    iou = across * down / (union + small)
    whole = (
        (jnp.maximum(right, right2) - jnp.minimum(left, left2)) ** 2
        + (jnp.maximum(bottom, bottom2) - jnp.minimum(top, top2)) ** 2
        + small
    )
    apart = ((left + right - left2 - right2) / 2) ** 2 + ((top + bottom - top2 - bottom2) / 2) ** 2
    v = 4 / math.pi**2 * (jnp.arctan(width2 / height2) - jnp.arctan(width / height)) ** 2
    alpha = v / (v - iou + (1 + small))
    return iou - (apart / whole + v * alpha)


def _corners(
    owner: str,
    both: tuple[Any, Any],
    bounding_box_format: str,
    image_shape: tuple[int, int, int] | None,
) -> list[jax.Array]:
    name = check_format(owner, bounding_box_format)
    if name.startswith("rel_") and image_shape is None:
        raise ValueError(f"{owner}: boxes in {name!r} need image_shape=(height, width, channels).")
    height, width = (None, None) if image_shape is None else image_shape[:2]
    return [convert_format(as_boxes(owner, b), name, "xyxy", height, width) for b in both]
