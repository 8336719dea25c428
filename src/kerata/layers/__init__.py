"""Layers: the parts that networks are made of."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from kerata.base import registry
from kerata.base.dtypes import DTypePolicy as _DTypePolicy
from kerata.base.messages import did_you_mean as _did_you_mean
from kerata.layers.activation.elementwise import ELU as ELU, LeakyReLU as LeakyReLU, ReLU as ReLU
from kerata.layers.activation.prelu import PReLU as PReLU
from kerata.layers.activation.softmax import Softmax as Softmax
from kerata.layers.attention.additive_attention import AdditiveAttention as AdditiveAttention
from kerata.layers.attention.attention import Attention as Attention
from kerata.layers.attention.grouped_query_attention import (
    GroupQueryAttention as GroupQueryAttention,
)
from kerata.layers.attention.multi_head_attention import MultiHeadAttention as MultiHeadAttention
from kerata.layers.convolution import (
    Conv1D as Conv1D,
    Conv1DTranspose as Conv1DTranspose,
    Conv2D as Conv2D,
    Conv2DTranspose as Conv2DTranspose,
    Conv3D as Conv3D,
    Conv3DTranspose as Conv3DTranspose,
    Convolution1D as Convolution1D,
    Convolution1DTranspose as Convolution1DTranspose,
    Convolution2D as Convolution2D,
    Convolution2DTranspose as Convolution2DTranspose,
    Convolution3D as Convolution3D,
    Convolution3DTranspose as Convolution3DTranspose,
    DepthwiseConv1D as DepthwiseConv1D,
    DepthwiseConv2D as DepthwiseConv2D,
    SeparableConv1D as SeparableConv1D,
    SeparableConv2D as SeparableConv2D,
    SeparableConvolution1D as SeparableConvolution1D,
    SeparableConvolution2D as SeparableConvolution2D,
)
from kerata.layers.core.activation import Activation as Activation
from kerata.layers.core.dense import Dense as Dense
from kerata.layers.core.einsum_dense import EinsumDense as EinsumDense
from kerata.layers.core.flax_layer import FlaxLayer as FlaxLayer
from kerata.layers.core.identity import Identity as Identity
from kerata.layers.core.input_layer import Input as Input, InputLayer as InputLayer
from kerata.layers.core.jax_layer import JaxLayer as JaxLayer
from kerata.layers.core.lambda_layer import Lambda as Lambda
from kerata.layers.core.masking import Masking as Masking
from kerata.layers.core.wrapper import Wrapper as Wrapper
from kerata.layers.embedding.embedding import Embedding as Embedding
from kerata.layers.embedding.reversible import ReversibleEmbedding as ReversibleEmbedding
from kerata.layers.functional_call import functional_call as functional_call
from kerata.layers.input_spec import InputSpec as InputSpec
from kerata.layers.layer import Layer as Layer
from kerata.layers.merging.concatenate import Concatenate as Concatenate
from kerata.layers.merging.dot import Dot as Dot
from kerata.layers.merging.elementwise import (
    Add as Add,
    Average as Average,
    Maximum as Maximum,
    Minimum as Minimum,
    Multiply as Multiply,
    Subtract as Subtract,
)
from kerata.layers.merging.functions import (
    add as add,
    average as average,
    concatenate as concatenate,
    dot as dot,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    subtract as subtract,
)
from kerata.layers.normalization.batch_normalization import BatchNormalization as BatchNormalization
from kerata.layers.normalization.group_normalization import GroupNormalization as GroupNormalization
from kerata.layers.normalization.layer_normalization import LayerNormalization as LayerNormalization
from kerata.layers.normalization.normalization import Normalization as Normalization
from kerata.layers.normalization.rms_normalization import RMSNormalization as RMSNormalization
from kerata.layers.normalization.spectral_normalization import (
    SpectralNormalization as SpectralNormalization,
)
from kerata.layers.normalization.unit_normalization import UnitNormalization as UnitNormalization
from kerata.layers.pooling import (
    AdaptiveAveragePooling1D as AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D as AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D as AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D as AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D as AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D as AdaptiveMaxPooling3D,
    AveragePooling1D as AveragePooling1D,
    AveragePooling2D as AveragePooling2D,
    AveragePooling3D as AveragePooling3D,
    AvgPool1D as AvgPool1D,
    AvgPool2D as AvgPool2D,
    AvgPool3D as AvgPool3D,
    GlobalAveragePooling1D as GlobalAveragePooling1D,
    GlobalAveragePooling2D as GlobalAveragePooling2D,
    GlobalAveragePooling3D as GlobalAveragePooling3D,
    GlobalAvgPool1D as GlobalAvgPool1D,
    GlobalAvgPool2D as GlobalAvgPool2D,
    GlobalAvgPool3D as GlobalAvgPool3D,
    GlobalMaxPool1D as GlobalMaxPool1D,
    GlobalMaxPool2D as GlobalMaxPool2D,
    GlobalMaxPool3D as GlobalMaxPool3D,
    GlobalMaxPooling1D as GlobalMaxPooling1D,
    GlobalMaxPooling2D as GlobalMaxPooling2D,
    GlobalMaxPooling3D as GlobalMaxPooling3D,
    MaxPool1D as MaxPool1D,
    MaxPool2D as MaxPool2D,
    MaxPool3D as MaxPool3D,
    MaxPooling1D as MaxPooling1D,
    MaxPooling2D as MaxPooling2D,
    MaxPooling3D as MaxPooling3D,
)
from kerata.layers.preprocessing.category_encoding import CategoryEncoding as CategoryEncoding
from kerata.layers.preprocessing.discretization import Discretization as Discretization
from kerata.layers.preprocessing.hashed_crossing import HashedCrossing as HashedCrossing
from kerata.layers.preprocessing.hashing import Hashing as Hashing
from kerata.layers.preprocessing.images.affine import (
    RandomRotation as RandomRotation,
    RandomShear as RandomShear,
    RandomTranslation as RandomTranslation,
    RandomZoom as RandomZoom,
)
from kerata.layers.preprocessing.images.box_count import (
    MaxNumBoundingBoxes as MaxNumBoundingBoxes,
)
from kerata.layers.preprocessing.images.color import (
    RandomBrightness as RandomBrightness,
    RandomColorDegeneration as RandomColorDegeneration,
    RandomContrast as RandomContrast,
    RandomGrayscale as RandomGrayscale,
    RandomHue as RandomHue,
    RandomSaturation as RandomSaturation,
)
from kerata.layers.preprocessing.images.contrast import (
    AutoContrast as AutoContrast,
    ContrastLimitedAdaptiveHistogramEqualization as ContrastLimitedAdaptiveHistogramEqualization,
    Equalization as Equalization,
)
from kerata.layers.preprocessing.images.cropping import (
    CenterCrop as CenterCrop,
    RandomCrop as RandomCrop,
)
from kerata.layers.preprocessing.images.elastic import (
    RandomElasticTransform as RandomElasticTransform,
)
from kerata.layers.preprocessing.images.erasing import (
    RandomErasing as RandomErasing,
)
from kerata.layers.preprocessing.images.flips import RandomFlip as RandomFlip
from kerata.layers.preprocessing.images.jitter import (
    RandomColorJitter as RandomColorJitter,
)
from kerata.layers.preprocessing.images.mixing import (
    CutMix as CutMix,
    MixUp as MixUp,
)
from kerata.layers.preprocessing.images.perspective import RandomPerspective as RandomPerspective
from kerata.layers.preprocessing.images.policies import (
    AugMix as AugMix,
    RandAugment as RandAugment,
)
from kerata.layers.preprocessing.images.resizing import Resizing as Resizing
from kerata.layers.preprocessing.images.values import (
    RandomGaussianBlur as RandomGaussianBlur,
    RandomInvert as RandomInvert,
    RandomPosterization as RandomPosterization,
    RandomSharpness as RandomSharpness,
    Solarization as Solarization,
)
from kerata.layers.preprocessing.integer_lookup import IntegerLookup as IntegerLookup
from kerata.layers.preprocessing.mel_spectrogram import (
    MelSpectrogram as MelSpectrogram,
)
from kerata.layers.preprocessing.pipeline import (
    Pipeline as Pipeline,
)
from kerata.layers.preprocessing.rescaling import Rescaling as Rescaling
from kerata.layers.preprocessing.stft_spectrogram import (
    STFTSpectrogram as STFTSpectrogram,
)
from kerata.layers.preprocessing.string_lookup import StringLookup as StringLookup
from kerata.layers.preprocessing.text_vectorization import TextVectorization as TextVectorization
from kerata.layers.recurrent.bidirectional import Bidirectional as Bidirectional
from kerata.layers.recurrent.conv_lstm import (
    ConvLSTM1D as ConvLSTM1D,
    ConvLSTM2D as ConvLSTM2D,
    ConvLSTM3D as ConvLSTM3D,
)
from kerata.layers.recurrent.gru import GRU as GRU, GRUCell as GRUCell
from kerata.layers.recurrent.lstm import LSTM as LSTM, LSTMCell as LSTMCell
from kerata.layers.recurrent.rnn import RNN as RNN
from kerata.layers.recurrent.simple_rnn import (
    SimpleRNN as SimpleRNN,
    SimpleRNNCell as SimpleRNNCell,
)
from kerata.layers.recurrent.stacked import StackedRNNCells as StackedRNNCells
from kerata.layers.recurrent.time_distributed import TimeDistributed as TimeDistributed
from kerata.layers.regularization.activity import ActivityRegularization as ActivityRegularization
from kerata.layers.regularization.alpha_dropout import AlphaDropout as AlphaDropout
from kerata.layers.regularization.dropout import Dropout as Dropout
from kerata.layers.regularization.noise import (
    GaussianDropout as GaussianDropout,
    GaussianNoise as GaussianNoise,
)
from kerata.layers.regularization.spatial_dropout import (
    SpatialDropout1D as SpatialDropout1D,
    SpatialDropout2D as SpatialDropout2D,
    SpatialDropout3D as SpatialDropout3D,
)
from kerata.layers.reshaping.cropping import (
    Cropping1D as Cropping1D,
    Cropping2D as Cropping2D,
    Cropping3D as Cropping3D,
)
from kerata.layers.reshaping.padding import (
    ZeroPadding1D as ZeroPadding1D,
    ZeroPadding2D as ZeroPadding2D,
    ZeroPadding3D as ZeroPadding3D,
)
from kerata.layers.reshaping.shapes import (
    Flatten as Flatten,
    Permute as Permute,
    RepeatVector as RepeatVector,
    Reshape as Reshape,
)
from kerata.layers.reshaping.upsampling import (
    UpSampling1D as UpSampling1D,
    UpSampling2D as UpSampling2D,
    UpSampling3D as UpSampling3D,
)

_namespace = registry.Namespace("keras.layers", "layer", instantiate=False)

registry.Namespace("keras", "dtype policy").add(_DTypePolicy)


def get(identifier: Any) -> Any:
    """Turn a class name, config or layer into a layer class or layer.

    Arguments:
        identifier: string such as ``'Dense'``, config as ``serialize`` writes it, class, ``Layer``
            (given back as it is), or None (gives None).

    Raises:
        TypeError: none of these, such as a number.
        ValueError: an unknown name or class.

    >>> get("Dense").__name__
    'Dense'
    """
    return _namespace.get(identifier)


def serialize(layer: Layer) -> dict[str, Any]:
    """Write a layer as a config in Keras 3's layout, without its weights.

    Arguments:
        layer: a ``Layer``.

    Returns:
        A dictionary of strings, numbers and dictionaries, as JSON holds them.

    >>> serialize(Dense(2))["config"]["units"]
    2
    """
    return registry.serialize_keras_object(layer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Rebuild a layer from ``serialize``'s output, with fresh weights.

    Arguments:
        config: dictionary with the strings ``class_name`` and ``config``'s own dictionary.
        custom_objects: classes of your own by name; None by default.

    Returns:
        A ``Layer``, not built.

    Raises:
        TypeError: the config has an argument that the layer does not take.
        ValueError: an unknown class.

    >>> deserialize({"class_name": "Dense", "config": {"units": 3}}).units
    3
    """
    return registry.deserialize(dict(config), custom_objects, _namespace)


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"There is no layers.{name}. {_did_you_mean(name, __all__)}",
        name=name,
        obj=sys.modules[__name__],
    )


__all__ = _namespace.publish(
    globals(), only=lambda found: isinstance(found, type) and issubclass(found, Layer)
)
