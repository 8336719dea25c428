"""Every layer that Kerata has, exported: its file answers as it does, or the reason is here."""

import inspect
import zlib

import jax
import numpy as np
import onnxruntime
import pytest

import kerata as keras
from kerata import layers

from ..layers.cases import LAYERS, VARIANTS
from ..layers.harness import scramble

ROOM = (6, 5, 3)
IMAGES = (8, 6, 3)
VOLUME = (4, 5, 3, 2)
# Class, constructor, shapes of the inputs without the batch.
CASES = [
    ("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal", "dilation_rate": 2}, (6, 4)),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "same", "strides": 2}, (None, 4)),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "strides": 2}, (None, 4)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2}, ROOM),
    ("Conv2D", {"filters": 6, "kernel_size": 2, "groups": 3}, ROOM),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}, (None, None, 3)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "data_format": "channels_first"}, (3, 6, 5)),
    ("Conv3D", {"filters": 2, "kernel_size": 2}, VOLUME),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, (5, 4)),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 2, "strides": 2}, (None, 4)),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, ROOM),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 1, "strides": 2, "padding": "same"}, ROOM),
    ("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, VOLUME),
    ("DepthwiseConv1D", {"kernel_size": 2, "depth_multiplier": 2}, (5, 4)),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 2, "padding": "same"}, ROOM),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 2, "strides": 2}, (5, 4)),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "padding": "same"}, ROOM),
    ("MaxPooling1D", {"pool_size": 2, "padding": "same"}, (5, 3)),
    ("MaxPooling1D", {"pool_size": 2}, (None, 3)),
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (None, 3)),
    ("AveragePooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (None, 3)),
    ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, ROOM),
    ("MaxPooling2D", {"data_format": "channels_first"}, (3, 6, 4)),
    ("MaxPooling3D", {}, VOLUME),
    ("AveragePooling1D", {"pool_size": 3, "strides": 1, "padding": "same"}, (5, 3)),
    ("AveragePooling2D", {"pool_size": 2}, ROOM),
    ("AveragePooling3D", {"padding": "same"}, VOLUME),
    *((f"Global{kind}Pooling1D", {}, (None, 3)) for kind in ("Average", "Max")),
    *((f"Global{kind}Pooling2D", {"keepdims": True}, ROOM) for kind in ("Average", "Max")),
    *((f"Global{kind}Pooling3D", {}, VOLUME) for kind in ("Average", "Max")),
    *((f"Adaptive{kind}Pooling1D", {"output_size": 2}, (5, 3)) for kind in ("Average", "Max")),
    *((f"Adaptive{kind}Pooling2D", {"output_size": 2}, ROOM) for kind in ("Average", "Max")),
    *((f"Adaptive{kind}Pooling3D", {"output_size": 2}, VOLUME) for kind in ("Average", "Max")),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 2}, (3, 5, 2)),
    ("ConvLSTM2D", {"filters": 2, "kernel_size": 2, "return_sequences": True}, (3, 4, 5, 2)),
    ("ConvLSTM3D", {"filters": 2, "kernel_size": 2}, (2, 3, 3, 3, 2)),
    ("Bidirectional", {"layer": layers.LSTM(3, return_sequences=True)}, (None, 4)),
    ("Bidirectional", {"layer": layers.GRU(3), "merge_mode": "sum"}, (5, 4)),
    ("RNN", {"cell": [layers.LSTMCell(3), layers.GRUCell(2)]}, (None, 4)),
    ("RNN", {"cell": layers.SimpleRNNCell(2), "return_state": True}, (4, 3)),
    ("TimeDistributed", {"layer": layers.Dense(2)}, (4, 3)),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [(None, 4), (None, 4)]),
    (
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
        [(5, 4), (5, 4)],
    ),
    ("SpectralNormalization", {"layer": layers.Dense(3)}, (4,)),
    ("Discretization", {"bin_boundaries": [-0.5, 0.0, 0.7]}, (3,)),
    ("Discretization", {"bin_boundaries": [-0.5, 0.7], "output_mode": "one_hot"}, (1,)),
    ("Pipeline", {"layers": [layers.Rescaling(0.5), layers.Rescaling(2.0, 1.0)]}, (3,)),
    ("Resizing", {"height": 4, "width": 9}, IMAGES),
    ("Resizing", {"height": 4, "width": 9, "interpolation": "nearest"}, IMAGES),
    ("Resizing", {"height": 4, "width": 4, "crop_to_aspect_ratio": True}, IMAGES),
    ("Resizing", {"height": 9, "width": 9, "interpolation": "bicubic"}, IMAGES),
    ("CenterCrop", {"height": 4, "width": 5}, IMAGES),
    ("AutoContrast", {}, IMAGES),
    ("ContrastLimitedAdaptiveHistogramEqualization", {"tile_grid_size": (2, 2)}, IMAGES),
    ("STFTSpectrogram", {"frame_length": 8, "frame_step": 4, "fft_length": 8}, (32, 1)),
    *((name, {}, IMAGES) for name in ("RandomFlip", "RandomGrayscale", "RandomInvert")),
    *((name, {}, IMAGES) for name in ("RandomElasticTransform", "RandomErasing")),
    *((name, {}, IMAGES) for name in ("RandomGaussianBlur", "RandAugment", "AugMix", "MixUp")),
    *((name, {}, IMAGES) for name in ("CutMix", "Equalization")),
    *(
        (f"Random{name}", {"factor": 0.2}, IMAGES)
        for name in ("Brightness", "Contrast", "ColorDegeneration", "Hue", "Saturation")
    ),
    ("RandomRotation", {"factor": 0.2}, IMAGES),
    ("RandomPosterization", {"factor": 4}, IMAGES),
    ("RandomSharpness", {"factor": 0.5}, IMAGES),
    ("RandomZoom", {"height_factor": 0.2}, IMAGES),
    ("RandomShear", {"x_factor": 0.2}, IMAGES),
    ("RandomPerspective", {"scale": 0.3}, IMAGES),
    ("RandomTranslation", {"height_factor": 0.2, "width_factor": 0.2}, IMAGES),
    ("RandomCrop", {"height": 5, "width": 4}, IMAGES),
    ("RandomColorJitter", {"brightness_factor": 0.1}, IMAGES),
    ("Solarization", {}, IMAGES),
    ("Lambda", {"function": lambda x: x[:, 0] * 2 + 1}, (3, 2)),
    ("IntegerLookup", {"vocabulary": [3, 0], "output_mode": "multi_hot"}, (2,)),
    ("Embedding", {"input_dim": 4, "output_dim": 2, "mask_zero": True}, (None,)),
]
# What can't be exported, with a part of the reason that is given.
REFUSED = [
    (
        "MelSpectrogram",
        {"fft_length": 8, "sequence_stride": 4, "num_mel_bins": 3},
        (32,),
        "complex numbers",
    ),
    ("LSTM", {"units": 2, "stateful": True}, (4, 2), "earlier calls"),
    ("Lambda", {"function": lambda x: x + keras.random.normal((2,))}, (2,), "random numbers"),
]
# Classes that no case is of: bases, and what is no network's layer.
ABSTRACT = {
    **dict.fromkeys(("Layer", "Wrapper", "InputLayer", "InputSpec"), "no computation of its own"),
    **dict.fromkeys(("LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells"), "inside RNN"),
    **dict.fromkeys(("JaxLayer", "FlaxLayer"), "a function of the user's"),
    "MaxNumBoundingBoxes": "takes dictionaries of boxes",
}
# Layers of strings: test_strings.py.
STRINGS = {"TextVectorization", "StringLookup", "Hashing", "HashedCrossing"}


