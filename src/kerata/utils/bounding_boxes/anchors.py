"""Boxes as distances from anchors, which detectors predict."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon
from kerata.utils.bounding_boxes.formats import convert_format

_ENCODINGS = ("center_xywh", "center_yxhw")


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: tuple[int, int, int] | None = None,
) -> jax.Array:
    """Write boxes as distances from anchors: moved middles and logarithms of sizes.

    Arguments:
        anchors: boxes to start from, shape ``(anchors, 4)``.
        boxes: shape ``(anchors, 4)`` or ``(batch, anchors, 4)``, one for each anchor.
        anchor_format, box_format: formats of both, see ``convert_format``.
        encoding_format: ``'center_yxhw'`` (default) or ``'center_xywh'``: order of the result.
        variance: four numbers to divide by, or None (1).
        image_shape: height, width and channels; needed for formats in shares.

    Returns:
        The shape of ``boxes``.

    Raises:
        ValueError: another encoding, not four variances, an unknown format.

    Source: Ren et al. 2015, Faster R-CNN.

    >>> encode_box_to_deltas([[0, 0, 2, 2]], [[1, 0, 3, 2]], "xyxy", "xyxy").tolist()
    [[0.0, 0.5, 0.0, 0.0]]
    """
    divisor = _variance(variance)
    _check_encoding("encoding_format", encoding_format)
    height, width = _size(image_shape)
    start = convert_format(anchors, anchor_format, encoding_format, height, width)
    end = convert_format(boxes, box_format, encoding_format, height, width)
    sizes, wanted = (jnp.maximum(b[..., 2:], epsilon()) for b in (start, end))
    moves = (end[..., :2] - start[..., :2]) / sizes
    return jnp.concatenate([moves, jnp.log(wanted / sizes)], axis=-1) / divisor


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: tuple[int, int, int] | None = None,
) -> Any:
    """Turn distances from anchors, as ``encode_box_to_deltas`` writes them, into boxes.

    Arguments:
        anchors: shape ``(anchors, 4)``, or a dictionary of several such arrays.
        boxes_delta: shape ``(anchors, 4)`` or ``(batch, anchors, 4)``, or a dictionary with the
            same keys.
        anchor_format, box_format: formats of the anchors and of the result.
        encoded_format: ``'center_yxhw'`` (default) or ``'center_xywh'``: order of the distances.
        variance: four numbers that the distances were divided by, or None (1).
        image_shape: height, width and channels; needed for formats in shares.

    Returns:
        The shape of ``boxes_delta``, or a dictionary.

    Raises:
        ValueError: another encoding, not four variances, an unknown format.

    >>> decode_deltas_to_boxes([[0, 0, 2, 2]], [[0.0, 0.5, 0.0, 0.0]], "xyxy", "xyxy").tolist()
    [[1.0, 0.0, 3.0, 2.0]]
    """
    factor = _variance(variance)
    _check_encoding("encoded_format", encoded_format)
    height, width = _size(image_shape)

    def decoded(anchor: Any, deltas: Any) -> jax.Array:
        start = convert_format(anchor, anchor_format, encoded_format, height, width)
        moves = jnp.asarray(deltas) * factor
        middle = moves[..., :2] * start[..., 2:] + start[..., :2]
        box = jnp.concatenate([middle, jnp.exp(moves[..., 2:]) * start[..., 2:]], axis=-1)
        return convert_format(box, encoded_format, box_format, height, width)

    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        return {level: decoded(anchor, boxes_delta[level]) for level, anchor in anchors.items()}
    return decoded(anchors, boxes_delta)


def _variance(variance: Any) -> Any:
    if variance is None:
        return 1.0
    numbers = jnp.asarray(variance, "float32")
    if numbers.shape[-1:] != (4,):
        raise ValueError(f"variance must be four numbers, got variance={variance!r}.")
    return numbers


def _check_encoding(name: str, value: Any) -> None:
    if value not in _ENCODINGS:
        raise ValueError(f"{name} must be 'center_xywh' or 'center_yxhw', got {name}={value!r}.")


def _size(image_shape: tuple[int, int, int] | None) -> tuple[int | None, int | None]:
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])
