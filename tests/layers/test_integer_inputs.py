"""Layers on integers: Keras's result, or a sentence where that is garbage."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers

ROWS = np.arange(6).reshape(2, 3)
IMAGE = np.arange(4).reshape(1, 2, 2, 1)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool"])
@pytest.mark.parametrize(
    "make",
    [
        layers.LayerNormalization,
        lambda: layers.GroupNormalization(1),
        layers.RMSNormalization,
    ],
)
def test_normalization_of_rows_takes_floats(make, dtype):
    with pytest.raises(TypeError, match=f"takes floats, got inputs of {dtype}: cast"):
        make()(ROWS.astype(dtype))


def test_models_with_float_inputs_still_take_integers():
    model = keras.Sequential([keras.Input((3,)), layers.LayerNormalization()])
    assert model.predict(ROWS, verbose=0)[0] == pytest.approx([-1.2238, 0, 1.2238], abs=1e-4)


@pytest.mark.parametrize(
    ("interpolation", "row"),
    [("bilinear", [0, 0, 1, 1]), ("bicubic", [0, 0, 1, 1]), ("lanczos3", [-1, 0, 0, 1])],
)
def test_larger_images_of_integers_are_rounded(interpolation, row):
    """The numbers are those of Keras 3.15."""
    found = layers.UpSampling2D(2, interpolation=interpolation)(IMAGE.astype("int32"))
    assert found.dtype == "int32"
    assert found[0, 0, :, 0].tolist() == row
