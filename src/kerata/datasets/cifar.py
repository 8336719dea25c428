"""The binary files of CIFAR-10 and CIFAR-100: rows of labels and 3 by 32 by 32 bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerata.datasets.archives import members, reading

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
