"""Rows with NaN in a search: refused as by fit, unless the candidates handle them."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers, search

X = np.random.default_rng(0).normal(size=(24, 2)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")
HOLES = X.copy()
HOLES[3, 1] = np.nan


def build(fill=True, units=2):
    filled = layers.Lambda(lambda x: keras.ops.nan_to_num(x)) if fill else layers.Identity()
    model = keras.Sequential([keras.Input((2,)), filled, layers.Dense(units), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def run(grid, **args):
    return search.grid(build, grid, HOLES, Y, folds=2, epochs=2, verbose=0, **args)


def test_candidates_that_fill_in_train():
    found = run({"units": [1, 2]})
    assert np.isfinite(found.scores()).all()


def test_a_candidate_that_does_not_is_recorded_as_failed(tmp_path):
    found = run({"fill": [True, False]}, journal=tmp_path / "journal")
    scores = np.asarray(found.scores())
    assert np.isfinite(scores[0]).all()
    assert np.isnan(scores[1]).all()
    again = run({"fill": [True, False]}, journal=tmp_path / "journal")
    np.testing.assert_array_equal(again.scores(), scores)


def test_candidates_that_do_not_are_refused_as_by_fit():
    with pytest.raises(ValueError, match="NaN"):
        run({"fill": [False]})
