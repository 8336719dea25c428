"""Pictures in files to arrays and back."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.dtypes import floatx, standardize_data_format
from kerata.base.messages import did_you_mean
from kerata.config import image_data_format
from kerata.utils.plain_files import check_plain

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
# Keras's names for Pillow's filters; Pillow has no Lanczos of 5 lobes and no Mitchell's.
_FILTERS = {
    "nearest": "NEAREST",
    "bilinear": "BILINEAR",
    "bicubic": "BICUBIC",
    "area": "BOX",
    "box": "BOX",
    "hamming": "HAMMING",
    "lanczos": "LANCZOS",
    "lanczos3": "LANCZOS",
    "lanczos5": "LANCZOS",
    "mitchellcubic": "BICUBIC",
}


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Load a picture.

    Arguments:
        path: path, or an open binary file.
        color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        target_size: ``(height, width)`` to resize to, or None.
        interpolation: filter of the resizing.
        keep_aspect_ratio: whether to crop the middle instead of distorting.

    Returns:
        A Pillow image.

    Raises:
        ValueError: no picture, unknown names.
    """
    fit = "crop" if keep_aspect_ratio else "distort"
    return open_picture(path, color_mode, target_size, interpolation, fit)


def open_picture(
    path: Any,
    color_mode: str,
    size: tuple[int, int] | None,
    interpolation: str,
    fit: str = "distort",
) -> Any:
    """Load a picture and fit it into a size: 'distort', 'crop' its middle, or 'pad' with black."""
    image = _pillow()
    mode = look_up(color_mode, _MODES, "color_mode")
    resample = getattr(image.Resampling, look_up(interpolation, _FILTERS, "interpolation"))
    try:
        if isinstance(path, (str, os.PathLike)):
            check_plain(path)
        with image.open(path) as opened:
            # A grey picture of 16 or 32 bits keeps its depth.
            deep = mode == "L" and opened.mode in ("I;16", "I")
            picture = opened.copy() if deep else opened.convert(mode)
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path} can't be read as a picture: {error}.") from None
    if size is None or picture.size == (size[1], size[0]):
        return picture
    height, width = size
    if fit == "distort":
        return picture.resize((width, height), resample)
    if fit == "crop":
        return picture.resize((width, height), resample, box=_middle(picture.size, width / height))
    inner = _inside(picture.size, width, height)
    padded = image.new(picture.mode, (width, height))
    padded.paste(
        picture.resize(inner, resample), ((width - inner[0]) // 2, (height - inner[1]) // 2)
    )
    return padded


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """Turn a Pillow image into an array ``(height, width, channels)``, 0 to 255."""
    array = np.asarray(img, dtype or floatx())
    if array.ndim == 2:
        array = array[..., None]
    first = (data_format or image_data_format()) == "channels_first"
    return array.transpose(2, 0, 1) if first else array


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """Turn an array ``(height, width, channels)`` into a Pillow image.

    Arguments:
        scale: whether to stretch the numbers to 0 to 255.

    Raises:
        ValueError: another number of axes or channels.
    """
    array = np.asarray(x, dtype or floatx())
    if array.ndim != 3:
        raise ValueError(f"A picture has 3 axes, got shape {array.shape}.")
    if (data_format or image_data_format()) == "channels_first":
        array = array.transpose(1, 2, 0)
    if array.shape[2] not in (1, 3, 4):
        raise ValueError(f"A picture has 1, 3 or 4 channels, got {array.shape[2]}.")
    if scale:
        array = array - array.min()
        array = array / (array.max() or 1) * 255
    pixels = array.astype("uint8")
    return _pillow().fromarray(pixels[:, :, 0] if array.shape[2] == 1 else pixels)


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array into a file as a picture.

    Arguments:
        path: path, or an open binary file.
        x: array of shape ``(height, width, channels)`` with 1, 3 or 4 channels.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.
        file_format: ``'png'``, ``'jpg'``, ...; by default what the path ends with.
        scale: whether to stretch the numbers to 0 to 255 (True).
        kwargs: options of Pillow's ``Image.save``.

    Raises:
        ValueError: another number of axes or channels, an unknown format or data_format.

    >>> import io
    >>> file = io.BytesIO()
    >>> save_img(file, np.eye(4)[..., None], file_format="png")
    >>> load_img(file).size
    (4, 4)
    """
    if file_format is None and isinstance(path, (str, Path)):
        file_format = Path(path).suffix[1:]
    kind = "jpeg" if file_format and file_format.lower() == "jpg" else file_format
    picture = array_to_img(x, data_format=standardize_data_format(data_format), scale=scale)
    if picture.mode == "RGBA" and kind is not None and kind.lower() == "jpeg":
        warnings.warn("JPEG files hold no transparency: the picture is saved as RGB.", stacklevel=2)
        picture = picture.convert("RGB")
    try:
        picture.save(path, format=kind or None, **kwargs)
    except KeyError:
        raise ValueError(
            f"save_img: unknown picture format {kind!r}; use file_format='png' or 'jpg'."
        ) from None


def look_up(name: str, table: dict[str, str], argument: str) -> str:
    """Find a name in a table, or say which there are."""
    found = table.get(str(name).lower())
    if found is None:
        raise ValueError(
            f"{argument} must be one of {', '.join(table)}, got {name!r}. "
            + did_you_mean(str(name), table)
        )
    return found


def _middle(size: tuple[int, int], ratio: float) -> tuple[float, float, float, float]:
    """Give the box of the largest middle part of a picture with this width to height."""
    width, height = size
    w, h = min(width, max(1, int(height * ratio))), min(height, max(1, int(width / ratio)))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def _inside(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Give the largest size of the picture's shape that fits inside."""
    scale = min(width / size[0], height / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("Pictures need Pillow: pip install 'kerata[images]'.") from None
    return Image
