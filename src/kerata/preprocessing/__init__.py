"""Texts, sequences and pictures to numbers, under Keras's older names."""

from kerata.preprocessing import image, sequence, text
from kerata.utils.image_dataset import image_dataset_from_directory
from kerata.utils.text_dataset import text_dataset_from_directory
from kerata.utils.timeseries_dataset import timeseries_dataset_from_array

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
