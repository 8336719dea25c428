"""Layers as pure functions of their state."""

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.ones((64, 4), "float32")


def test_noise_of_a_compiled_function_goes_on_with_the_state():
    model = keras.Sequential([keras.Input((4,)), layers.Dropout(0.5), layers.Dropout(0.2, seed=1)])
    states = [v.value for v in model.non_trainable_variables]
    assert [v.dtype for v in model.non_trainable_variables] == ["uint32", "uint32"]
    assert model.weights == []
    call = jax.jit(lambda fixed: model.stateless_call([], fixed, X, training=True))
    first, later = call(states)
    second, _ = call(later)
    again, _ = call(states)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)
    # The boxes stay as they are until they are assigned to.
    assert [int(v.value[1]) for v in model.non_trainable_variables] == [0, 0]
    for variable, value in zip(model.non_trainable_variables, later, strict=True):
        variable.assign(value)
    assert [int(v.value[1]) for v in model.non_trainable_variables] == [1, 1]


def test_numbers_of_values_and_building_are_checked():
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match="needs a layer that is built"):
        layer.stateless_call([], [], X)
    layer.build((None, 4))
    with pytest.raises(ValueError, match=r"trainable_variables must have 2 values.*got 1"):
        layer.stateless_call([np.ones((4, 2))], [], X)


def test_metrics_of_layers_are_listed_with_their_variables():
    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seen = keras.metrics.Mean(name="seen")
            self.offset = self.add_variable((1,), "zeros", trainable=False)

        def call(self, inputs):
            return inputs + self.offset

    layer = Counting()
    model = keras.Sequential([keras.Input((4,)), layer])
    assert layer.metrics == model.metrics == [layer.seen]
    assert layer.metrics_variables == layer.seen.variables
    assert model.non_trainable_variables == [layer.offset]
    assert layer.rematerialized_call(layer.call) == layer.call


def test_a_scope_that_keeps_changes_to_itself():
    layer = layers.Dense(1, kernel_initializer="ones")
    layer.build((None, 4))
    with keras.StatelessScope([(layer.kernel, np.full((4, 1), 2.0))]) as scope:
        outputs = layer(X)
        layer.bias.assign([3.0])
    assert np.unique(outputs).tolist() == [8.0]
    assert scope.get_current_value(layer.bias).tolist() == [3.0]
    assert layer.bias.numpy().tolist() == [0.0]
    with pytest.raises(ValueError, match=r"has shape \(4, 1\); StatelessScope got .* \(2,\)"):
        keras.StatelessScope([(layer.kernel, np.ones(2))])
    with pytest.raises(ValueError, match="StatelessScope maps variables"):
        keras.StatelessScope([(X, X)])


def test_state_trees_name_what_they_do_not_know():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="'trainable_variable', which no model has"):
        model.set_state_tree({"trainable_variable": {}})
    with pytest.raises(ValueError, match="has 'dense/kernel' among its non_trainable_variables"):
        model.set_state_tree({"non_trainable_variables": {"dense": {"kernel": 1}}})
    with pytest.raises(ValueError, match="value_format must be one of"):
        model.get_state_tree("numpy")


def test_a_compile_of_ones_own_is_left_to_the_user():
    class Own(keras.Sequential):
        def compile(self, rate):
            super().compile(keras.optimizers.SGD(rate), "mse")

    model = Own([keras.Input((4,)), layers.Dense(1)])
    model.compile(0.5)
    with pytest.warns(UserWarning, match=r"Own has a compile\(\) of its own"):
        model.compile_from_config(model.get_compile_config())
    assert float(model.optimizer.learning_rate) == 0.5


def test_callbacks_keep_the_model_under_both_names():
    watch = keras.callbacks.Callback()
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0, callbacks=[watch])
    assert watch.model is watch._model is model
