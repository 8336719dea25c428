"""Layers' arguments at and beyond their borders: what both libraries take gives one result."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest

import kerata

RNG = np.random.default_rng(0)
SHAPES = {2: (2, 4), 3: (2, 5, 4), 4: (2, 5, 5, 4), 5: (2, 5, 5, 5, 4)}
X = {rank: RNG.normal(size=shape).astype("float32") for rank, shape in SHAPES.items()}

KERNEL = {"filters": 4, "kernel_size": 2}
LAYERS: dict[str, tuple[int, dict[str, Any]]] = {
    "Dense": (2, {"units": 3}),
    "EinsumDense": (2, {"equation": "ab,bc->ac", "output_shape": 3}),
    "Conv1D": (3, KERNEL),
    "Conv2D": (4, KERNEL),
    "Conv1DTranspose": (3, KERNEL),
    "DepthwiseConv1D": (3, {"kernel_size": 2}),
    "SeparableConv1D": (3, KERNEL),
    "MaxPooling1D": (3, {"pool_size": 2}),
    "AveragePooling2D": (4, {"pool_size": 2}),
    "GlobalAveragePooling1D": (3, {}),
    "BatchNormalization": (4, {}),
    "LayerNormalization": (4, {}),
    "GroupNormalization": (4, {"groups": 2}),
    "UnitNormalization": (4, {}),
    "Dropout": (3, {"rate": 0.5}),
    "SpatialDropout1D": (3, {"rate": 0.5}),
    "GaussianNoise": (3, {"stddev": 0.5}),
    "Softmax": (3, {}),
    "ReLU": (3, {}),
    "LeakyReLU": (3, {}),
    "PReLU": (3, {}),
    "Flatten": (4, {}),
    "Reshape": (3, {"target_shape": (20,)}),
    "Permute": (3, {"dims": (2, 1)}),
    "RepeatVector": (2, {"n": 2}),
    "UpSampling1D": (3, {"size": 2}),
    "ZeroPadding1D": (3, {"padding": 1}),
    "ZeroPadding2D": (4, {"padding": 1}),
    "Cropping1D": (3, {"cropping": 1}),
    "Rescaling": (3, {"scale": 2.0}),
}
NUMBERS = (0, 1, -1, 2.0, 2.5, "2", None, (2,), (1, 2), [2, 2], (2, 2, 2), (0, 1))
PADS = (*NUMBERS, ((1, 2), (0, 1)), (0, 0), ((1, 0), (0, 1), (1, 1)), "same", "valid", "SAME", "x")
SLOPES = (0, 0.5, -1, None)
VALUES: dict[str, tuple[Any, ...]] = {
    "units": NUMBERS,
    "filters": NUMBERS,
    "kernel_size": NUMBERS,
    "strides": NUMBERS,
    "dilation_rate": NUMBERS,
    "pool_size": NUMBERS,
    "groups": (0, 1, 2, 3, 4, -1, 2.0, None),
    "depth_multiplier": NUMBERS,
    "padding": PADS,
    "cropping": PADS,
    "rate": (0, 1, 1.0, -0.1, 1.1, None, "0.5", True),
    "stddev": (0, 1, -1, None),
    "axis": (1, -1, -2, 3, 5, -5, (1, 2), [1, 2], (-1, -2), None, 1.0, "1"),
    "momentum": (0, 1, 0.5, None),
    "center": (False,),
    "scale": (False, 0, 2),
    "use_bias": (False, None),
    "activation": (None, "relu", "nope", 1),
    "data_format": ("channels_first", "channels_last", "x"),
    "keepdims": (True,),
    "negative_slope": SLOPES,
    "max_value": SLOPES,
    "threshold": SLOPES,
    "shared_axes": (1, [1], [1, 2], 0, -1, None),
    "target_shape": ((20,), (-1,), (4, -1), (-1, -1), (3, 7), (), [2, 10], None, (0, -1)),
    "dims": ((2, 1), (1, 2), (0, 1), (1,), (1, 2, 3), (2, 2), None, [2, 1]),
    "n": NUMBERS,
    "size": NUMBERS,
    "noise_shape": ((2, 1, 4), (None, 1, None), None),
    "output_padding": (0, None, (1,), 2),
    "output_shape": (3, (3,), [3], 0, -1, (None,)),
    "bias_axes": ("c", "a", "d", None, "ac"),
    "trainable": (False, None, "x"),
    "name": ("a", "a/b", 1, None),
}
# What Kerata takes though Keras does not, and why.
WIDER = {
    ("UnitNormalization", "axis"): "several axes in any order",
    ("ZeroPadding1D", "padding"): "a tuple of one is that number",
    ("Cropping1D", "cropping"): "a tuple of one is that number",
    ("SpatialDropout1D", "trainable"): "every layer can be frozen",
    ("Softmax", "axis"): "several axes in any order",
}


def outcome(library: Any, name: str, rank: int, arguments: dict[str, Any]) -> Any:
    """Give the outputs with all weights 0.5, or None where the arguments are refused."""
    try:
        layer = getattr(library.layers, name)(**arguments)
        layer.build(SHAPES[rank])
        layer.set_weights([np.full(w.shape, 0.5, "float32") for w in layer.weights])
        return np.asarray(layer(X[rank]))
    except (ValueError, TypeError, IndexError, AttributeError, NameError, ZeroDivisionError):
        return None


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERS)
def test_arguments_at_their_borders(name: str) -> None:
    rank, usual = LAYERS[name]
    known = [*inspect.signature(getattr(keras.layers, name).__init__).parameters]
    for argument in (*known, "trainable", "name"):
        for value in VALUES.get(argument, ()):
            arguments = {**usual, argument: value}
            theirs = outcome(keras, name, rank, arguments)
            ours = outcome(kerata, name, rank, arguments)
            call = f"{name}({argument}={value!r})"
            if theirs is not None and ours is not None:
                np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-5, err_msg=call)
            elif theirs is None and (name, argument) not in WIDER:
                assert ours is None, f"{call}: Keras refuses this"
