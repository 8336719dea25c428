"""How four numbers describe a box, and boxes cut off at an image's borders."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import did_you_mean, shape_text

FORMATS = (
    *("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"),
    *("rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"),
)


def convert_format(
    boxes: Any,
    source: str,
    target: str,
    height: Any = None,
    width: Any = None,
    dtype: str = "float32",
) -> Any:
    """Write boxes in another format.

    Formats: ``'xyxy'`` (left, top, right, bottom), ``'yxyx'``, ``'xywh'`` (left, top, width,
    height), ``'center_xywh'`` (middle, width, height), ``'center_yxhw'``, all in pixels, and
    ``'rel_xyxy'``, ``'rel_yxyx'``, ``'rel_xywh'``, ``'rel_center_xywh'`` in shares of the image.

    Arguments:
        boxes: numbers of shape ``(..., 4)``, or a dictionary with the key ``"boxes"``, of which a
            copy with converted boxes is given.
        source, target: formats of ``boxes`` and of the result, in small or large letters.
        height, width: size of the image in pixels; needed between shares and pixels.
        dtype: of the result, ``'float32'`` by default.

    Returns:
        The shape of ``boxes``.

    Raises:
        ValueError: an unknown format, boxes of another shape, no size where one is needed.

    >>> convert_format([[10, 20, 30, 60]], "xyxy", "xywh").tolist()
    [[10.0, 20.0, 20.0, 40.0]]
    """
    if isinstance(boxes, dict):
        moved = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": moved}
    source, target = (check_format("convert_format", f) for f in (source, target))
    x = as_boxes("convert_format", boxes, dtype)
    relative = [f.startswith("rel_") for f in (source, target)]
    if any(relative) and (height is None or width is None):
        raise ValueError(
            f"convert_format: from {source!r} to {target!r} it needs the image's height and width, "
            f"got height={height} and width={width}."
        )
    if source == target:
        return x
    if any(relative):
        height, width = jnp.asarray(height, dtype), jnp.asarray(width, dtype)
    corners = _corners(x, source.removeprefix("rel_"))
    if relative == [True, False]:
        corners = _times(corners, width, height)
    elif relative == [False, True]:
        corners = _over(corners, width, height)
    return _written(corners, target.removeprefix("rel_"))


def clip_to_image_size(
    bounding_boxes: dict[str, Any],
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> dict[str, Any]:
    """Cut boxes off at the image's borders; where nothing is left, the label becomes -1.

    Arguments:
        bounding_boxes: dictionary with ``"boxes"`` of shape ``(boxes, 4)`` or ``(batch, boxes,
            4)`` and, maybe, ``"labels"`` of shape ``(boxes,)`` or ``(batch, boxes)``.
        height, width: size of the image in pixels, needed for ``'xyxy'``.
        bounding_box_format: ``'xyxy'`` (default) or ``'rel_xyxy'``.

    Returns:
        A copy of the dictionary.

    Raises:
        NotImplementedError: another format.
        ValueError: no size for pixels.

    >>> boxes = {"boxes": jnp.array([[5.0, 5.0, 20.0, 8.0]]), "labels": jnp.array([3])}
    >>> clip_to_image_size(boxes, height=10, width=10)["boxes"].tolist()
    [[5.0, 5.0, 10.0, 8.0]]
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise NotImplementedError(
            "clip_to_image_size takes boxes in 'xyxy' or 'rel_xyxy', got bounding_box_format="
            f"{bounding_box_format!r}: convert_format() makes one of them."
        )
    if bounding_box_format == "rel_xyxy":
        height = width = 1
    elif height is None or width is None:
        raise ValueError(
            f"clip_to_image_size: boxes in pixels need the image's height and width, got "
            f"height={height} and width={width}."
        )
    boxes = jnp.asarray(bounding_boxes["boxes"])
    height, width = jnp.asarray(height, boxes.dtype), jnp.asarray(width, boxes.dtype)
    boxes = clipped(boxes, height, width)
    result = {**bounding_boxes, "boxes": boxes}
    labels = bounding_boxes.get("labels")
    if labels is not None:
        left, top, right, bottom = split(boxes)
        area = ((right - left) * (bottom - top))[..., 0]
        result["labels"] = jnp.where(area > 0, jnp.asarray(labels), -1)
    return result


def check_format(owner: str, name: Any) -> str:
    """Give the name of a format in small letters.

    Raises:
        ValueError: an unknown one.

    >>> check_format("crop", "XYXY")
    'xyxy'
    """
    if not isinstance(name, str) or name.lower() not in FORMATS:
        raise ValueError(
            f"{owner}: unknown format of bounding boxes {name!r}. {did_you_mean(name, FORMATS)}"
        )
    return name.lower()


def in_pixels(owner: str, bounding_box_format: str) -> None:
    """Refuse other formats than ``'xyxy'``.

    Raises:
        NotImplementedError: naming the owner.
    """
    if bounding_box_format != "xyxy":
        raise NotImplementedError(
            f"{owner} takes boxes in 'xyxy', got bounding_box_format={bounding_box_format!r}: "
            "convert_format() makes them."
        )


def as_boxes(owner: str, boxes: Any, dtype: Any = None) -> jax.Array:
    """Turn boxes into an array.

    Raises:
        ValueError: a last axis that has not the size 4.
    """
    x = jnp.asarray(boxes, dtype)
    if x.ndim == 0 or x.shape[-1] != 4:
        raise ValueError(
            f"{owner} takes boxes of four numbers, shape (..., 4), got shape {shape_text(x.shape)}."
        )
    return x


def split(boxes: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Give the four numbers of boxes, each with a last axis of size 1."""
    a, b, c, d = jnp.split(boxes, 4, axis=-1)
    return a, b, c, d


def join(*numbers: jax.Array) -> jax.Array:
    """Put four numbers together again."""
    return jnp.concatenate(numbers, axis=-1)


def clipped(boxes: jax.Array, height: Any, width: Any) -> jax.Array:
    """Cut left, top, right and bottom off at an image's borders."""
    left, top, right, bottom = split(boxes)
    return join(
        jnp.clip(left, 0, width),
        jnp.clip(top, 0, height),
        jnp.clip(right, 0, width),
        jnp.clip(bottom, 0, height),
    )


def _times(corners: jax.Array, width: Any, height: Any) -> jax.Array:
    left, top, right, bottom = split(corners)
    return join(left * width, top * height, right * width, bottom * height)


def _over(corners: jax.Array, width: Any, height: Any) -> jax.Array:
    left, top, right, bottom = split(corners)
    return join(left / width, top / height, right / width, bottom / height)


def _corners(x: jax.Array, source: str) -> jax.Array:
    a, b, c, d = split(x)
    if source == "xyxy":
        return x
    if source == "yxyx":
        return join(b, a, d, c)
    if source == "xywh":
        return join(a, b, a + c, b + d)
    if source == "center_xywh":
        return join(a - c / 2, b - d / 2, a + c / 2, b + d / 2)
    return join(b - d / 2, a - c / 2, b + d / 2, a + c / 2)


def _written(corners: jax.Array, target: str) -> jax.Array:
    left, top, right, bottom = split(corners)
    width, height = right - left, bottom - top
    if target == "xyxy":
        return corners
    if target == "yxyx":
        return join(top, left, bottom, right)
    if target == "xywh":
        return join(left, top, width, height)
    if target == "center_xywh":
        return join(left + width / 2, top + height / 2, width, height)
    return join(top + height / 2, left + width / 2, height, width)
