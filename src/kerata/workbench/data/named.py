"""Data sets by name, with their official test sets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.data.arrays import source_of_arrays
from kerata.workbench.data.containers import Source, Table, Texts


def read_named(name: str) -> Source:
    """Read a data set by its name in ``kerata.datasets``.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ImportError: a package that it needs is not installed.

    >>> source = read_named("moons")
    >>> source.kind, len(source.train), source.target
    ('table', 1000, 'target')
    """
    return NAMED[name](name)


def is_named(name: str) -> bool:
    """Say whether a data set of ``kerata.datasets`` is called so."""
    return OTHER_NAMES.get(name.lower(), name.lower()) in NAMED


def _digest(*arrays: Any) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        # The bytes of objects are their places in memory.
        if isinstance(array, np.ndarray) and array.dtype != object:
            digest.update(np.ascontiguousarray(array).tobytes())
        else:
            flat = array.ravel() if isinstance(array, np.ndarray) else array
            digest.update("\0".join(map(str, flat)).encode())
    return digest.hexdigest()


def _texts(name: str) -> Source:
    from kerata.datasets import imdb, reuters

    if name == "imdb":
        (train, y), (test, y_test) = imdb.load_texts()
        classes: tuple[str, ...] = ("negative", "positive")
    else:
        (train, y), (test, y_test) = reuters.load_texts()
        classes = reuters.get_label_names()
    train_part, test_part = (
        Texts(
            texts,
            [classes[label] for label in labels],
            [f"{part} {i}" for i in range(1, len(texts) + 1)],
        )
        for part, texts, labels in (("train", train, y), ("test", test, y_test))
    )
    digest = _digest(train, y, test, y_test)
    notes = [f"{len(train):,} texts and the official test of {len(test):,}."]
    return Source(name, "texts", train_part, test_part, None, notes, digest)


def _images(name: str) -> Source:
    from kerata import datasets

    module = getattr(datasets, name)
    if name == "digits":
        (x, y), (x_test, y_test) = module.load_data(test_fraction=0.2)
        split = "A random fifth, each digit with its share, is the test."
    else:
        (x, y), (x_test, y_test) = module.load_data()
        split = f"{len(x):,} images and the official test of {len(x_test):,}."
    classes = getattr(module, "CLASS_NAMES", None)
    digest = _digest(x, y, x_test, y_test)
    return source_of_arrays(name, (x, y), (x_test, y_test), [split], digest, classes=classes)


def _adult(name: str) -> Source:
    from kerata.datasets import adult

    need("pandas", "Adult")
    parts = []
    for frame, labels in adult.load_data():
        frame = frame.mask(frame == "?")
        frame["income"] = np.where(labels == 1, ">50K", "<=50K")
        parts.append(Table(frame))
    train, test = parts
    digest = _digest(*(column for part in parts for column in part.frame.astype(str).to_numpy()))
    notes = [f"{len(train):,} people and the official test of {len(test):,}; ? is missing."]
    return Source(name, "table", train, test, "income", notes, digest)


def _housing(name: str) -> Source:
    from kerata import datasets

    module = getattr(datasets, name)
    (x, y), (x_test, y_test) = module.load_data()
    notes = [f"{len(x):,} districts and the test of {len(x_test):,} that Keras uses."]
    names = [str(column).lower() for column in module.FEATURE_NAMES]
    target = "medv" if name == "boston_housing" else "median_house_value"
    digest = _digest(x, y, x_test, y_test)
    return source_of_arrays(
        name, (x, y), (x_test, y_test), notes, digest, names=names, target=target
    )


def _points(name: str) -> Source:
    from kerata import datasets

    x, y = getattr(datasets, name)(rows=1000)
    notes = ["1,000 made points in the plane."]
    return source_of_arrays(name, (x, y), None, notes, _digest(x, y), names=["x1", "x2"])


NAMED: dict[str, Callable[[str], Source]] = {
    **dict.fromkeys(("imdb", "reuters"), _texts),
    **dict.fromkeys(("mnist", "fashion_mnist", "cifar10", "cifar100", "digits"), _images),
    "adult": _adult,
    **dict.fromkeys(("boston_housing", "california_housing"), _housing),
    **dict.fromkeys(("moons", "circles", "spirals", "xor"), _points),
}
OTHER_NAMES = {
    "boston": "boston_housing",
    "california": "california_housing",
    "housing": "california_housing",
    "fashion": "fashion_mnist",
    "fashion-mnist": "fashion_mnist",
    "cifar": "cifar10",
    "census": "adult",
}
