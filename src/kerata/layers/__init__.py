"""Layers: the parts that networks are made of."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.base.dtypes import DTypePolicy
from kerata.base.messages import did_you_mean
from kerata.layers.activation.elementwise import ELU, LeakyReLU, ReLU
from kerata.layers.activation.prelu import PReLU
from kerata.layers.activation.softmax import Softmax
from kerata.layers.convolution import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Convolution1D,
    Convolution1DTranspose,
    Convolution2D,
    Convolution2DTranspose,
    Convolution3D,
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from kerata.layers.core.activation import Activation
from kerata.layers.core.dense import Dense
from kerata.layers.core.einsum_dense import EinsumDense
from kerata.layers.core.identity import Identity
from kerata.layers.core.input_layer import Input, InputLayer
from kerata.layers.core.lambda_layer import Lambda
from kerata.layers.core.masking import Masking
from kerata.layers.core.wrapper import Wrapper
from kerata.layers.embedding.embedding import Embedding
from kerata.layers.functional_call import functional_call
from kerata.layers.input_spec import InputSpec
from kerata.layers.layer import Layer
from kerata.layers.merging.concatenate import Concatenate
from kerata.layers.merging.dot import Dot
from kerata.layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract
from kerata.layers.merging.functions import (
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from kerata.layers.normalization.batch_normalization import BatchNormalization
from kerata.layers.normalization.group_normalization import GroupNormalization
from kerata.layers.normalization.layer_normalization import LayerNormalization
from kerata.layers.normalization.normalization import Normalization
from kerata.layers.normalization.rms_normalization import RMSNormalization
from kerata.layers.normalization.unit_normalization import UnitNormalization
from kerata.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from kerata.layers.preprocessing.category_encoding import CategoryEncoding
from kerata.layers.preprocessing.discretization import Discretization
from kerata.layers.preprocessing.hashing import Hashing
from kerata.layers.preprocessing.integer_lookup import IntegerLookup
from kerata.layers.preprocessing.rescaling import Rescaling
from kerata.layers.preprocessing.string_lookup import StringLookup
from kerata.layers.preprocessing.text_vectorization import TextVectorization
from kerata.layers.regularization.activity import ActivityRegularization
from kerata.layers.regularization.alpha_dropout import AlphaDropout
from kerata.layers.regularization.dropout import Dropout
from kerata.layers.regularization.noise import GaussianDropout, GaussianNoise
from kerata.layers.regularization.spatial_dropout import (
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from kerata.layers.reshaping.cropping import Cropping1D, Cropping2D, Cropping3D
from kerata.layers.reshaping.padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from kerata.layers.reshaping.shapes import Flatten, Permute, RepeatVector, Reshape
from kerata.layers.reshaping.upsampling import UpSampling1D, UpSampling2D, UpSampling3D

_namespace = registry.Namespace("keras.layers", "layer", instantiate=False)
__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "CategoryEncoding",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "functional_call",
    "get",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]

for _name in __all__:
    _found = globals().get(_name)
    if isinstance(_found, type) and issubclass(_found, Layer):
        _namespace.add(_found, _name)
registry.Namespace("keras", "dtype policy").add(DTypePolicy)


def get(identifier: Any) -> Any:
    """Turn a class name, config or layer into a layer class or layer.

    >>> get("Dense").__name__
    'Dense'
    """
    return _namespace.get(identifier)


def serialize(layer: Layer) -> dict[str, Any]:
    """Write a layer as a config in Keras 3's layout."""
    return registry.serialize(layer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a layer from ``serialize``'s output, with fresh weights."""
    return registry.deserialize(dict(config), custom_objects, _namespace)


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"There is no layers.{name}. {did_you_mean(name, __all__)}",
        name=name,
        obj=sys.modules[__name__],
    )
