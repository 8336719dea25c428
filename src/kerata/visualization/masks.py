"""Segmentation masks laid over pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.visualization.gallery import plot_image_gallery
from kerata.visualization.pixels import as_bytes, image_batch, is_channels_first

# How far the colours of neighbouring classes are apart, in red, green and blue.
_STEPS = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])


def draw_segmentation_masks(
    images: Any,
    segmentation_masks: Any,
    num_classes: int | None = None,
    color_mapping: dict[int, Any] | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> np.ndarray:
    """Lay a colour for each class over pictures.

    Class 0 is the background and stays as it is, unless ``color_mapping`` has a colour for it.
    (Keras 3.15 describes it so, but paints class 0 black and leaves out class ``num_classes``.)

    Arguments:
        images: array ``(images, height, width, channels)`` with 3 channels; numbers from 0 to
            255, or floats from 0 to 1.
        segmentation_masks: class numbers ``(images, height, width)``, or with a last axis of 1.
        num_classes: the last class to draw; the largest number by default.
        color_mapping: red, green and blue from 0 to 255 by class number.
        alpha: float from 0 to 1, share of the colour in a drawn pixel.
        blend: False for the colours alone, float32.
        ignore_index: class that is not drawn.
        data_format: ``'channels_last'`` or ``'channels_first'``, of the images and of masks
            with channels; the setting by default. The result has its channels last.

    Returns:
        The pictures, uint8 ``(images, height, width, 3)``, or float32 if they are not blended.

    Raises:
        TypeError: masks that are no whole numbers.
        ValueError: shapes that don't fit; a class without a colour in ``color_mapping``.

    >>> masks = np.array([[[0, 1]]])
    >>> draw_segmentation_masks(np.zeros((1, 1, 2, 3)), masks, alpha=0.5)[0, 0].tolist()
    [[0, 0, 0], [0, 63, 15]]
    """
    first = is_channels_first(data_format)
    batch = as_bytes(image_batch("draw_segmentation_masks", images, first)).astype(np.float32)
    if batch.shape[-1] != 3:
        raise ValueError(
            f"draw_segmentation_masks draws on images of 3 channels, got {batch.shape[-1]}."
        )
    masks = _numbers(segmentation_masks, batch.shape[:3], first)
    if not 0 <= alpha <= 1:
        raise ValueError(f"draw_segmentation_masks: alpha must be from 0 to 1, got {alpha!r}.")
    last = int(masks.max(initial=0)) if num_classes is None else int(num_classes)
    drawn = batch.copy()
    for number in range(0 if 0 in (color_mapping or {}) else 1, last + 1):
        where = masks == number
        if number != ignore_index and where.any():
            drawn[where] = _color(number, color_mapping)
    if not blend:
        return drawn
    mixed = batch * np.float32(1 - alpha) + drawn * np.float32(alpha)
    return np.where(drawn == batch, batch, mixed).astype(np.uint8)


def _numbers(masks: Any, shape: tuple[int, ...], channels_first: bool) -> np.ndarray:
    array = np.asarray(masks)
    if array.dtype.kind not in "iu":
        raise TypeError(
            "draw_segmentation_masks: segmentation_masks must be whole numbers of classes, got "
            f"{array.dtype}."
        )
    if array.ndim == 4 and channels_first:
        array = np.moveaxis(array, 1, -1)
    if array.ndim == 4 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.shape != shape:
        raise ValueError(
            f"draw_segmentation_masks: the images have shape {shape}, but the masks "
            f"{np.shape(masks)}: give one class number a pixel."
        )
    return array


def _color(number: int, mapping: dict[int, Any] | None) -> np.ndarray:
    if mapping is None:
        return (number * _STEPS % 255).astype(np.float32)
    if number not in mapping:
        raise ValueError(
            f"draw_segmentation_masks: color_mapping has no colour for class {number}; it has "
            f"those of {', '.join(map(str, mapping)) or 'none'}."
        )
    return np.asarray(mapping[number], np.float32)


def plot_segmentation_mask_gallery(
    images: Any,
    num_classes: int | None,
    value_range: tuple[float, float] = (0, 255),
    y_true: Any = None,
    y_pred: Any = None,
    color_mapping: dict[int, Any] | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Show each picture in a row with its true and its predicted mask, or save them in one file.

    Arguments:
        images: array ``(images, height, width, channels)`` with 3 channels.
        num_classes, color_mapping, blend, alpha, ignore_index: as for
            ``draw_segmentation_masks``.
        value_range: the numbers that stand for black and white.
        y_true, y_pred: class numbers ``(images, height, width)``, or with a last axis of 1; None
            for no such column.
        data_format, **kwargs: as for ``plot_image_gallery``.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: as ``draw_segmentation_masks``.

    >>> masks = np.ones((1, 8, 8), int)
    >>> plot_segmentation_mask_gallery(np.zeros((1, 8, 8, 3)), 2, y_true=masks, show=False)
    """
    first = is_channels_first(data_format)
    batch = as_bytes(image_batch("plot_segmentation_mask_gallery", images, first), value_range)
    columns = [batch]
    for masks in (y_true, y_pred):
        if masks is None:
            continue
        numbers = np.asarray(masks).astype(np.int32)
        if first and numbers.ndim == 4:
            numbers = np.moveaxis(numbers, 1, -1)
        drawn = draw_segmentation_masks(
            batch,
            numbers,
            num_classes=num_classes,
            color_mapping=color_mapping,
            alpha=alpha,
            blend=blend,
            ignore_index=ignore_index,
            data_format="channels_last",
        )
        columns.append(as_bytes(drawn, (0, 255)))
    mixed = np.stack(columns, axis=1).reshape(-1, *batch.shape[1:])
    plot_image_gallery(
        mixed, rows=len(batch), cols=len(columns), data_format="channels_last", **kwargs
    )
