"""The standard data sets, each a module with ``load_data()``."""

from kerata.datasets import (
    boston_housing,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)

__all__ = ["boston_housing", "digits", "fashion_mnist", "imdb", "mnist", "reuters"]
