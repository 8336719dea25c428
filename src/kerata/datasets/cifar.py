"""CIFAR-10 and CIFAR-100: rows of labels and 3 by 32 by 32 bytes; copies as pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.datasets.archives import members, reading
from kerata.datasets.parsed import Parsed, remember

Arrays = tuple[np.ndarray, np.ndarray]

_PIXELS = 3 * 32 * 32


def load_binary(path: Path, *, labels: int, column: int = 0) -> tuple[Arrays, Arrays]:
    """Read training and test images from a ``cifar-*-binary.tar.gz``.

    The publisher's Python version of the archive holds pickles, which may run foreign
    code; it is not read.

    Arguments:
        path: the archive.
        labels: bytes of labels before each image.
        column: which of them to give.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 ``(n, 32, 32, 3)``, labels
        uint8 ``(n, 1)``. With ``image_data_format`` "channels_first", ``(n, 3, 32, 32)``.

    Raises:
        ValueError: the archive is damaged.

    Source: Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
    """
    from kerata import config

    parts: dict[str, list[tuple[str, np.ndarray]]] = {"train": [], "test": []}
    with reading(path, "CIFAR's images in the binary version"):
        for name, content in members(path):
            name = name.rsplit("/", 1)[-1]
            if name.endswith(".bin"):
                rows = np.frombuffer(content, "uint8").reshape(-1, labels + _PIXELS)
                parts["test" if name.startswith("test") else "train"].append((name, rows))
        train, test = (
            np.concatenate([rows for _, rows in sorted(part, key=lambda batch: batch[0])])
            for part in parts.values()
        )
    first = config.image_data_format() == "channels_first"
    return _split(train, labels, column, first), _split(test, labels, column, first)


def _split(rows: np.ndarray, labels: int, column: int, channels_first: bool) -> Arrays:
    images = rows[:, labels:].reshape(-1, 3, 32, 32)
    if not channels_first:
        images = images.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), rows[:, column : column + 1].copy()


def load_pictures(path: Path, classes: Sequence[str]) -> tuple[Arrays, Arrays]:
    """Read training and test images from an archive of pictures in folders of classes.

    Arguments:
        path: the archive, with ``.../train/airplane/0000.jpg`` and the same in ``test``.
        classes: names of the folders, in the order of their numbers.

    Returns:
        As for ``load_binary``. Of each class one after the other, as the files are numbered, so
        that any part has rows of all.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: the archive is damaged.
    """
    from kerata import config

    images = _pillow()
    first = config.image_data_format() == "channels_first"
    found = remember("cifar10-pictures", path, lambda p: _parse_pictures(p, classes, images))
    x, x_test = found["x_train"], found["x_test"]
    if first:
        x, x_test = np.moveaxis(x, -1, 1), np.moveaxis(x_test, -1, 1)
    return (x, found["y_train"]), (x_test, found["y_test"])


def _parse_pictures(path: Path, classes: Sequence[str], images: Any) -> Parsed:
    numbers = {name: number for number, name in enumerate(classes)}
    rows: dict[str, list[tuple[str, int, np.ndarray]]] = {"train": [], "test": []}
    with reading(path, "CIFAR's images as pictures"):
        for name, content in members(path, limit=1 << 20):
            part, label, file = name.split("/")[-3:]
            with images.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
                if picture.size != (32, 32):
                    raise ValueError(f"{name} has {picture.size[0]} by {picture.size[1]} pixels")
                rows[part].append((file, numbers[label], np.asarray(picture.convert("RGB"))))
        parsed: Parsed = {}
        for part, found in rows.items():
            found.sort(key=lambda row: row[:2])
            parsed[f"x_{part}"] = np.stack([row[2] for row in found])
            parsed[f"y_{part}"] = np.array([[row[1]] for row in found], "uint8")
        return parsed


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as problem:
        raise ImportError("JPEG copies need Pillow: pip install 'kerata[images]'.") from problem
    return Image
