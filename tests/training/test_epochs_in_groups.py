"""Epochs that run in one call give the bits of epochs that run one by one."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.training import epochs

pytestmark = pytest.mark.bits

rng = np.random.default_rng(0)
X = rng.normal(size=(50, 4)).astype("float32")
Y = (X.sum(1) > 0).astype("float32")


def train(watched, epochs_=9, **options):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, "tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1, "sigmoid"),
        ]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model.compile(keras.optimizers.Adam(schedule), "binary_crossentropy", metrics=["acc", "AUC"])
    # Any callback of the user's might look at single epochs.
    callbacks = [keras.callbacks.Callback()] if watched else []
    options = {"batch_size": 16, "verbose": 0} | options
    history = model.fit(X, Y, epochs=epochs_, callbacks=callbacks, **options)
    return model, history


@pytest.mark.only_cases("weights")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": False, "batch_size": 50},
        {"validation_data": (X[:20], Y[:20])},
        {"validation_split": 0.3, "sample_weight": np.linspace(0, 1, 50)},
        {"initial_epoch": 4, "class_weight": {0: 1.0, 1: 3.0}},
    ],
    ids=["plain", "whole", "validation", "weights", "later"],
)
def test_groups_give_what_single_epochs_give(options, monkeypatch):
    expected, single = train(True, **options)
    calls = []
    original = epochs.EpochGroups._run
    monkeypatch.setattr(
        epochs.EpochGroups,
        "_run",
        lambda self, *given: calls.append(given[2]) or original(self, *given),
    )
    monkeypatch.setattr(epochs, "GROUP_SECONDS", 1000)
    found, grouped = train(False, **options)
    # Two epochs tell how long one takes; they run in chunks.
    assert [size for size in calls if size > 1] == [len(single.epoch) - 2]
    assert grouped.epoch == single.epoch
    assert list(grouped.history) == list(single.history)
    for name, values in single.history.items():
        np.testing.assert_array_equal(np.float32(grouped.history[name]), np.float32(values))
    for a, b in zip(expected.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(found.optimizer.iterations.numpy()) == int(expected.optimizer.iterations.numpy())


def test_many_epochs_take_few_calls(monkeypatch):
    calls = []
    original = epochs.EpochGroups._run
    monkeypatch.setattr(
        epochs.EpochGroups,
        "_run",
        lambda self, *given: calls.append(given[2]) or original(self, *given),
    )
    monkeypatch.setattr(epochs, "GROUP_SECONDS", 1000)
    train(False, 200)
    assert [size for size in calls if size > 1] == [64, 64, 64, 6]
    assert len(calls) < 10


def test_a_loss_that_diverges_is_named_with_its_epoch():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e6), "mse")
    with pytest.raises(FloatingPointError, match=r"epoch \d+ of 50"):
        model.fit(X, Y, epochs=50, verbose=0)


@pytest.mark.slow
def test_metrics_that_are_no_numbers_and_large_data_go_epoch_by_epoch(monkeypatch):
    monkeypatch.setattr(epochs.EpochGroups, "_run", None)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, "softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=[keras.metrics.F1Score()])
    history = model.fit(X, keras.utils.to_categorical(Y), epochs=3, verbose=0)
    assert history.history["f1_score"][0].shape == (2,)
    monkeypatch.setattr(epochs, "MOST_ROWS", 100)
    train(False)
