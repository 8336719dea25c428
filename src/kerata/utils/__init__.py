"""Tools around networks: labels, seeds, data sets in batches, progress bars, registration."""

from typing import Any

from kerata.base.console import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from kerata.base.custom_objects import (
    custom_object_scope,
    custom_object_scope as CustomObjectScope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from kerata.base.dtypes import dtype_name as standardize_dtype
from kerata.base.randomness import set_random_seed
from kerata.base.registry import (
    deserialize_keras_object,
    namespace_of,
    serialize_keras_object,
)
from kerata.base.symbolic import is_symbolic as is_keras_tensor
from kerata.utils import bounding_boxes, legacy
from kerata.utils.audio_dataset import audio_dataset_from_directory
from kerata.utils.bags import multi_hot
from kerata.utils.batches import pack_x_y_sample_weight, unpack_x_y_sample_weight
from kerata.utils.config import Config
from kerata.utils.get_file import get_file
from kerata.utils.graph_inputs import get_source_inputs
from kerata.utils.image_dataset import image_dataset_from_directory
from kerata.utils.image_files import array_to_img, img_to_array, load_img, save_img
from kerata.utils.labels import to_categorical
from kerata.utils.numeric import normalize
from kerata.utils.parquet import parquet_dataset
from kerata.utils.plot_model import model_to_dot, plot_model
from kerata.utils.progbar import Progbar
from kerata.utils.py_dataset import PyDataset, Sequence
from kerata.utils.sequences import pad_sequences
from kerata.utils.session import clear_session
from kerata.utils.split_dataset import split_dataset
from kerata.utils.text_dataset import text_dataset_from_directory
from kerata.utils.timeseries_dataset import timeseries_dataset_from_array

__all__ = [
    "Config",
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "legacy",
    "load_img",
    "model_to_dot",
    "multi_hot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "parquet_dataset",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


def __getattr__(name: str) -> Any:
    # It is made of layers, which stand on a higher floor.
    if name == "FeatureSpace":
        return namespace_of("keras.utils").objects[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
