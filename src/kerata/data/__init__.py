"""Data sets in the manner of TensorFlow's ``tf.data``: elements that are made as they are read."""

from kerata.data.ahead import AUTOTUNE
from kerata.data.dataset import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset
from kerata.data.spec import DatasetSpec, TensorSpec

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "TensorSpec",
]
