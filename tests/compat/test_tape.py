"""Gradients that a tape gives, and what it refuses."""

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import Input, Model, layers, losses, ops, optimizers, regularizers


def test_gradients_of_operators_functions_and_variables(tf):
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum((2 * v - 1) ** 2 / (v + 1)) + v[0] - tf.gather(v, 1)
    x = np.array([1.0, 2.0])
    expected = 4 * (2 * x - 1) / (x + 1) - (2 * x - 1) ** 2 / (x + 1) ** 2 + [1, -1]
    np.testing.assert_allclose(tape.gradient(y, v), expected, rtol=1e-6)


def test_second_derivatives_and_assignments_in_between(tf):
    v = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v**3
        v.assign(10.0)
        first = inner.gradient(y, v)
    assert float(first) == 27.0
    # The value that was read counts; TensorFlow connects the read one too.
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v**3
        first = inner.gradient(y, v)
    assert (float(first), float(outer.gradient(first, v))) == (300.0, 60.0)


def test_losses_of_layers_are_part_of_the_graph(tf):
    layer = layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        loss = losses.MeanSquaredError()([[0.0]], layer(x)) + sum(layer.losses)
    kernel, bias = tape.gradient(loss, layer.trainable_variables)
    np.testing.assert_allclose(kernel, [[6.02], [12.02]], rtol=1e-5)
    np.testing.assert_allclose(bias, [6.0])


def test_nothing_is_lost_in_silence(tf):
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = v * 2
        with pytest.raises(TypeError, match="an open GradientTape follows"):
            jnp.sum(y)
        # What goes through NumPy is no part of the computation, as in TensorFlow.
        constant = tf.constant(y.numpy())
        total = tf.reduce_sum(constant)
    assert tape.gradient(total, v) is None
    with tf.GradientTape() as tape:
        y = ops.sum(v)
    with pytest.raises(TypeError, match="got ndarray"):
        tape.gradient(np.ones(2), v)
    with tf.GradientTape() as tape:
        y = ops.sum(v)
    tape.gradient(y, v)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, v)
    with pytest.raises(ValueError, match="make a tensor"):
        tape.watch(np.ones(2))


def test_the_tape_notes_only_while_it_is_open(tf):
    v = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        a = v * v
        with tape.stop_recording():
            b = v * v
    c = a * 3
    assert float(tape.gradient(a, v)) == 4.0
    assert tape.gradient(b, v) is None
    assert tape.gradient(c, v) is None
    assert [w is v for w in tape.watched_variables()] == [True]


def test_a_compiled_step_trains_like_a_step_by_step_one(tf):
    def trained(compiled):
        v, optimizer = tf.Variable([1.0, -1.0]), optimizers.Adam(0.1)

        def step(target):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((v - target) ** 2)
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
            return loss

        step = tf.function(step) if compiled else step
        return [float(step(tf.constant([0.5, 0.5]))) for _ in range(3)], v.numpy()

    (first, values), (again, others) = trained(False), trained(True)
    np.testing.assert_allclose(first, again, rtol=1e-6)
    np.testing.assert_allclose(values, others, rtol=1e-6)


def test_compiled_functions_follow_what_changes(tf):
    calls, v = [], tf.Variable(1.0)

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)])
    def scaled(x):
        calls.append(1)
        return {"x": x * v, "sign": x > 0}

    assert float(scaled(tf.constant(2.0))["x"]) == 2.0
    traces = len(calls)
    v.assign(5.0)
    made = scaled(tf.constant(2.0))
    assert (float(made["x"]), bool(made["sign"]), len(calls)) == (10.0, True, traces)

    @tf.function
    def noisy():
        return tf.random.normal((3,))

    assert not np.array_equal(noisy().numpy(), noisy().numpy())


def test_one_output_of_a_model_is_a_source_for_another(tf):
    rng = np.random.default_rng(0)
    inputs = Input((4,))
    hidden = layers.Dense(3, activation="tanh")(inputs)
    model = Model(inputs, [hidden, layers.Dense(2)(hidden)])
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    x = tf.constant(rng.normal(size=(2, 4)), tf.float32)
    with tf.GradientTape() as tape:
        seen, outputs = model(x)
        total = tf.reduce_sum(outputs[:, 1] ** 2) + tf.reduce_sum(seen)
    slope = 2 * outputs.numpy()[:, 1:] * model.get_weights()[2][:, 1]
    np.testing.assert_allclose(tape.gradient(total, seen), slope + 1, rtol=1e-5)

    class Two(layers.Layer):
        def call(self, inputs):
            return inputs * 2, inputs * inputs

    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        doubled, squared = Two()(v)
    with pytest.raises(TypeError, match="in the same call as its target"):
        tape.gradient(squared, doubled)


def test_penalties_and_variables_in_functions_of_jax(tf):
    v = tf.Variable([1.0, -2.0])
    with tf.GradientTape() as tape:
        loss = regularizers.L2(0.1)(v)
        with pytest.raises(TypeError):
            jnp.sum(v)
    np.testing.assert_allclose(tape.gradient(loss, v), [0.2, -0.4], rtol=1e-6)
