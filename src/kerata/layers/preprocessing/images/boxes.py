"""Boxes as users pass them: arrays, or lists of as many boxes as each image has."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerata.base.messages import shape_text

NO_LABEL = -1


def dense_boxes(bounding_boxes: Any, owner: str) -> dict[str, Any]:
    """Turn boxes and labels into arrays; images with fewer boxes get boxes of 0, labels of -1.

    Arguments:
        bounding_boxes: ``{"boxes": ..., "labels": ...}``, both arrays or lists: boxes of shape
            ``(boxes, 4)`` or ``(batch, boxes, 4)``, labels of shape ``(boxes,)`` or ``(batch,
            boxes)``, or with an axis more (one-hot).
        owner: the layer, for messages.

    Raises:
        ValueError: no such dictionary; shapes that don't fit together.

    >>> some = {"boxes": [[[0, 0, 1, 1]], []], "labels": [[5], []]}
    >>> dense_boxes(some, "Layer")["labels"].tolist()
    [[5], [-1]]
    """
    if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= bounding_boxes.keys():
        got = sorted(bounding_boxes) if isinstance(bounding_boxes, dict) else bounding_boxes
        raise ValueError(
            f"{owner} takes 'bounding_boxes' as a dictionary with 'boxes' and 'labels', got {got}."
        )
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if isinstance(boxes, (list, tuple)) and isinstance(labels, (list, tuple)):
        boxes, labels = _filled_up(boxes, labels, owner)
    boxes, labels = jnp.asarray(boxes, "float32"), jnp.asarray(labels)
    if (
        boxes.ndim not in (2, 3)
        or boxes.shape[-1] != 4
        or labels.ndim not in (boxes.ndim - 1, boxes.ndim)
        or labels.shape[: boxes.ndim - 1] != boxes.shape[:-1]
    ):
        raise ValueError(
            f"{owner} takes boxes of shape (boxes, 4) or (batch, boxes, 4) and a label for each, "
            f"got boxes of shape {shape_text(boxes.shape)} and labels of shape "
            f"{shape_text(labels.shape)}."
        )
    return {**bounding_boxes, "boxes": boxes, "labels": labels}


def _filled_up(boxes: Any, labels: Any, owner: str) -> tuple[Any, Any]:
    counts = [len(b) for b in boxes if isinstance(b, (list, tuple, np.ndarray))]
    nested = len(boxes) == len(counts) and any(
        np.ndim(inner) == 1 for b in boxes for inner in b if np.size(inner)
    )
    if not nested:
        return np.asarray(boxes, "float32").reshape(-1, 4), np.asarray(labels)
    told = [len(of_image) for of_image in labels]
    if told != counts:
        raise ValueError(
            f"{owner}: the images have {counts} boxes but {told} labels; each box needs one."
        )
    most = max(counts)
    full = np.zeros((len(boxes), most, 4), "float32")
    names = np.full((len(boxes), most), NO_LABEL, "int32")
    for i, (of_image, own) in enumerate(zip(boxes, labels, strict=True)):
        if len(of_image):
            full[i, : len(of_image)] = np.asarray(of_image, "float32")
            names[i, : len(own)] = np.asarray(own)
    return full, names
