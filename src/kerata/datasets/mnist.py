"""MNIST: 70,000 handwritten digits of 28 by 28 pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kerata.datasets.archives import read_idx, read_npz, reading
from kerata.datasets.catalogue import MNIST_IDX, entry
from kerata.datasets.fetch import locate

CLASS_NAMES = tuple(str(digit) for digit in range(10))

Arrays = tuple[np.ndarray, np.ndarray]


def load_data(path: str | Path = "mnist.npz") -> tuple[Arrays, Arrays]:
    """Give MNIST's images and labels.

    Arguments:
        path: name in ``KERATA_DATA`` or the cache, or the path of a file in the same
            layout. Where it is missing but the four IDX files lie in a folder ``mnist``
            beside it, those are read.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images uint8 ``(60000, 28, 28)`` and
        ``(10000, 28, 28)`` from 0 (paper) to 255 (ink), labels uint8 from 0 to 9.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: LeCun, Cortes and Burges, the MNIST database (1998).
    """
    if locate(path) is None and path == "mnist.npz":
        found = [file for file in map(locate, MNIST_IDX) if file is not None]
        if len(found) == len(MNIST_IDX):
            return images_of_idx(found)
    return images_of_npz(entry("mnist").files[0].find(path))


def images_of_npz(path: Path) -> tuple[Arrays, Arrays]:
    """Read images and labels from a file in the layout of Keras's ``mnist.npz``."""
    with reading(path, "x_train, y_train, x_test and y_test"):
        file = read_npz(path)
        train, test = (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
        _check_rows(train, test)
    return train, test


def images_of_idx(paths: Sequence[Path]) -> tuple[Arrays, Arrays]:
    """Read images and labels from four IDX files, training images first."""
    arrays = []
    for path in paths:
        with reading(path, "images or labels in the IDX format"):
            arrays.append(read_idx(path))
    with reading(paths[0].parent, "as many labels as images"):
        _check_rows((arrays[0], arrays[1]), (arrays[2], arrays[3]))
    return (arrays[0], arrays[1]), (arrays[2], arrays[3])


def _check_rows(*parts: Arrays) -> None:
    for x, y in parts:
        if len(x) != len(y):
            raise ValueError(f"{len(x)} images and {len(y)} labels")
