"""Settings that hold for the whole program: limits, where messages go, tracebacks."""

import logging
import os
import subprocess
import sys

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import config, layers

X = np.arange(48, dtype="float32").reshape(24, 2)


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mae")
    return model


@pytest.fixture
def limits():
    yield config
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)


class Count(keras.callbacks.Callback):
    def __init__(self):
        self.counts = dict.fromkeys(("train", "test", "predict"), 0)

    def on_train_batch_end(self, batch, logs=None):
        self.counts["train"] += 1

    def on_test_batch_end(self, batch, logs=None):
        self.counts["test"] += 1

    def on_predict_batch_end(self, batch, logs=None):
        self.counts["predict"] += 1


def test_limits_bound_fit_evaluate_and_predict(model, limits):
    limits.set_max_epochs(2)
    limits.set_max_steps_per_epoch(3)
    assert (limits.max_epochs(), limits.max_steps_per_epoch()) == (2, 3)
    seen, data = Count(), (X, X[:, :1])
    given = {"batch_size": 4, "verbose": 0, "callbacks": [seen]}
    with pytest.warns(UserWarning, match="Limiting epochs to 2"):
        history = model.fit(*data, epochs=5, validation_data=data, **given)
    assert history.epoch == [0, 1]
    assert seen.counts == {"train": 6, "test": 6, "predict": 0}
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        model.evaluate(*data, **given)
    with pytest.warns(UserWarning, match="Limiting"):
        assert len(model.predict(X, **given)) == 12
    assert (seen.counts["test"], seen.counts["predict"]) == (9, 3)
    for wrong in (0, 1.5, "3"):
        with pytest.raises(ValueError, match="max_epochs must be"):
            limits.set_max_epochs(wrong)


def test_limits_come_from_the_environment():
    program = (
        "from kerata.base import limits; print(limits.max_epochs(), limits.max_steps_per_epoch())"
    )
    given = {**os.environ, "KERAS_MAX_EPOCHS": "3", "KERAS_MAX_STEPS_PER_EPOCH": "7"}
    ran = subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, text=True)
    assert ran.stdout.split() == ["3", "7"], ran.stderr


def test_messages_go_to_logging_instead_of_the_screen(model, capsys, caplog):
    assert keras.utils.is_interactive_logging_enabled()
    config.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, "kerata"):
            model.fit(X, X[:, :1], epochs=2)
            model.summary()
    finally:
        config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == "Epoch 1/2"
    assert "loss:" in told[1]
    assert 'Model: "' in told[-1]


def test_tracebacks_and_flash_attention():
    config.disable_traceback_filtering()
    assert not config.is_traceback_filtering_enabled()
    assert jax.config.jax_traceback_filtering == "off"
    config.enable_traceback_filtering()
    assert config.is_traceback_filtering_enabled()
    x = np.random.default_rng(0).normal(size=(2, 3, 8)).astype("float32")
    results = []
    for switch in (config.enable_flash_attention, config.disable_flash_attention):
        switch()
        keras.utils.set_random_seed(1)
        results.append(layers.MultiHeadAttention(2, 4, seed=1)(x, x))
    assert config.is_flash_attention_enabled() is False
    # Where it can't be used, nothing changes.
    assert np.array_equal(*results)
    with pytest.warns(UserWarning, match="never runs code from a file"):
        config.enable_unsafe_deserialization()
