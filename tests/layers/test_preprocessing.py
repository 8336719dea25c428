"""Layers that learn from data before training, and encodings."""

import itertools
import json

import jax
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import layers
from kerata.layers.functional_call import functional_call
from kerata.utils import PyDataset

DATA = np.random.default_rng(0).normal(3.0, 5.0, size=(10, 3)).astype("float32")


class Batches(PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return DATA[3 * index : 3 * index + 3], np.zeros(3)


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        DATA.tolist(),
        DATA.astype("float64"),
        jax.numpy.asarray(DATA),
        [DATA[:4], DATA[4:]],
        (DATA[i : i + 1] for i in range(10)),
        [(DATA[:9], 0), (DATA[9:], 1), (DATA[:0], 2)],
        Batches(),
    ],
    ids=["numpy", "lists", "float64", "jax", "batches", "rows", "tuples", "dataset"],
)
def test_all_kinds_of_data_give_the_same_statistics(data):
    layer = layers.Normalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer.mean, DATA.mean(0, keepdims=True), rtol=1e-6)
    np.testing.assert_allclose(layer.variance, DATA.var(0, keepdims=True), rtol=1e-5)
    out = layer(DATA)
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(out.std(0), 1, rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 10), max_size=4),
    offset=st.sampled_from([0.0, 1e4]),
    axis=st.sampled_from([-1, None, 1]),
)
def test_batches_of_any_size_are_joined_exactly(cuts, offset, axis):
    data = DATA.astype("float64") + offset
    edges = [0, *sorted(cuts), 10]
    layer = layers.Normalization(axis)
    layer.adapt([data[a:b] for a, b in itertools.pairwise(edges)])
    over = (0, 1) if axis is None else 0
    np.testing.assert_allclose(np.squeeze(layer.mean), data.mean(over), rtol=1e-6)
    np.testing.assert_allclose(np.squeeze(layer.variance), data.var(over), rtol=1e-5)


def test_adapting_again_starts_anew():
    layer = layers.Normalization()
    layer.adapt(DATA)
    layer.adapt(2 * DATA)
    np.testing.assert_allclose(layer.mean, 2 * DATA.mean(0, keepdims=True), rtol=1e-6)


def test_there_and_back():
    there, back = layers.Normalization(), layers.Normalization(invert=True)
    there.adapt(DATA)
    back.adapt(DATA)
    np.testing.assert_allclose(back(there(DATA)), DATA, rtol=1e-5, atol=1e-5)


def test_a_table_of_pandas():
    pd = pytest.importorskip("pandas")
    layer = layers.Normalization()
    layer.adapt(pd.DataFrame(DATA))
    np.testing.assert_allclose(layer.mean, DATA.mean(0, keepdims=True), rtol=1e-6)


def test_numbers_too_large_for_half_precision():
    """The mean is subtracted before numbers are rounded to the short type."""
    layer = layers.Normalization(mean=100000.0, variance=4.0, dtype="mixed_float16")
    assert layer(np.array([[100002.0]])).tolist() == [[1.0]]


def test_statistics_are_weights_that_training_leaves_alone():
    layer = layers.Normalization()
    layer.adapt(DATA)
    assert [w.name for w in layer.non_trainable_weights] == ["mean", "variance", "count"]
    assert layer.trainable_weights == []
    values = [np.ones(3), np.full(3, 4.0), 0]
    np.testing.assert_allclose(functional_call(layer, values, DATA)[0], (DATA - 1) / 2, rtol=1e-6)


def test_given_statistics_broadcast_and_are_saved():
    x = np.ones((2, 4, 3), "float32")
    layer = layers.Normalization(axis=(1, 2), mean=[1.0, 2.0, 3.0], variance=np.ones(3))
    assert layer(x)[0, 0].tolist() == [0.0, -1.0, -2.0]
    again = layers.Normalization.from_config(json.loads(json.dumps(layer.get_config())))
    np.testing.assert_array_equal(again(x), layer(x))
    assert again.weights == []


@pytest.mark.parametrize(
    ("layer", "data", "words"),
    [
        (layers.Normalization(), np.ones((0, 3)), "adapt\\(\\) got no rows"),
        (layers.Normalization(), [], "adapt\\(\\) got no rows|axis=None"),
        (layers.Normalization(), [np.ones((2, 3)), np.ones((2, 4))], r"got data of shape \(2, 4\)"),
        (layers.Normalization(mean=1.0, variance=1.0), DATA, "nothing to adapt"),
        (layers.Normalization(), DATA[:, 0], "use axis=None"),
        (layers.Discretization([1.0]), DATA, "nothing to adapt"),
        (layers.Discretization(num_bins=3), np.ones((0, 3)), "got no numbers"),
    ],
)
def test_data_that_cannot_be_learned_from(layer, data, words):
    with pytest.raises(ValueError, match=words):
        layer.adapt(data)


