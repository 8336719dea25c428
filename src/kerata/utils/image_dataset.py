"""Pictures in a folder as a data set."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer
from kerata.utils.file_dataset import datasets_of_folder
from kerata.utils.image_files import img_to_array, open_picture

_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_COLOR_MODES = ("grayscale", "rgb", "rgba")
_INTERPOLATIONS = (
    "bilinear",
    "nearest",
    "bicubic",
    "area",
    "lanczos3",
    "lanczos5",
    "mitchellcubic",
)


def image_dataset_from_directory(
    directory: str | Path,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: list[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Make a data set of the pictures in a folder.

    Threads decode; Pillow smooths pictures that it makes smaller, which TensorFlow's
    resizing in Keras does not.

    Arguments:
        directory: folder with a subfolder for each class (or with files at any depth, if
            labels are not inferred).
        labels: ``'inferred'`` from the subfolders, a list of numbers in the order of the
            paths, or None.
        label_mode: ``'int'``: int32 ``(batch,)``; ``'binary'``: 0.0 or 1.0 ``(batch, 1)``;
            ``'categorical'``: one-hot; None for no labels.
        class_names: subfolders to take, in the order of the classes; all, sorted, by default.
        color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        batch_size: pictures in a batch; None gives single ones without a batch axis.
        image_size: ``(height, width)``, or one number for both.
        shuffle: whether each pass has another order; otherwise that of the paths.
        seed: of the shuffling and the split.
        validation_split: share of the files for validation.
        subset: ``'training'``, ``'validation'``, or ``'both'`` for a list of both.
        interpolation: filter of the resizing.
        follow_links: whether to enter linked folders.
        crop_to_aspect_ratio: whether to crop the middle instead of distorting.
        pad_to_aspect_ratio: whether to add black instead.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        format: accepted for Keras's sake.
        verbose: whether to print how many files there are.

    Returns:
        A data set of batches ``(pictures, labels)``, pictures float32 from 0 to 255 of shape
        ``(batch, height, width, channels)``; it has ``class_names`` and ``file_paths``, and
        ``map``, ``take`` and ``prefetch`` as in TensorFlow.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: arguments that make no sense, no files, a file that is no picture.
    """
    if color_mode not in _COLOR_MODES:
        raise ValueError(
            f"color_mode must be 'grayscale', 'rgb' or 'rgba', got color_mode={color_mode!r}."
        )
    if str(interpolation).lower() not in _INTERPOLATIONS:
        raise ValueError(
            f"interpolation must be one of {', '.join(_INTERPOLATIONS)}, got {interpolation!r}."
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other.")
    fit = "crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else "distort"
    size = _size(image_size)
    return datasets_of_folder(
        directory,
        _ENDINGS,
        functools.partial(_load, color_mode, size, interpolation, fit, data_format),
        label_mode,
        batch_size,
        shuffle,
        seed,
        format,
        labels=labels,
        class_names=class_names,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )


def _size(image_size: Any) -> tuple[int, int]:
    size = (image_size, image_size) if is_integer(image_size) else image_size
    valid = isinstance(size, (list, tuple)) and len(size) == 2
    if not valid or not all(is_integer(n) and n > 0 for n in size):
        raise ValueError(f"image_size must be (height, width) in pixels, got {image_size!r}.")
    return int(size[0]), int(size[1])


def _load(
    color_mode: str,
    size: tuple[int, int],
    interpolation: str,
    fit: str,
    data_format: str | None,
    path: str,
) -> np.ndarray:
    picture = open_picture(path, color_mode, size, interpolation, fit)
    return img_to_array(picture, data_format, "float32")
