"""Models as JAX's portable programs."""

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.export import ExportError


def test_a_program_for_any_number_of_rows(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, strides=2, padding="same"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    written = model.export(tmp_path / "m.stablehlo", verbose=False)
    assert written.difference < 1e-5
    program = jax.export.deserialize(bytearray(written.path.read_bytes()))
    assert set(program.platforms) >= {"cpu", "cuda", "tpu"}
    x = np.random.default_rng(0).normal(size=(5, 6, 6, 2)).astype("float32")
    np.testing.assert_allclose(program.call(x), model(x), atol=1e-5)


def test_strings_are_refused(tmp_path):
    text = keras.Input((1,), dtype="string")
    model = keras.Model(text, layers.StringLookup(vocabulary=["a"], output_mode="count")(text))
    with pytest.raises(ExportError, match="StableHLO does not have"):
        model.export(tmp_path / "m.stablehlo")
