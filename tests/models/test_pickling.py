"""Models in pickles: same outputs, same training afterwards."""

import copy
import pickle

import numpy as np
import pytest

from kerata import Input, Model, Sequential, layers, ops


def halved(x):
    return x / 2


def own_loss(y_true, y_pred):
    return ops.mean((y_true - y_pred) ** 2, axis=-1)


class Scaled(layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}

    def call(self, inputs):
        return self.factor * inputs


def functional(*middle):
    x = Input((3,))
    h = layers.Dense(4, activation="relu")(x)
    for layer in middle:
        h = layer(h)
    return Model(x, layers.Dense(1)(h))


MODELS = {
    "stack": lambda: Sequential([Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)]),
    "graph": functional,
    "own layer": lambda: functional(Scaled(0.5)),
    "own function": lambda: functional(layers.Lambda(halved)),
    "own activation": lambda: functional(layers.Activation(halved)),
    "own class inside a wrapper": lambda: functional(layers.Dropout(0.5), Scaled(2.0)),
}
X, Y = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3), np.arange(8.0)


@pytest.mark.parametrize(
    "how", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copied", "pickled"]
)
@pytest.mark.parametrize("kind", MODELS)
def test_a_pickled_model_gives_the_same_outputs(kind, how):
    model = MODELS[kind]()
    again = how(model)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert not again.compiled


def test_a_trained_model_goes_on_as_if_it_had_not_been_pickled():
    model = MODELS["graph"]()
    model.compile("adam", own_loss, metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    again = pickle.loads(pickle.dumps(model))
    assert again.loss is own_loss
    for m in (model, again):
        m.fit(X, Y, shuffle=False, verbose=0)
    assert again.optimizer.iterations.numpy() == 3
    np.testing.assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)


def test_two_functions_of_one_name_are_refused():
    model = functional(layers.Lambda(lambda x: x + 1), layers.Lambda(lambda x: x * 2))
    with pytest.raises(TypeError, match="two different functions or classes named '<lambda>'"):
        pickle.dumps(model)
