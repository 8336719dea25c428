"""Slow steps are made few at a time: progress from the first one on, and Ctrl-C between them."""

import os
import signal
import threading
import time

import jax
import numpy as np
import pytest

import kerata as keras

SECONDS = 0.03
X = np.zeros((100, 1), "float32")


class Slow(keras.layers.Layer):
    def call(self, inputs):
        def wait(x):
            time.sleep(SECONDS)
            return np.asarray(x)

        shape = jax.ShapeDtypeStruct(inputs.shape, inputs.dtype)
        waited = jax.pure_callback(wait, shape, jax.lax.stop_gradient(inputs))
        return inputs + waited


def network():
    inputs = keras.Input((1,))
    model = keras.Model(inputs, Slow()(keras.layers.Dense(1)(inputs)))
    model.compile("sgd", "mse")
    return model


class Reports(keras.callbacks.Callback):
    def __init__(self):
        self.steps = []

    def progress(self, done_steps, total_steps, logs=None):
        self.steps.append(done_steps)


def test_an_evaluation_reports_progress():
    reports = Reports()
    network().evaluate(X, X, batch_size=1, steps=60, verbose=0, callbacks=[reports])
    assert reports.steps[:1] == [1]
    assert reports.steps[-1] == 60
    # Chunks of half a second are 16 steps.
    assert max(np.diff(reports.steps)) <= 25


def interrupted(run, after):
    """Press Ctrl-C some seconds after the first step, and give how long it took to end."""
    pressed = []

    class Press(keras.callbacks.Callback):
        def progress(self, done_steps, total_steps, logs=None):
            if not pressed:
                pressed.append(time.perf_counter() + after)
                threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        run(Press())
    return time.perf_counter() - pressed[0]


def test_ctrl_c_ends_a_first_epoch_and_a_validation_soon():
    model = network()
    # Whole, either would take three seconds.
    fit = {"batch_size": 1, "verbose": 0}
    assert interrupted(lambda c: model.fit(X, X, callbacks=[c], **fit), 0.1) < 1.2
    validation = {"validation_data": (X, X), "validation_batch_size": 1}

    def validate(press):
        network().fit(X[:2], X[:2], callbacks=[press], **fit, **validation)

    assert interrupted(validate, 0.6) < 1.2


def test_ctrl_c_ends_epochs_that_nobody_watches_soon():
    begin = []

    def press():
        begin.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    model = network()
    model.fit(X[:2], X[:2], batch_size=1, epochs=2, verbose=0)
    timer = threading.Timer(1.0, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, X, batch_size=1, epochs=3, verbose=0)
    assert time.perf_counter() - begin[0] < 1.2
