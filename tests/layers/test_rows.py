"""Rows are added to a batch only where no layer mixes rows."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers, ops
from kerata.layers.rows import keeps_rows_apart

X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def over_rows(x):
    return ops.softmax(x, axis=0)


def through(*body, shape=(3,)):
    return keras.Sequential([keras.Input(shape), *body])


def joined(axis, shape=(3,)):
    one, other = keras.Input(shape), keras.Input(shape)
    return keras.Model([one, other], layers.Concatenate(axis)([one, other]))


def with_operation():
    inputs = keras.Input((3,))
    return keras.Model(inputs, ops.softmax(inputs, axis=0))


class SumOverRows(layers.ReLU):
    def call(self, inputs):
        return inputs / ops.sum(inputs, axis=0)


class Untouched(layers.ReLU):
    pass


class OwnModel(keras.Model):
    def call(self, inputs):
        return over_rows(inputs)


def with_call_by_hand():
    layer = layers.ReLU()
    layer.call = over_rows
    return layer


MIXING = {
    "softmax": lambda: through(layers.Softmax(axis=0)),
    "softmax -2": lambda: through(layers.Softmax(axis=-2)),
    "softmax of several": lambda: through(layers.Softmax(axis=(0, 1))),
    "softmax of numbers": lambda: through(layers.Reshape(()), layers.Softmax(), shape=(1,)),
    "activation": lambda: through(layers.Activation(over_rows)),
    "activation of numbers": lambda: through(
        layers.Reshape(()), layers.Activation("softmax"), shape=(1,)
    ),
    "activation of the library": lambda: through(layers.Activation(ops.cumsum)),
    "layer as activation": lambda: through(layers.Activation(layers.Softmax(axis=0))),
    "dense": lambda: through(layers.Dense(3, activation=over_rows)),
    "unit": lambda: through(layers.UnitNormalization(axis=0)),
    "lambda": lambda: through(layers.Lambda(over_rows)),
    "operation": with_operation,
    "own layer": lambda: through(SumOverRows()),
    "own layer without changes": lambda: through(Untouched()),
    "call by hand": lambda: through(with_call_by_hand()),
    "own model": OwnModel,
    "nested": lambda: through(through(layers.Softmax(axis=0))),
    "nested operation": lambda: through(with_operation()),
    "nested twice": lambda: through(through(through(layers.Activation(over_rows)))),
    "nested own model": lambda: through(OwnModel()),
}


@pytest.mark.parametrize("kind", MIXING)
def test_what_mixes_rows_gets_the_rows_it_was_given(kind):
    model = MIXING[kind]()
    x = X[:, :1] if "of numbers" in kind else X
    np.testing.assert_allclose(model.predict(x, verbose=0), np.asarray(model(x)), rtol=1e-5)
    assert not keeps_rows_apart(model)


def test_sums_over_rows_are_one():
    sums = [MIXING[k]().predict(X, verbose=0).sum(0) for k in ("softmax", "softmax -2", "nested")]
    np.testing.assert_allclose(sums, np.ones((3, 3)), rtol=1e-6)


@pytest.mark.parametrize("axis", [0, -2])
def test_tensors_below_each_other(axis):
    model = joined(axis)
    np.testing.assert_array_equal(model.predict([X, -X], verbose=0), np.concatenate([X, -X]))
    assert not keeps_rows_apart(model)
    assert keeps_rows_apart(joined(1))
    assert keeps_rows_apart(joined(-1))


APART = {
    "dense": lambda: through(layers.Dense(2, "softmax"), layers.Dropout(0.5)),
    "softmax": lambda: through(layers.Softmax()),
    "softmax -2": lambda: through(layers.Softmax(axis=-2), shape=(2, 3)),
    "layer as activation": lambda: through(layers.Dense(2, activation=layers.LeakyReLU())),
    "nested": lambda: through(through(layers.Dense(2, "relu"), layers.BatchNormalization())),
    "einsum": lambda: through(layers.EinsumDense("ab,bc->ac", 2)),
    "einsum dots": lambda: through(layers.EinsumDense("...b,bc->...c", 2)),
    "images": lambda: through(
        *(layers.Conv2D(2, 1), layers.MaxPooling2D(1), layers.Flatten()), shape=(2, 2, 1)
    ),
    "normalization": lambda: through(layers.LayerNormalization(), layers.RMSNormalization()),
}


@pytest.mark.parametrize("kind", APART)
def test_rows_are_added_where_layers_keep_them_apart(kind):
    assert keeps_rows_apart(APART[kind]())


def test_a_function_assigned_later_counts():
    model = through(layers.Dense(3, "relu"))
    model.predict(X, verbose=0)
    model.layers[0].activation = over_rows
    np.testing.assert_allclose(model.predict(X, verbose=0).sum(0), np.ones(3), rtol=1e-6)
