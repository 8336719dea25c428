"""The standard data sets, each a module with ``load_data()``, and made points in the plane."""

from kerata.datasets import (
    adult,
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from kerata.datasets.openml import fetch_openml
from kerata.datasets.points import blobs, circles, moons, plane, spirals, xor

__all__ = [
    "adult",
    "blobs",
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "circles",
    "digits",
    "fashion_mnist",
    "fetch_openml",
    "imdb",
    "mnist",
    "moons",
    "plane",
    "reuters",
    "spirals",
    "xor",
]
