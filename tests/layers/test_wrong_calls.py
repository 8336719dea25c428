"""What layers say to inputs and arguments that they can't take, and do with integers."""

import numpy as np
import pytest

from kerata import Variable, layers

X = np.ones((2, 6), "float32")
INTS = np.arange(12, dtype="int32").reshape(3, 4) - 3


ONE_ARRAY = [
    layers.Dense(2),
    layers.Embedding(5, 2),
    layers.ReLU(),
    layers.PReLU(),
    layers.Softmax(),
    layers.LayerNormalization(),
    layers.GroupNormalization(2),
    layers.RMSNormalization(),
    layers.UnitNormalization(),
    layers.Rescaling(2.0),
    layers.Reshape((2, 3)),
    layers.RepeatVector(2),
    layers.Flatten(),
    layers.Masking(),
    layers.EinsumDense("ab,bc->ac", 2),
    layers.CategoryEncoding(4),
    layers.Conv1D(2, 2),
    layers.MaxPooling2D(2),
    layers.ZeroPadding1D(1),
]


@pytest.mark.parametrize("given", [[X, X], {"a": X}, "text", None])
@pytest.mark.parametrize("layer", ONE_ARRAY, ids=lambda layer: layer.name)
def test_a_layer_of_one_array_takes_nothing_else(layer, given):
    with pytest.raises(ValueError, match=f"'{layer.name}'.*expects (one array|1 inputs)"):
        layer(given)


def test_other_sizes_than_the_weights_were_made_for():
    for layer in (layers.LayerNormalization(), layers.RMSNormalization(axis=1)):
        layer(X)
        with pytest.raises(ValueError, match=f"'{layer.name}'.*to have size 6.*\\(2, 5\\)"):
            layer(np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"'softmax.*axis=3 does not exist"):
        layers.Softmax(axis=3)(X)


def test_lists_of_unequal_rows():
    with pytest.raises(ValueError, match=r"'rows' got a list whose parts differ in length"):
        layers.Dense(2, name="rows")([[1, 2], [3]])


def test_arguments_that_call_does_not_have():
    with pytest.raises(TypeError, match=r"Dense.call.. has no argument 'mask'"):
        layers.Dense(2)(X, mask=X)
    with pytest.raises(NotImplementedError, match="Wrapper has no call"):
        layers.Wrapper(layers.Dense(2))(X)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: layers.ELU("x"), "ELU: alpha must be a number"),
        (lambda: layers.BatchNormalization(epsilon=None), "epsilon must be a number"),
        (lambda: layers.BatchNormalization(axis="x"), "axis must be an integer"),
        (lambda: layers.LayerNormalization(epsilon=(1,)), "epsilon must be a number"),
        (lambda: layers.GroupNormalization(2, axis=None), "axis must be an integer"),
        (lambda: layers.UnitNormalization(axis="x"), "axis must be an integer or a list"),
        (lambda: layers.Softmax(axis={}), "axis must be an integer or a list"),
        (lambda: layers.Concatenate(axis=None), "axis must be an integer"),
        (lambda: layers.Dropout((1, 2)), "rate must be a number"),
        (lambda: layers.GaussianNoise("x"), "stddev must be a number"),
        (lambda: layers.Masking("x"), "mask_value must be a number"),
    ],
)
def test_arguments_of_another_kind(make, says):
    with pytest.raises(TypeError, match=says):
        make()


def test_integers_become_floats_where_results_are_none():
    lengths = np.sqrt((INTS**2).sum(1, keepdims=True))
    np.testing.assert_allclose(layers.UnitNormalization()(INTS), INTS / lengths, rtol=1e-5)
    want = np.where(INTS < 0, INTS / 2, np.minimum(INTS, 2.5))
    np.testing.assert_allclose(layers.ReLU(2.5, negative_slope=0.5)(INTS), want)
    noise = (layers.GaussianNoise, layers.GaussianDropout, layers.AlphaDropout, layers.Dropout)
    for kind in noise:
        assert kind(0.5, seed=1)(INTS, training=True).dtype == "float32"


def test_a_variable_is_no_truth_value_but_has_rows():
    with pytest.raises(TypeError, match="can't decide an `if`"):
        bool(Variable(1.0))
    assert [float(row) for row in Variable([1.0, 2.0])] == [1.0, 2.0]
