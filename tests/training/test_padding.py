"""Batches that are filled up for prediction give the rows that were asked for, and no others."""

import numpy as np
import pytest

import kerata as keras


@pytest.mark.parametrize("rows", [1, 3, 5, 8, 513])
def test_filled_up_batches_are_cut_back(rows):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[1.0], [10.0]])])
    x = np.arange(2.0 * rows).reshape(rows, 2)
    said = model.predict(x, verbose=0)
    assert said.shape == (rows, 1)
    np.testing.assert_allclose(said[:, 0], x[:, 0] + 10 * x[:, 1], rtol=1e-6)
