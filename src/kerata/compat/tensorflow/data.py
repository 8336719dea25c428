"""``tf.data``."""

from __future__ import annotations

from typing import Any

from kerata.compat.tensorflow.lacking import lacking
from kerata.data import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset, DatasetSpec

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "Options",
    "TextLineDataset",
    "experimental",
]


class Options:
    """``tf.data.Options``: accepted, without effect; any attribute can be set."""

    def __init__(self) -> None:
        self.threading = self.autotune = _Anything()
        self.experimental_optimization = self.experimental_distribute = _Anything()


class _Anything:
    """Attributes of any name."""


class experimental:
    """``tf.data.experimental``."""

    AUTOTUNE = AUTOTUNE
    INFINITE_CARDINALITY = INFINITE_CARDINALITY
    UNKNOWN_CARDINALITY = UNKNOWN_CARDINALITY

    @staticmethod
    def cardinality(dataset: Dataset) -> Any:
        """Count the elements."""
        return dataset.cardinality()


def TextLineDataset(filenames: Any, *_: Any, **__: Any) -> Dataset:
    """``tf.data.TextLineDataset``: the lines of files of text, one after the other."""
    from collections.abc import Iterator

    from kerata.compat.tensorflow.strings import texts
    from kerata.data import TensorSpec

    paths = texts(filenames).reshape(-1).tolist()

    def lines() -> Iterator[str]:
        for path in paths:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    yield line.rstrip("\r\n")

    return Dataset.from_generator(lines, output_signature=TensorSpec((), "string"))


__getattr__ = lacking(__name__)
