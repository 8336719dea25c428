"""The multi-class hinge loss: the textbook's numbers, gradients, learning, messages."""

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import losses


def test_the_textbook_example():
    scores = [[13.0, -7.0, 11.0]]
    assert float(losses.MultiClassHinge(delta=10.0)([0], scores)) == 8.0
    assert float(losses.MultiClassHinge(delta=10.0)([2], scores)) == 12.0
    assert float(losses.MultiClassHinge(delta=10.0)([1], scores)) == 30.0 + 28.0


@pytest.mark.parametrize("labels", [[0, 2], [[0], [2]]])
def test_each_row_by_itself(labels):
    scores = np.array([[1.0, 0.5, -9.0], [0.0, 0.0, 0.0]])
    got = losses.multi_class_hinge(labels, scores)
    assert np.asarray(got).tolist() == [0.5, 2.0]


def test_one_class_costs_nothing():
    assert float(losses.multi_class_hinge([0], [[3.0]])[0]) == 0.0


def test_gradient_counts_the_classes_that_come_too_close():
    gradient = jax.grad(lambda s: losses.multi_class_hinge(0, s, delta=1.0))
    assert gradient(np.array([1.0, 0.5, 0.7, -5.0])).tolist() == [-2.0, 1.0, 1.0, 0.0]


def test_the_margin_may_be_traced():
    at = jax.jit(lambda d: losses.MultiClassHinge(delta=d)([0], [[13.0, -7.0, 11.0]]))
    assert float(at(10.0)) == 8.0


def test_it_trains_by_name_and_comes_back_from_its_config():
    x, y = np.eye(3, dtype="float32"), np.arange(3)
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile(keras.optimizers.SGD(1.0), "multi_class_hinge", metrics=["accuracy"])
    assert model.fit(x, y, epochs=30, verbose=0).history["loss"][-1] == 0.0
    again = losses.deserialize(losses.serialize(losses.MultiClassHinge(delta=3.0)))
    assert again.delta == 3.0


def test_one_hot_labels_are_refused():
    with pytest.raises(ValueError, match="argmax"):
        losses.multi_class_hinge(np.eye(3), np.eye(3))
