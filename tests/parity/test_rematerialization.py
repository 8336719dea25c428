"""Layers that compute values again in the backward pass: the trajectories of real Keras.

Keras's are without a scope: in one, its models with losses of layers leak tracers.
"""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import jax  # noqa: E402  (after the check that Keras is there)

import kerata  # noqa: E402

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 6)).astype("float32")
LABELS = rng.integers(0, 3, size=16)
START = [rng.normal(size=s).astype("float32") for s in [(6, 8), (8,), (8, 3), (3,)]]
MODES = [
    {"mode": "full"},
    {"mode": "activations"},
    {"mode": "larger_than", "output_size_threshold": 20},
    {"mode": "list_of_layers", "layer_names": ["first"]},
    {"mode": None},
]


def network(k, scope=None):
    with scope if scope is not None else k.name_scope("plain"):
        inputs = k.Input((6,))
        hidden = k.layers.Dense(8, "tanh", kernel_regularizer="l2", name="first")(inputs)
        outputs = k.layers.Dense(3, "softmax", activity_regularizer="l1")(hidden)
        model = k.Model(inputs, outputs)
    model.set_weights(START)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def computed_again(model):
    """Count the places where the program of a gradient computes values again."""

    def loss(trainable):
        outputs, _ = model.stateless_call(trainable, [], X, training=True)
        return outputs.sum()

    return str(jax.make_jaxpr(jax.grad(loss))([v.value for v in model.trainable_variables])).count(
        "remat2["
    )


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_scopes_train_as_in_keras(mode):
    found = []
    for k in (keras, kerata):
        model = network(k, k.RematScope(**mode) if k is kerata else None)
        history = model.fit(X, LABELS, batch_size=8, epochs=3, shuffle=False, verbose=0).history
        found.append([*history["loss"], *(w.sum() for w in model.get_weights())])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)
    assert (computed_again(model) > 0) == (mode["mode"] is not None)


def test_what_layers_leave_behind_is_kept():
    """Moving statistics, losses, masks and random streams, with a model inside a model."""

    class Block(kerata.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = kerata.layers.Dense(4, kernel_initializer="ones")
            self.normal = kerata.layers.BatchNormalization()
            self.drop = kerata.layers.Dropout(0.5, seed=3)
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, inputs, training=False):
            self.calls.assign_add(1.0)
            outputs = self.drop(self.normal(self.dense(inputs), training=training))
            self.add_loss(0.1 * kerata.ops.mean(outputs**2))
            return outputs if training else outputs * 2

    tokens = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [1, 1, 2, 0], [2, 3, 1, 2]])
    results = []
    for mode in (None, "full"):
        kerata.utils.set_random_seed(1)
        with kerata.RematScope(mode):
            inputs = kerata.Input((4,), dtype="int32")
            embedded = kerata.layers.Embedding(4, 3, mask_zero=True)(inputs)
            encoder = kerata.Model(inputs, embedded)
            summed = kerata.layers.GlobalAveragePooling1D()(encoder(inputs))
            outputs = kerata.layers.Dense(1)(Block()(summed))
            model = kerata.Model(inputs, outputs)
        model.compile("sgd", "mse")
        history = model.fit(tokens, np.ones((4, 1)), epochs=3, verbose=0).history["loss"]
        results.append([*history, *(w.sum() for w in model.get_weights())])
        assert 3.0 in [float(w) for w in model.get_weights() if w.shape == ()]
    np.testing.assert_allclose(results[1], results[0], rtol=1e-5)


def test_a_layer_may_choose_itself():
    chosen = []

    class Own(kerata.layers.Dense):
        def rematerialized_call(self, layer_call, *args, **kwargs):
            chosen.append(args[0].shape)
            return kerata.remat(layer_call)

    with kerata.RematScope("list_of_layers", layer_names=[]):
        layer = Own(2)
    layer(X)
    assert chosen == [(16, 6)]
    chosen.clear()
    Own(2)(X)
    assert not chosen


def test_unknown_modes_are_refused():
    with pytest.raises(ValueError, match=r"mode must be one of 'full', .* got 'some'"):
        kerata.RematScope("some")


def test_remat_of_a_function():
    def f(x, twice=False):
        return np.float32(2 if twice else 1) * jax.numpy.sin(x) ** 2

    for k in (keras, kerata):
        gradient = jax.grad(lambda x, k=k: k.remat(f)(x).sum())(X)
        np.testing.assert_allclose(gradient, np.sin(2 * X), rtol=1e-5, atol=1e-6)
    assert float(kerata.remat(f)(np.float32(1.0), twice=True)) == pytest.approx(2 * np.sin(1) ** 2)
