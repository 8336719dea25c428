"""Names that nothing takes are refused, wherever keywords are passed on."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.ones((1, 2), "float32")


@pytest.mark.parametrize(
    "call",
    [
        lambda: layers.Dense(1)(keras.Input((2,)), maks=None),
        lambda: layers.Dense(1)(X, maks=None),
        lambda: layers.Hashing(3)([1, 2], maks=None),
        lambda: layers.StringLookup(vocabulary=["a"])(["a"], maks=None),
        lambda: layers.TextVectorization(vocabulary=["a"])(["a"], maks=None),
        lambda: keras.initializers.Zeros(maks=None),
        lambda: keras.constraints.NonNeg(maks=None),
        lambda: keras.Model(maks=None),
        lambda: keras.optimizers.Adam(maks=None),
        lambda: keras.callbacks.EarlyStopping(maks=None),
        lambda: keras.metrics.Mean(maks=None),
        lambda: keras.losses.Huber(maks=None),
    ],
)
def test_a_misspelt_name_is_refused(call):
    with pytest.raises(TypeError, match="maks"):
        call()


def test_a_class_without_a_constructor_takes_nothing():
    with pytest.raises(TypeError, match=r"Ones takes no arguments, got 3\."):
        keras.initializers.Ones(3)


def test_training_is_left_to_layers_that_ask_for_it():
    tensor = layers.Dense(1)(keras.Input((2,)), training=True)
    assert tensor.shape == (None, 1)
