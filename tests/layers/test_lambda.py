"""Lambda: any function as a layer, and what can be saved of it."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import layers
from kerata.base.custom_objects import register_keras_serializable
from kerata.base.scope import get_mask
from kerata.base.symbolic import KerasTensor

X = np.arange(6.0, dtype="float32").reshape(2, 3)


@register_keras_serializable("tests")
def doubled(x, extra=0.0):
    return 2 * x + extra


def unregistered(x):
    return x


def around(layer):
    return layers.deserialize(json.loads(json.dumps(layers.serialize(layer))))


def test_shape_is_found_by_tracing():
    assert layers.Lambda(lambda x: x[:, :2].sum(-1))(KerasTensor((None, 3))).shape == (None,)
    assert layers.Lambda(lambda x: x.astype("int32"))(KerasTensor((None, 3))).dtype == "int32"
    pair = layers.Lambda(lambda x: (x, x[:, 0]))(KerasTensor((None, 3)))
    assert [t.shape for t in pair] == [(None, 3), (None,)]


@pytest.mark.parametrize(
    "shape", [(7,), [7], lambda s: (s[0], 7)], ids=["tuple", "list", "function"]
)
def test_shape_as_said(shape):
    layer = layers.Lambda(lambda x: jnp.zeros((x.shape[0], 7)), output_shape=shape)
    assert layer(KerasTensor((None, 3))).shape == (None, 7)
    assert layer.compute_output_shape((4, 3)) == (4, 7)


def test_several_inputs():
    layer = layers.Lambda(lambda xs: xs[0] + xs[1])
    assert layer([X, X]).tolist() == (2 * X).tolist()
    assert layer([KerasTensor((None, 3)), KerasTensor((None, 3))]).shape == (None, 3)


def test_training_and_mask_reach_the_function():
    seen = []

    def function(x, training=None, mask=None):
        seen.append((training, mask is None))
        return x

    layer = layers.Lambda(function, mask=jnp.array([True, False]))
    layer(X, training=True)
    out = layer(X, mask=jnp.array([True, True]))
    assert seen == [(True, True), (False, False)]
    assert get_mask(out).tolist() == [True, False]


def test_a_registered_function_goes_around():
    layer = layers.Lambda(doubled, arguments={"extra": 1.0}, name="twice")
    config = layers.serialize(layer)
    assert config["config"]["function"]["class_name"] == "function"
    assert config["config"]["function"]["config"] == "tests>doubled"
    np.testing.assert_array_equal(around(layer)(X), 2 * X + 1)


def test_an_unregistered_function_must_be_passed():
    config = json.loads(json.dumps(layers.serialize(layers.Lambda(unregistered))))
    with pytest.raises(ValueError, match=r"'unregistered', which is not registered.*never run"):
        layers.deserialize(config)
    layer = layers.deserialize(config, custom_objects={"unregistered": unregistered})
    np.testing.assert_array_equal(layer(X), X)


def test_a_function_without_a_name_is_told_apart_from_others():
    config = json.loads(json.dumps(layers.serialize(layers.Lambda(lambda x: x))))
    with pytest.raises(ValueError, match="<lambda>"):
        layers.deserialize(config)


@pytest.mark.parametrize("name", ["function", "output_shape", "mask"])
def test_code_in_a_config_is_refused(name):
    code = {"class_name": "__lambda__", "config": {"code": "4wEA", "defaults": None}}
    config = layers.Lambda(doubled).get_config() | {name: code}
    with pytest.raises(ValueError, match=rf"its {name} is stored as Python code.*never run"):
        layers.Lambda.from_config(config)


def test_something_that_cannot_be_called():
    with pytest.raises(TypeError, match="Lambda needs a function, got 3"):
        layers.Lambda(3)
