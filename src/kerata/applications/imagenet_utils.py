"""Pictures in the way that pretrained networks expect them, and the names of their classes."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kerata import ops
from kerata.applications.files import WeightFile
from kerata.base.messages import did_you_mean
from kerata.config import image_data_format

__all__ = ["decode_predictions", "preprocess_input"]

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# In the order blue, green, red.
_CAFFE_MEAN = (103.939, 116.779, 123.68)
_INDEX = WeightFile(
    "imagenet_class_index.json",
    "c2c37ea517e94d9795004a39431a14cb",
    "https://storage.googleapis.com/download.tensorflow.org/data/",
)
_MODES = ("caffe", "tf", "torch")
_FORMATS = ("channels_first", "channels_last")


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Scale pictures as networks trained on ImageNet expect them.

    Arguments:
        x: pictures ``(batch, height, width, 3)`` or one ``(height, width, 3)``, values from 0 to
            255, an array or a symbolic tensor. A floating-point NumPy array is overwritten.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default the configured one.
        mode: ``'caffe'``: blue first, less ImageNet's mean; ``'tf'``: from -1 to 1;
            ``'torch'``: from 0 to 1, less ImageNet's mean, over its standard deviation.

    Returns:
        Floats of the same shape.

    Raises:
        ValueError: unknown mode or data format.

    >>> preprocess_input(np.array([[[0, 127.5, 255]]]), mode="tf")
    array([[[-1.,  0.,  1.]]])
    """
    if mode not in _MODES:
        raise ValueError(f"preprocess_input: unknown mode {mode!r}. {did_you_mean(mode, _MODES)}")
    data_format = data_format or image_data_format()
    if data_format not in _FORMATS:
        raise ValueError(
            f"preprocess_input: data_format must be one of {', '.join(_FORMATS)}, "
            f"got {data_format!r}."
        )
    in_place = isinstance(x, np.ndarray)
    if in_place and not np.issubdtype(x.dtype, np.floating):
        x = x.astype("float32")
    axis = -1 if data_format == "channels_last" else len(x.shape) - 3
    kind = "float64" if in_place else x.dtype
    mean, std = (_along(axis, len(x.shape), values, kind) for values in (_MEAN, _STD))
    if mode == "tf":
        return _into(x, in_place, lambda x: x / 127.5 - 1.0)
    if mode == "torch":
        return _into(x, in_place, lambda x: (x / 255.0 - mean) / std)
    x = np.flip(x, axis) if in_place else ops.flip(x, axis)
    mean = _along(axis, len(x.shape), _CAFFE_MEAN, kind)
    return _into(x, in_place, lambda x: x - mean)


def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, Any]]]:
    """Name the classes of ImageNet that a network finds most probable.

    The list of names is downloaded once (35 kB).

    Arguments:
        preds: probabilities ``(batch, 1000)``, floats.
        top: how many classes for each picture.

    Returns:
        For each picture tuples of WordNet's number, name and probability, the highest first.

    Raises:
        ValueError: another shape.
        ConnectionError: the list can't be downloaded.
    """
    rows = np.asarray(preds)
    if rows.ndim != 2 or rows.shape[1] != 1000:
        raise ValueError(
            f"decode_predictions takes probabilities of ImageNet's 1000 classes, "
            f"(batch, 1000), got {rows.shape}."
        )
    names = _class_names(_INDEX.path())
    best = np.argsort(rows, axis=1)[:, ::-1][:, :top]
    return [
        [(*names[i], row[i]) for i in order] for row, order in zip(rows, best.tolist(), strict=True)
    ]


def in_mode(mode: str | None) -> Callable[..., Any]:
    """Give a family's ``preprocess_input``.

    Arguments:
        mode: as for ``preprocess_input``; None where the network scales pictures itself.
    """

    def preprocess(x: Any, data_format: str | None = None) -> Any:
        return x if mode is None else preprocess_input(x, data_format, mode)

    what = "None: the network scales by itself." if mode is None else f"Mode {mode!r}."
    preprocess.__name__ = preprocess.__qualname__ = "preprocess_input"
    preprocess.__doc__ = (
        f"Scale pictures as this network expects them. {what}\n\n"
        "Arguments:\n"
        "    x: pictures ``(batch, height, width, 3)``, floats from 0 to 255.\n"
        "    data_format: ``'channels_last'`` or ``'channels_first'``.\n"
    )
    return preprocess


def _along(axis: int, rank: int, values: tuple[float, ...], dtype: Any) -> np.ndarray:
    shape = [1] * rank
    shape[axis] = 3
    return np.asarray(values, dtype).reshape(shape)


def _into(x: Any, in_place: bool, change: Callable[[Any], Any]) -> Any:
    """Change an array where it lies, as Keras does with NumPy arrays."""
    if not in_place:
        return change(x)
    x[...] = change(x)
    return x


@functools.cache
def _class_names(path: Path) -> list[tuple[str, str]]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return [(str(found[str(i)][0]), str(found[str(i)][1])) for i in range(1000)]
