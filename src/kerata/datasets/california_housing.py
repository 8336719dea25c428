"""California housing: 20,640 districts, 8 figures about each, the median price of 1990."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerata.datasets.archives import members, read_npz, reading
from kerata.datasets.boston_housing import Arrays, split_rows
from kerata.datasets.catalogue import entry
from kerata.datasets.fetch import locate

FEATURE_NAMES = (
    *("longitude", "latitude", "housing_median_age", "total_rooms"),
    *("total_bedrooms", "population", "households", "median_income"),
)


def load_data(
    version: str = "large",
    path: str | Path = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> tuple[Arrays, Arrays]:
    """Give the California districts.

    Arguments:
        version: "large" for all, "small" for the first 600.
        path: name in ``KERATA_DATA`` or the cache, or the path of a file: Keras's ``.npz``
            or the publisher's ``cal_housing.tgz``, looked for where Keras's is missing.
        test_split: share of the rows for the test, from 0 to below 1.
        seed: decides which rows.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: float32 ``(n, 8)``, the publisher's own
        columns in the order of :data:`FEATURE_NAMES`, as Keras's file holds them too
        (its documentation names averages, which scikit-learn's loader makes), and prices
        in dollars.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged, or an argument out of range.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data()

    Source: Pace and Barry, Statistics and Probability Letters 33 (1997).
    """
    if version not in ("small", "large"):
        raise ValueError(f"version must be 'small' or 'large', got {version!r}.")
    found = locate(path)
    if found is None and path == "california_housing.npz":
        found = locate("cal_housing.tgz")
    if found is None:
        found = entry("california_housing").files[0].find(path)
    with reading(found, "the rows of California housing"):
        x, y = _read_npz(found) if found.suffix == ".npz" else _read_archive(found)
    if version == "small":
        x, y = x[:600], y[:600]
    return split_rows(x, y, test_split, seed)


def _read_npz(path: Path) -> Arrays:
    file = read_npz(path)
    return file["x"], file["y"]


def _read_archive(path: Path) -> Arrays:
    texts = [content for name, content in members(path) if name.endswith("cal_housing.data")]
    if not texts:
        raise ValueError("no cal_housing.data in it")
    table = np.array([line.split(",") for line in texts[0].decode().split()], dtype="float32")
    if table.ndim != 2 or table.shape[1] != len(FEATURE_NAMES) + 1:
        raise ValueError(f"{len(FEATURE_NAMES) + 1} columns are expected")
    return table[:, :-1], table[:, -1]