def test_data_of_no_known_kind():
    with pytest.raises(TypeError, match="takes an array, or an iterable"):
        layers.Normalization().adapt(3)


def test_one_mean_for_numbers_without_features():
    layer = layers.Normalization(axis=None)
    layer.adapt(DATA[:, 0])
    np.testing.assert_allclose(layer(DATA[:, 0]).std(), 1.0, rtol=1e-5)


# Encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "ids", "expected"),
    [
        ("one_hot", [2, 0], [[0, 0, 1], [1, 0, 0]]),
        ("one_hot", [[2], [0]], [[0, 0, 1], [1, 0, 0]]),
        ("one_hot", [[2, 0]], [[[0, 0, 1], [1, 0, 0]]]),
        ("one_hot", 1, [0, 1, 0]),
        ("multi_hot", [[2, 2, 0]], [[1, 0, 1]]),
        ("multi_hot", [2, 0], [1, 0, 1]),
        ("count", [[2, 2, 0]], [[1, 0, 2]]),
        ("count", [[[2, 2], [0, 1]]], [[[1, 0, 1], [0, 1, 1]]]),
        ("binary", [[1]], [[0, 1, 0]]),
    ],
)
def test_encodings(mode, ids, expected):
    layer = layers.CategoryEncoding(3, mode)
    ids = np.array(ids)
    assert layer(ids).tolist() == expected
    assert layer.compute_output_shape(ids.shape) == np.shape(expected)


def test_encodings_of_nothing():
    for mode, shape in (("multi_hot", (0, 3)), ("count", (2, 0)), ("multi_hot", (2, 0))):
        out = layers.CategoryEncoding(4, mode)(np.zeros(shape, "int32"))
        assert out.tolist() == np.zeros((shape[0], 4)).tolist()


def test_numbers_that_are_no_category_cannot_be_seen_in_compiled_programs():
    layer = layers.CategoryEncoding(3)
    with pytest.raises(ValueError, match="from 0 to 2"):
        layer(np.array([[-1]]))
    out = jax.jit(lambda x: functional_call(layer, [], x)[0])(np.array([[-1, 1, 3]]))
    assert out.tolist() == [[0, 1, 0]]


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match="goes with output_mode='count'"):
        layers.CategoryEncoding(3)(np.array([[1]]), count_weights=np.ones((1, 1)))
    with pytest.raises(ValueError, match=r"must have the inputs' shape \(1, 1\)"):
        layers.CategoryEncoding(3, "count")(np.array([[1]]), count_weights=np.ones((1, 2)))


def test_bins_hold_about_as_many_numbers_each():
    numbers = np.random.default_rng(1).normal(size=(1000, 1))
    layer = layers.Discretization(num_bins=5)
    layer.adapt(iter([numbers[:300], numbers[300:]]))
    counts = np.bincount(np.ravel(layer(numbers)))
    assert counts.sum() == 1000
    assert (abs(counts - 200) <= 1).all()
    assert layer(np.array([[-100.0, 100.0]])).tolist() == [[0, 4]]


def test_learned_bins_are_saved():
    layer = layers.Discretization(num_bins=4, output_mode="one_hot")
    layer.adapt(DATA)
    again = layers.deserialize(json.loads(json.dumps(layers.serialize(layer))))
    np.testing.assert_array_equal(again(DATA), layer(DATA))
    assert again.num_bins == 4


def test_steps_limit_what_is_learned_from():
    layer = layers.Discretization(num_bins=2)
    layer.adapt([np.zeros(3), np.full(3, 9.0)], steps=1)
    assert layer.bin_boundaries == [0.0]


def test_rescaling_by_channel():
    layer = layers.Rescaling(scale=np.array([1.0, 2.0]), offset=[0.0, 1.0])
    again = layers.deserialize(json.loads(json.dumps(layers.serialize(layer))))
    for each in (layer, again):
        assert each(np.array([[3, 4]])).tolist() == [[3.0, 9.0]]


def test_a_feature_that_never_changes():
    """It is divided by epsilon, as in Keras, and not by zero."""
    layer = layers.Normalization(mean=[5.0, 5.0], variance=[0.0, 4.0])
    np.testing.assert_allclose(layer(np.array([[5.0, 5.0], [6.0, 7.0]])), [[0, 0], [1e7, 1]])
    layer = layers.Normalization()
    layer.adapt(np.full((3, 1), 5.0))
    assert layer(np.array([[5.0]])).tolist() == [[0.0]]
