"""Training in half precision, as programs for Keras ask for it."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers, mixed_precision, optimizers


@pytest.fixture
def policy():
    yield mixed_precision.set_global_policy
    mixed_precision.set_global_policy("float32")


def two_rings():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2)).astype("float32")
    return x, ((x**2).sum(1) > 1.4).astype("int32")


def small_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(2, activation="softmax", dtype="float32"),
        ]
    )
    model.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("name", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns_and_keeps_weights_in_single(name, policy):
    policy(name)
    assert mixed_precision.global_policy().name == name
    model = small_model()
    assert model.layers[0].compute_dtype == name.removeprefix("mixed_")
    x, y = two_rings()
    model.fit(x, y, epochs=20, batch_size=32, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.95
    assert {str(weight.dtype) for weight in model.weights} == {"float32"}
    assert model.predict(x[:3], verbose=0).dtype == np.float32


def test_float16_scales_the_loss_unless_told_not_to(policy):
    policy("mixed_float16")
    model = small_model()
    assert isinstance(model.optimizer, optimizers.LossScaleOptimizer)
    model.compile("sgd", "mse", auto_scale_loss=False)
    assert isinstance(model.optimizer, optimizers.SGD)
    model.compile(optimizers.LossScaleOptimizer(optimizers.SGD()), "mse")
    assert isinstance(model.optimizer.inner_optimizer, optimizers.SGD)
    policy("mixed_bfloat16")
    assert isinstance(small_model().optimizer, optimizers.Adam)
