"""Numbers are traced only where they are surely used as values."""

import math

import numpy as np
import pytest

import kerata as keras
from kerata import search
from kerata.search.networks import Network
from kerata.training.data_adapter import make_array_data

X = np.random.default_rng(0).normal(size=(12, 2)).astype("float32")
Y = X[:, :1]


class FromText(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        return inputs * float(f"{self.rate}")


class FromLength(FromText):
    def call(self, inputs):
        return inputs * len(f"{self.rate}")


class FromWhole(FromText):
    def call(self, inputs):
        return inputs * math.floor(10 * self.rate)


class FromBranch(FromText):
    def call(self, inputs):
        return inputs * 3 if self.rate > 0.2 else inputs


class FromInside(keras.layers.Layer):
    """Reads a number of a layer of the library's."""

    def __init__(self, rate):
        super().__init__()
        self.inner = keras.layers.Dropout(rate)

    def call(self, inputs):
        return inputs * len(str(self.inner.rate))


class TextDropout(keras.layers.Dropout):
    def call(self, inputs, training=False):
        return inputs * len(str(self.rate))


def text_function(rate):
    return keras.layers.Lambda(lambda x: x * len(f"{rate}"))


def wrapped_loss(rate):
    def loss(y_true, y_pred, factor):
        return (y_true - y_pred) ** 2 * len(f"{factor}")

    return keras.losses.LossFunctionWrapper(loss, factor=rate)


def builder(layer=None, loss=None):
    def build(rate):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        if layer is not None:
            model.add(layer(rate))
        model.add(keras.layers.Dense(1))
        model.compile(keras.optimizers.SGD(0.01), "mse" if loss is None else loss(rate))
        return model

    return build


KINDS = [FromText, FromLength, FromWhole, FromBranch, FromInside, TextDropout, text_function]


def scores(build, rates):
    results = search.grid(
        build, {"rate": rates}, X, Y, folds=2, epochs=2, verbose=0, seed=1, scoring="loss"
    )
    return np.asarray(results.scores())


@pytest.mark.parametrize("kind", [*KINDS, wrapped_loss], ids=lambda k: k.__name__)
@pytest.mark.one_in(2)
def test_candidates_score_what_they_score_alone(kind):
    build = builder(loss=kind) if kind is wrapped_loss else builder(kind)
    together = scores(build, [0.125, 0.5])
    alone = [scores(build, [rate]) for rate in (0.125, 0.5)]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-5)
    assert not np.allclose(together[0], together[1])


def structure(build, rate):
    return Network(build, {"rate": rate}, make_array_data(X, Y), 0).structure


@pytest.mark.parametrize("kind", [keras.layers.Dropout, keras.layers.LeakyReLU])
def test_values_of_the_librarys_layers_share_programs(kind):
    build = builder(kind)
    one, other = structure(build, 0.25), structure(build, 0.5)
    assert one.signature == other.signature
    assert one.numbers != other.numbers
