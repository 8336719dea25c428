"""Batches of images as bytes, channels last."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.config import image_data_format


def is_channels_first(data_format: str | None) -> bool:
    """Say whether the channels are the second axis, by the argument or the setting."""
    return standardize_data_format(data_format or image_data_format()) == "channels_first"


def image_batch(owner: str, images: Any, channels_first: bool) -> np.ndarray:
    """Give images as an array ``(images, height, width, channels)``.

    Raises:
        ValueError: another number of axes, or of channels than 1, 3 or 4.
    """
    array = np.asarray(images)
    if array.ndim != 4:
        raise ValueError(
            f"{owner}: images must be a batch of shape (images, height, width, channels), got "
            f"{shape_text(array.shape)}."
        )
    if channels_first:
        array = np.moveaxis(array, 1, -1)
    if array.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"{owner}: images must have 1, 3 or 4 channels, got {array.shape[-1]} in the shape "
            f"{shape_text(np.shape(images))}."
        )
    return array


def as_bytes(images: np.ndarray, value_range: Any = None) -> np.ndarray:
    """Bring images to whole numbers from 0 to 255.

    Arguments:
        images: numbers of any type.
        value_range: the numbers that stand for black and white; by default 0 and 255, or 0 and
            1 for floats of which none is above 1.
    """
    if value_range is None:
        shares = images.dtype.kind == "f" and images.size > 0 and images.max() <= 1
        value_range = (0, 1) if shares else (0, 255)
    low, high = value_range
    if (low, high) != (0, 255):
        images = (images.astype(np.float64) - low) * (255 / (high - low))
    return np.clip(images, 0, 255).astype(np.uint8)
