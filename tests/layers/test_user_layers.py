"""Layers that users write: with and without build, with layers inside, with all arguments."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import layers, ops
from kerata.base.custom_objects import register_keras_serializable
from kerata.base.scope import get_mask, set_mask
from kerata.base.symbolic import KerasTensor
from kerata.base.variable import Variable
from kerata.layers.functional_call import functional_call

X = np.arange(6.0, dtype="float32").reshape(2, 3)


@register_keras_serializable("tests")
class Linear(layers.Layer):
    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="ones", name="w", regularizer="l2"
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class WithoutBuild(layers.Layer):
    def __init__(self):
        super().__init__()
        self.w = self.add_weight((3, 1), "ones")
        self.steps = Variable(0, trainable=False, name="steps")

    def call(self, x):
        self.steps.assign_add(1)
        return x @ self.w


class Blocks(layers.Layer):
    """Layers in lists, dictionaries and attributes, one of them twice."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [layers.Dense(4, name="first"), layers.Dense(4, name="second")]
        self.blocks.append(layers.Dense(4, name="third"))
        self.heads = {"a": layers.Dense(1, name="a")}
        self.again = self.blocks[0]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.heads["a"](x)


class Everything(layers.Layer):
    """Takes training, mask and an argument of its own, and adds losses."""

    def __init__(self):
        super().__init__()
        self.supports_masking = True
        self.inner = layers.Dropout(0.5)
        self.seen = []

    def call(self, inputs, training=None, mask=None, scale=1.0):
        self.seen.append((training, mask is not None))
        self.add_loss(jnp.sum(inputs))
        return self.inner(scale * inputs)


def test_build_names_and_weights():
    layer = Linear(2, name="linear")
    assert layer(X).tolist() == [[3.0, 3.0], [12.0, 12.0]]
    assert [w.path for w in layer.weights] == ["linear/w", "linear/b"]
    assert layer.count_params() == 8
    assert float(sum(layer.losses)) == pytest.approx(0.06)
    assert layer(KerasTensor((None, 3))).shape == (None, 2)


def test_a_config_of_ones_own_goes_around():
    layer = Linear(5)
    layer(X)
    config = json.loads(json.dumps(layers.serialize(layer)))
    assert config["registered_name"] == "tests>Linear"
    again = layers.deserialize(config)
    assert again.units == 5
    again.build_from_config(json.loads(json.dumps(layer.get_build_config())))
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), layer(X))


def test_weights_made_in_the_constructor_and_counted_calls():
    layer = WithoutBuild()
    for _ in range(3):
        out = layer(X)
    assert out.tolist() == [[3.0], [12.0]]
    assert int(layer.steps) == 3
    assert [w.shape for w in layer.trainable_weights] == [(3, 1)]
    assert [w.name for w in layer.non_trainable_weights] == ["steps"]
    values = [w.value for w in layer.weights]
    _, after, _ = jax.jit(lambda v, x: functional_call(layer, v, x))(values, X)
    assert int(after[-1]) == 4
    assert int(layer.steps) == 3


def test_layers_in_lists_and_dictionaries_are_found_once():
    layer = Blocks()
    layer(X)
    names = [w.path.split("/")[-2] for w in layer.weights]
    assert names == ["first"] * 2 + ["second"] * 2 + ["third"] * 2 + ["a"] * 2
    layer.blocks[1].trainable = False
    assert len(layer.trainable_weights) == 6
    layer.trainable = False
    assert layer.trainable_weights == []
    assert not layer.heads["a"].trainable
    gradient = jax.grad(lambda v: functional_call(layer, v, X)[0].sum())(
        [w.value for w in layer.weights]
    )
    assert all(np.isfinite(g).all() for g in gradient)


def test_arguments_of_call():
    layer, x = Everything(), jnp.asarray(X)
    layer(x)
    layer(x, training=True)
    set_mask(x, jnp.array([True, False]))
    out = layer(x, scale=2.0)
    assert layer.seen == [(False, False), (True, False), (False, True)]
    np.testing.assert_array_equal(out, 2 * X)
    np.testing.assert_array_equal(get_mask(out), [True, False])
    out = layer(x, mask=jnp.array([False, False]))
    np.testing.assert_array_equal(get_mask(out), [False, False])


