"""A backup of another program is refused, also where only a user's function is another."""

import functools
import threading

import numpy as np
import pytest

import kerata as keras
from kerata.callbacks.backup_fingerprint import fingerprint_of

X = np.arange(24, dtype="float32").reshape(8, 3) / 24


def power(factor):
    return lambda *arrays: arrays[0] * factor


class Powered:
    """A function that keeps its factor in an attribute."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, *arrays):
        return arrays[0] * self.factor

    def method(self, *arrays):
        return arrays[0] * self.factor


def times(*arrays, factor=1.0):
    return arrays[0] * factor


def default(factor):
    def function(*arrays, factor=factor):
        return arrays[0] * factor

    return function


PAIRS = {
    "lambdas": lambda n: [lambda *a: a[0] * 1.0, lambda *a: a[0] * 5.0][n],
    "closures": lambda n: power([1.0, 5.0][n]),
    "arrays": lambda n: power(np.float32([[1.0], [5.0]][n])),
    "defaults": lambda n: default([1.0, 5.0][n]),
    "partials": lambda n: functools.partial(times, factor=[1.0, 5.0][n]),
    "methods": lambda n: Powered([1.0, 5.0][n]).method,
    "objects": lambda n: Powered([1.0, 5.0][n]),
}


class Scale(keras.layers.Layer):
    """A layer whose config does not tell what it was made of."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


def fingerprint(first=None, activation=None, loss="mse", metric="mae", optimizer="sgd"):
    """Give what a backup of a training with these parts belongs to."""
    found = []

    class Look(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            found.append(fingerprint_of(self.model))

    model = keras.Sequential([keras.Input((3,)), first or keras.layers.Dropout(0.5)])
    model.add(keras.layers.Dense(3, activation))
    model.compile(optimizer, loss, metrics=[metric])
    model.fit(X, X, verbose=0, callbacks=[Look()])
    return found[0]


def differing(one, other):
    return [name for name in one if one[name] != other[name]]


@pytest.mark.parametrize("kind", PAIRS)
def test_functions_of_one_name_are_told_apart(kind):
    def of(n):
        return fingerprint(keras.layers.Lambda(PAIRS[kind](n)))

    assert differing(of(0), of(0)) == []
    assert differing(of(0), of(1)) == ["a function or class that the model uses"]


def scheduled(factor):
    class Schedule(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.01 * factor

    return keras.optimizers.SGD(Schedule())


@pytest.mark.parametrize(
    ("what", "part"),
    [
        ("the model", lambda n: {"activation": PAIRS["closures"](n)}),
        ("the model", lambda n: {"first": Scale([1.0, 2.0][n])}),
        ("the loss", lambda n: {"loss": PAIRS["closures"](n)}),
        ("a metric", lambda n: {"metric": PAIRS["partials"](n)}),
        ("the optimizer", lambda n: {"optimizer": scheduled([1.0, 2.0][n])}),
    ],
)
@pytest.mark.one_in(2)
def test_it_counts_wherever_a_function_can_be(what, part):
    assert differing(fingerprint(**part(0)), fingerprint(**part(0))) == []
    found = differing(fingerprint(**part(0)), fingerprint(**part(1)))
    assert f"a function or class that {what} uses" in found


def test_what_another_start_of_the_same_program_changes_does_not_count():
    """Random generators, locks and the values of weights are no part of the program."""

    def part():
        lock, generator = threading.Lock(), np.random.default_rng()
        inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])

        def function(x):
            with lock:
                generator.random()
            return x + 0 * inner(x)

        return keras.layers.Lambda(function)

    assert differing(fingerprint(part()), fingerprint(part())) == []


def test_training_itself_changes_nothing():
    found = []

    class Look(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            found.append(fingerprint_of(self.model))

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = keras.Sequential([keras.layers.Dense(4, "relu"), Scale(2.0)])
            self.normal = keras.layers.BatchNormalization()
            self.end = keras.layers.Dense(3)

        def call(self, inputs, training=None):
            return self.end(self.normal(self.inner(inputs), training=training))

    model = Net()
    model.compile("adam", lambda y, p: keras.ops.mean((y - p) ** 2), metrics=["mae"])
    for _ in range(2):
        model.fit(X, X, verbose=0, callbacks=[Look()])
        model.evaluate(X, X, verbose=0)
    assert differing(*found) == []


def test_a_backup_of_another_lambda_is_refused_in_a_sentence(tmp_path):
    def train(function):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(function)])
        model.add(keras.layers.Dense(3))
        model.compile("sgd", "mse")
        backup = keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
        model.fit(X, X, verbose=0, callbacks=[backup])

    train(lambda x: x * 2)
    train(lambda x: x * 2)
    with pytest.raises(ValueError, match="another training: a function or class that the model"):
        train(lambda x: x * 3)
