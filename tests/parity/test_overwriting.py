"""Weights that are overwritten with their gradients, under every optimizer, as in real Keras."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import kerata  # noqa: E402  (after the check that Keras is there)

NAMES = [
    *("SGD", "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta"),
    *("Ftrl", "Lion", "Lamb", "Adafactor", "Muon"),
]


def steps(k, make):
    weights = [k.Variable(np.full((2, 2), v, "float32"), name=f"w{v}") for v in (1, 2)]
    weights[1].overwrite_with_gradient = True
    optimizer = make(k)
    for i in range(4):
        gradients = [np.full((2, 2), g, "float32") for g in (0.5 + i, 7.0 - i)]
        optimizer.apply(gradients, weights)
    return [np.asarray(w.value) for w in weights], len(optimizer.variables)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_the_new_value(name):
    options = {"momentum": 0.9} if name == "SGD" else {}
    found = [
        steps(k, lambda k: getattr(k.optimizers, name)(0.1, **options)) for k in (keras, kerata)
    ]
    (theirs, count), (ours, own_count) = found
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert count == own_count
    np.testing.assert_array_equal(ours[1], np.full((2, 2), 4.0))


def test_of_several_steps_the_largest_counts():
    weights, _ = steps(kerata, lambda k: k.optimizers.SGD(0.1, gradient_accumulation_steps=2))
    # Steps of 7 and 6, then of 5 and 4.
    np.testing.assert_array_equal(weights[1], np.full((2, 2), 5.0))
    np.testing.assert_allclose(weights[0], np.full((2, 2), 1 - 0.1 * (1.0 + 3.0)), rtol=1e-6)


def test_only_booleans_say_so():
    with pytest.raises(TypeError, match="overwrite_with_gradient must be True or False, got 1"):
        kerata.Variable(1.0).overwrite_with_gradient = 1
