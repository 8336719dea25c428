"""Pictures in files and as arrays, under Keras's older names."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.base.dtypes import standardize_data_format
from kerata.ops.image import resize
from kerata.utils.image_files import array_to_img, img_to_array, load_img, save_img


def smart_resize(
    x: Any,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    data_format: str | None = "channels_last",
) -> Any:
    """Give images another height and width without distorting them: their middle is cut out.

    Arguments:
        x: shape ``(height, width, channels)`` or ``(batch, height, width, channels)``; a NumPy
            array gives one. The dtype is kept.
        size: new height and width.
        interpolation: ``'bilinear'`` (default), ``'nearest'``, ``'bicubic'``, ``'lanczos3'`` or
            ``'lanczos5'``.
        data_format: ``'channels_last'`` (default) or ``'channels_first'``.

    Raises:
        ValueError: other numbers of axes, a size that is not two positive numbers, an unknown
            interpolation or data_format.

    >>> smart_resize(np.ones((4, 8, 3), "float32"), (2, 2)).shape
    (2, 2, 3)
    """
    resized = resize(
        x,
        size,
        interpolation=interpolation,
        crop_to_aspect_ratio=True,
        data_format=standardize_data_format(data_format),
    )
    return np.asarray(resized) if isinstance(x, np.ndarray) else resized


__all__ = ["array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"]
