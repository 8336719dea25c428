"""Encodings asked to be sparse are sparse outside programs, with Keras's values."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest
from jax.experimental.sparse import BCOO

import kerata

IDS = np.array([[0, 1], [1, 3]])
VALUES = np.array([[0.5, 2.0], [1.0, -3.0]])


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_sparse_vectors(mode):
    for k in (keras, kerata):
        encoded = k.layers.CategoryEncoding(num_tokens=4, output_mode=mode, sparse=True)(IDS)
        binned = k.layers.Discretization([0.0, 1.0], output_mode=mode, sparse=True)(VALUES)
        assert isinstance(encoded, BCOO)
        assert isinstance(binned, BCOO)
        if k is keras:
            wanted = encoded.todense(), binned.todense()
    np.testing.assert_array_equal(encoded.todense(), wanted[0])
    np.testing.assert_array_equal(binned.todense(), wanted[1])


def test_a_model_computes_with_the_same_values():
    layer = kerata.layers.CategoryEncoding(num_tokens=4, sparse=True)
    model = kerata.Sequential([kerata.Input((2,), dtype="int32"), layer])
    dense = kerata.layers.CategoryEncoding(num_tokens=4)(IDS)
    np.testing.assert_array_equal(model.predict(IDS, verbose=0), dense)


def test_bins_alone_are_not_sparse():
    with pytest.raises(ValueError, match="sparse=True needs vectors"):
        kerata.layers.Discretization([0.0], sparse=True)
