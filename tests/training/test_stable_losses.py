"""Networks that are sure and wrong still learn: cross-entropies look behind the softmax."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.random.default_rng(0).normal(size=(30, 4)).astype("float32")
LABELS = np.arange(30) % 3


def wrong(activation, units, loss, last="dense"):
    """Build a network whose outputs are saturated at wrong answers."""
    keras.utils.set_random_seed(0)
    dense = layers.Dense(
        units,
        activation if last == "dense" else None,
        kernel_initializer=keras.initializers.RandomNormal(stddev=100.0, seed=1),
    )
    stack = [keras.Input((4,)), dense]
    if last == "activation":
        stack.append(layers.Activation(activation))
    elif last == "layer":
        stack.append(layers.Softmax() if activation == "softmax" else layers.Activation("sigmoid"))
    model = keras.Sequential(stack)
    model.compile(keras.optimizers.SGD(0.1), loss)
    return model


CASES = [
    ("softmax", 3, "sparse_categorical_crossentropy", LABELS),
    ("softmax", 3, keras.losses.CategoricalCrossentropy(), np.eye(3)[LABELS]),
    ("sigmoid", 1, "binary_crossentropy", (LABELS > 0).astype("float32")[:, None]),
]


@pytest.mark.parametrize(("activation", "units", "loss", "y"), CASES)
@pytest.mark.parametrize("last", ["dense", "activation", "layer"])
def test_saturated_outputs_have_the_loss_and_gradient_of_their_logits(
    activation, units, loss, y, last
):
    model, twin = wrong(activation, units, loss, last), wrong(None, units, loss)
    kind = {"softmax": "CategoricalCrossentropy", "sigmoid": "BinaryCrossentropy"}[activation]
    if loss == "sparse_categorical_crossentropy":
        kind = "SparseCategoricalCrossentropy"
    twin.compile(keras.optimizers.SGD(0.1), getattr(keras.losses, kind)(from_logits=True))
    assert model.evaluate(X, y, verbose=0) > 20  # clipped probabilities end at 16.1
    histories = [
        m.fit(X, y, epochs=3, shuffle=False, verbose=0).history["loss"] for m in (model, twin)
    ]
    np.testing.assert_allclose(histories[0], histories[1], rtol=1e-5)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_options_of_the_loss_are_kept():
    y = np.eye(3, dtype="float32")[LABELS]
    model = wrong("softmax", 3, keras.losses.CategoricalCrossentropy(label_smoothing=0.3))
    logits = X @ model.get_weights()[0] + model.get_weights()[1]
    log_probabilities = np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1, keepdims=True))
    log_probabilities = logits - logits.max(1, keepdims=True) - log_probabilities
    smooth = y * 0.7 + 0.1
    expected = -(smooth * log_probabilities).sum(1).mean()
    assert model.evaluate(X, y, verbose=0) == pytest.approx(expected, rel=1e-4)


def test_probabilities_that_were_changed_afterwards_are_taken_as_they_are():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "softmax"), layers.Rescaling(0.5, offset=1 / 6)]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    probabilities = model.predict(X, verbose=0)
    expected = -np.log(probabilities[np.arange(30), LABELS]).mean()
    assert model.evaluate(X, LABELS, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_a_cross_entropy_over_another_axis_is_computed_from_its_probabilities():
    # The softmax runs over the last axis, the loss over the first after the batch.
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(1).normal(size=(4, 3, 3)).astype("float32")
    y = np.eye(3, dtype="float32")[np.arange(12).reshape(4, 3) % 3]
    model = keras.Sequential([keras.Input((3, 3)), layers.Softmax()])
    model.compile(loss=keras.losses.CategoricalCrossentropy(axis=1))
    probabilities = model.predict(x, verbose=0)
    shares = probabilities / probabilities.sum(axis=1, keepdims=True)
    wanted = float(-(y * np.log(shares)).sum(axis=1).mean())
    assert model.evaluate(x, y, verbose=0) == pytest.approx(wanted, rel=1e-5)
