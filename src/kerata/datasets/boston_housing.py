"""Boston housing: 506 districts, 13 figures about each, the median price of 1978."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from kerata.datasets.archives import read_npz, reading
from kerata.datasets.catalogue import entry
from kerata.datasets.fetch import locate
from kerata.datasets.sequences import shuffled

FEATURE_NAMES = (
    *("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE"),
    *("DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT"),
)

Arrays = tuple[np.ndarray, np.ndarray]


def load_data(
    path: str | Path = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Arrays, Arrays]:
    """Give the Boston districts, split as Keras splits them.

    Arguments:
        path: name in ``KERATA_DATA`` or the cache, or the path of an ``.npz`` file with
            ``x`` and ``y`` or of a ``.csv`` file with a header and the price last. Where
            it is missing, ``BostonHousing.csv`` is looked for.
        test_split: share of the rows for the test, from 0 to below 1.
        seed: decides which rows.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: float64 ``(404, 13)`` and ``(102, 13)``
        in the order of :data:`FEATURE_NAMES`, prices in thousands of dollars.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged, or ``test_split`` out of range.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: Harrison and Rubinfeld, Journal of Environmental Economics 5 (1978). The
    column B turns on the share of black people in a district: a lesson in what not to
    use, kept here because the published figures were obtained with it.
    """
    found = locate(path)
    if found is None and path == "boston_housing.npz":
        found = locate("BostonHousing.csv")
    if found is None:
        found = entry("boston_housing").files[0].find(path)
    with reading(found, "the rows of Boston housing"):
        x, y = _read_csv(found) if found.suffix == ".csv" else _read_npz(found)
    return split_rows(x, y, test_split, seed)


def split_rows(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> tuple[Arrays, Arrays]:
    """Shuffle rows and take the last share of them for the test, as Keras does.

    Raises:
        ValueError: ``test_split`` is not from 0 to below 1.

    >>> (train, _), (test, _) = split_rows(np.zeros((506, 13)), np.zeros(506), 0.2, seed=113)
    >>> len(train), len(test)
    (404, 102)
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be from 0 to below 1, got {test_split!r}.")
    order = shuffled(len(x), np.random.RandomState(seed))
    x, y = x[order], y[order]
    cut = int(len(x) * (1 - test_split))
    return (x[:cut].copy(), y[:cut].copy()), (x[cut:].copy(), y[cut:].copy())


def _read_npz(path: Path) -> Arrays:
    file = read_npz(path)
    return file["x"], file["y"]


def _read_csv(path: Path) -> Arrays:
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    table = np.array([[float(cell) for cell in row] for row in rows[1:] if row])
    if table.ndim != 2 or table.shape[1] != len(FEATURE_NAMES) + 1:
        raise ValueError(f"{len(FEATURE_NAMES) + 1} columns are expected")
    return table[:, :-1], table[:, -1]
