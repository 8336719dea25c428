"""Columns of a table as features: on data, in models, from data sets, in files."""

import numpy as np
import pytest

import kerata
from kerata.utils import FeatureSpace

RAW = {
    "number": [0.0, 0.1, 0.2, 0.3],
    "word": ["zero", "one", "two", "three"],
    "whole": [0, 1, 2, 3],
}


@pytest.fixture(scope="module")
def space():
    """Give a space of three columns and a cross that learned from four rows."""
    made = FeatureSpace(
        features={
            "number": "float_normalized",
            "word": "string_categorical",
            "whole": "integer_categorical",
        },
        crosses=[("word", "whole")],
        crossing_dim=8,
    )
    made.adapt(RAW)
    return made


def test_columns_become_one_vector(space):
    encoded = np.asarray(space(RAW))
    assert encoded.shape == (4, 1 + 5 + 5 + 8)
    np.testing.assert_allclose(encoded[:, 0], [-1.3416407, -0.4472136, 0.4472136, 1.3416407], 1e-5)
    assert encoded[:, 1:6].argmax(1).tolist() == [4, 3, 2, 1]
    assert encoded[:, 6:11].argmax(1).tolist() == [1, 4, 2, 3]
    bins = kerata.layers.HashedCrossing(8)([[1, 4, 2, 3], [4, 3, 2, 1]])
    assert encoded[:, 11:].argmax(1).tolist() == bins.tolist()
    one = space({name: column[1] for name, column in RAW.items()})
    np.testing.assert_allclose(one, encoded[1], rtol=1e-6)


def test_a_model_takes_raw_columns(space):
    model = kerata.Model(space.get_inputs(), space.get_encoded_features())
    np.testing.assert_allclose(
        model.predict({k: np.array(v) for k, v in RAW.items()}, verbose=0), space(RAW), rtol=1e-5
    )


def test_it_learns_from_a_data_set_and_comes_back_from_a_file(space, tmp_path):
    rows = kerata.data.Dataset.from_tensor_slices(RAW)
    for data in (rows, rows.batch(3)):
        other = FeatureSpace(space.features, crosses=space.crosses)
        other.adapt(data)
        np.testing.assert_allclose(other(RAW), space(RAW), rtol=1e-6)
    space.save(tmp_path / "space.keras")
    again = kerata.models.load_model(tmp_path / "space.keras")
    np.testing.assert_allclose(again(RAW), space(RAW), rtol=1e-6)


def test_other_kinds_as_a_dictionary():
    other = FeatureSpace(
        {
            "a": FeatureSpace.float_rescaled(2.0, 1.0),
            "b": FeatureSpace.float_discretized(bin_boundaries=[0.0, 1.0]),
            "c": FeatureSpace.string_hashed(3, output_mode="int"),
            "d": FeatureSpace.integer_hashed(4, output_mode="int"),
            "e": "float",
        },
        output_mode="dict",
    )
    out = other({"a": [1.0], "b": [0.5], "c": ["A"], "d": [7], "e": [3]})
    assert out["a"].tolist() == [[3.0]]
    assert out["b"].tolist() == [[0.0, 1.0, 0.0]]
    assert out["c"].tolist() == [[1]]
    assert out["d"].shape == (1, 1)
    assert out["e"].tolist() == [[3.0]]


def test_mistakes_are_told(space):
    with pytest.raises(ValueError, match="unknown kind 'floot'"):
        FeatureSpace({"a": "floot"})
    with pytest.raises(ValueError, match="names 'b', which is no feature"):
        FeatureSpace({"a": "float"}, crosses=[("a", "b")])
    with pytest.raises(ValueError, match=r"call adapt\(data\) first"):
        FeatureSpace({"a": "float_normalized"})({"a": [1.0]})
    with pytest.raises(ValueError, match="lack the feature 'whole'"):
        space({"number": [1.0], "word": ["one"]})
    with pytest.raises(ValueError, match="'y' is no feature"):
        space({**RAW, "y": [1]})
