"""What is neither Keras's language nor clear is refused in a sentence, not guessed."""

import numpy as np
import pytest

from kerata import layers, optimizers

PAIR = [np.ones((2, 3)), np.ones((2, 3))]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: layers.Dense(1, activation={}), "activation needs a 'class_name'"),
        (lambda: layers.Dense(1, kernel_regularizer={}), "regularizer needs a 'class_name'"),
        (lambda: layers.Dense(1, trainable=-1), "trainable must be True or False"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes=[]), "bias_axes must be letters"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes=""), "bias_axes must be letters"),
        (lambda: layers.ZeroPadding1D((1,)), r"padding must be .* got padding=\(1,\)"),
        (lambda: layers.Cropping1D((1,)), r"cropping must be .* got cropping=\(1,\)"),
        (lambda: optimizers.Adam(beta_1=1.0), "Adam: beta_1 must be below 1"),
        (lambda: optimizers.Nadam(beta_2=1), "Nadam: beta_2 must be below 1"),
        (lambda: optimizers.Lamb(beta_2=1.0), "Lamb: beta_2 must be below 1"),
        (lambda: optimizers.Ftrl(0.0), "Ftrl: learning_rate must be above 0"),
    ],
)
def test_constructor_arguments(make, told):
    with pytest.raises(ValueError, match=told):
        make()


def test_those_that_keras_takes_stay():
    optimizers.Adam(beta_2=1.0), optimizers.Nadam(beta_1=1.0)
    assert layers.ZeroPadding1D((1, 2)).padding == (1, 2)
    assert layers.Dense(1, trainable=np.False_).trainable is False


@pytest.mark.parametrize(
    ("layer", "inputs", "got"),
    [
        (layers.Activation("relu"), "abc", "got 'abc'"),
        (layers.Activation("relu"), None, "got None"),
        (layers.Activation("relu"), {"a": np.ones(2)}, "got a dict of 1"),
        (layers.ActivityRegularization(0.1), "abc", "got 'abc'"),
        (layers.Dropout(0.5), PAIR, "got a list of 2"),
        (layers.GaussianNoise(0.5), "abc", "got 'abc'"),
        (layers.GaussianDropout(0.5), {"a": np.ones(2)}, "got a dict of 1"),
        (layers.AlphaDropout(0.5), None, "got None"),
    ],
)
def test_inputs_that_are_no_array(layer, inputs, got):
    takes_training = hasattr(layer, "seed_generator")
    with pytest.raises(ValueError, match=f"expects one array as its input, {got}"):
        layer(inputs, training=True) if takes_training else layer(inputs)


def test_a_function_of_ones_own_may_take_a_dictionary():
    layer = layers.Activation(lambda x: x["a"] + 1)
    assert np.asarray(layer({"a": np.ones(2)})).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("equation", "fits", "other", "axis"),
    [
        ("abc,cd->abd", (2, 3, 5), (2, 3, 6), 2),
        ("...c,cd->...d", (2, 3, 5), (2, 3, 6), -1),
        ("ac...,cd->ad...", (2, 5, 3), (2, 6, 3), 1),
    ],
)
def test_einsum_dense_keeps_its_width(equation, fits, other, axis):
    layer = layers.EinsumDense(equation, (None, 4) if "..." not in equation else 4)
    layer(np.ones(fits))
    with pytest.raises(ValueError, match=f"expected axis {axis} to have size 5"):
        layer(np.ones(other))


def test_normalization_keeps_its_width():
    layer = layers.Normalization()
    layer.adapt(np.ones((4, 3)))
    assert layer(np.ones((2, 5, 3))).shape == (2, 5, 3)
    with pytest.raises(ValueError, match="expected axis -1 to have size 3, got an input of shape"):
        layer(np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"mean and variance of shape \(2,\) don't fit inputs"):
        layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 1.0])(np.ones((2, 4)))