def described(case):
    name, init, shapes = case
    return f"{name}-{zlib.crc32(repr((sorted(init), shapes)).encode()) % 1000}"


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=described)
def test_the_file_answers_as_the_layer_does(case, tmp_path):
    name, init, shapes = case
    several = isinstance(shapes, list)
    inputs = [keras.Input(shape) for shape in (shapes if several else [shapes])]
    layer = getattr(layers, name)(**init)
    model = keras.Model(inputs, layer(*inputs))
    rng = np.random.default_rng(1)
    model.set_weights([abs(rng.normal(size=w.shape)) * 0.3 for w in model.get_weights()])
    written = model.export(tmp_path / "layer.onnx", verbose=False)
    assert written.difference < 1e-5
    session = onnxruntime.InferenceSession(written.path)
    # Other sizes than those it was tried with.
    x = [rng.uniform(size=[3, *(d or 9 for d in t.shape[1:])]).astype("float32") for t in inputs]
    got = session.run(None, dict(zip(model.input_names, x, strict=True)))
    wanted = jax.tree.leaves(model(x, training=False))
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*LAYERS, *VARIANTS], ids=str)
def test_the_files_of_the_other_layers_do_so_too(case, tmp_path):
    layer, x = case.make(), case.inputs()
    inputs = jax.tree.map(lambda a: keras.Input(a.shape[1:], dtype=str(a.dtype)), x)
    model = keras.Model(inputs, layer(inputs))
    scramble(model)
    written = model.export(tmp_path / "layer.onnx", verbose=False, samples=x)
    assert written.difference < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_what_cannot_be_exported_is_named(case, tmp_path):
    name, init, shape, reason = case
    inputs = keras.Input(batch_shape=(2, *shape))
    model = keras.Model(inputs, getattr(layers, name)(**init)(inputs))
    with pytest.raises(keras.export.ExportError, match=reason):
        model.export(tmp_path / "layer.onnx")
    assert list(tmp_path.iterdir()) == []


def test_every_class_of_layers_is_here():
    classes = {
        cls.__name__
        for cls in vars(layers).values()
        if inspect.isclass(cls) and issubclass(cls, layers.Layer)
    }
    tried = {case[0] for case in [*CASES, *REFUSED]} | {c.name for c in [*LAYERS, *VARIANTS]}
    assert classes - tried - ABSTRACT.keys() - STRINGS == set()
    assert tried <= classes