def test_training_reaches_the_layers_inside():
    layer = Everything()
    x = jnp.ones((20, 50))
    assert np.array_equal(layer(x), x)
    assert not np.array_equal(layer(x, training=True), x)


def test_added_losses_are_those_of_the_last_call():
    layer = Everything()
    for _ in range(2):
        layer(X)
        assert [float(v) for v in layer.losses] == [15.0]
    losses = functional_call(layer, [], X)[2]
    assert [float(v) for v in losses] == [15.0]
    gradient = jax.grad(lambda x: functional_call(layer, [], x)[2][0])(jnp.asarray(X))
    np.testing.assert_array_equal(gradient, np.ones_like(X))


def test_losses_of_layers_inside_are_collected():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(2, kernel_initializer="ones", activity_regularizer="l1")

        def call(self, x):
            self.add_loss(1.0)
            return self.inner(x)

    layer = Outer()
    layer(X)
    assert sorted(float(v) for v in layer.losses) == pytest.approx([0.01 * 30 / 2, 1.0])


def test_mixed_precision_reaches_weights_of_ones_own():
    class Reads(Linear):
        def call(self, inputs):
            assert inputs.dtype == self.w.value.dtype == "bfloat16"
            assert self.w.dtype == "bfloat16"  # as it is read, which is what Keras says
            return inputs @ self.w.value

    layer = Reads(dtype="mixed_bfloat16")
    assert layer(X).dtype == "bfloat16"
    assert layer.w.value.dtype == layer.w.dtype == "float32"


def test_mixed_precision_ends_at_a_layer_of_another_type():
    class Mixed(layers.Layer):
        def __init__(self):
            super().__init__(dtype="mixed_float16")
            self.short, self.long = layers.Dense(2, dtype="mixed_float16"), layers.Dense(2)
            self.norm = layers.BatchNormalization(dtype="mixed_float16")

        def call(self, x):
            short = self.short(x)
            return short, self.long(x), self.norm(x)

    layer = Mixed()
    outputs = layer(X, training=True)
    assert [str(o.dtype) for o in outputs] == ["float16", "float32", "float16"]
    assert {w.dtype for w in layer.weights} == {"float32"}
    # The statistics are not rounded to the short type on the way.
    assert layer.norm.moving_mean.numpy()[0] == pytest.approx(0.015, rel=1e-6)


def test_several_inputs_and_outputs():
    class Pair(layers.Layer):
        def build(self, a_shape, b_shape):
            self.w = self.add_weight((a_shape[-1], b_shape[-1]), "ones")

        def call(self, a, b):
            return a @ self.w, b

    layer = Pair()
    first, second = layer(X, np.ones((2, 5), "float32"))
    assert first.shape == second.shape == (2, 5)
    spec = Pair()(KerasTensor((None, 3)), KerasTensor((None, 5)))
    assert [t.shape for t in spec] == [(None, 5), (None, 5)]


def test_dictionaries_as_inputs():
    class Sum(layers.Layer):
        def build(self, input_shape):
            assert input_shape == {"a": (2, 3), "b": (2, 3)}

        def call(self, inputs):
            return inputs["a"] + inputs["b"]

    np.testing.assert_array_equal(Sum()({"a": X, "b": X}), 2 * X)


def test_forgetting_super_init_is_said():
    class Forgot(layers.Layer):
        def __init__(self):
            self.units = 3

        def call(self, x):
            return x

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Forgot()(X)


def test_a_wrapper_builds_what_it_holds():
    class Twice(layers.Wrapper):
        def call(self, inputs):
            return 2 * self.layer(inputs)

        def compute_output_shape(self, input_shape):
            return self.layer.compute_output_shape(input_shape)

    layer = Twice(layers.Dense(4, kernel_initializer="ones"))
    assert layer(X).shape == (2, 4)
    assert len(layer.weights) == 2
    config = json.loads(json.dumps(layers.Wrapper(layers.Dense(4)).get_config()))
    assert layers.Wrapper.from_config(config).layer.units == 4
    with pytest.raises(TypeError, match="needs a layer"):
        layers.Wrapper(3)
