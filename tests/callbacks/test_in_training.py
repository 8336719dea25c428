"""Callbacks in real runs: the same moments as in Keras, and their effect on training."""

import numpy as np
import pytest

import kerata
from kerata.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from kerata.callbacks.callback import HOOKS

X = np.linspace(-1, 1, 10, dtype="float32").reshape(10, 1)
Y = 2 * X


def make_model(library=kerata, rate=0.1):
    model = library.Sequential([library.Input((1,)), library.layers.Dense(1)])
    model.compile(library.optimizers.SGD(rate), "mse")
    return model


def noting(base, calls):
    """Make a callback of either library that notes all moments and the names in the logs."""

    def note(hook):
        def method(self, *args):
            *index, logs = args
            names = sorted(n for n in logs or () if n != "outputs")
            calls.append((hook, *index, *names))

        return method

    class Note(base):
        def on_train_batch_begin(self, batch, logs=None):
            calls.append(("on_train_batch_begin", batch))

        def on_train_batch_end(self, batch, logs=None):
            calls.append(("on_train_batch_end", batch, *sorted(logs)))

    for hook in HOOKS:
        if "train_batch" not in hook and hook not in ("on_batch_begin", "on_batch_end"):
            setattr(Note, hook, lambda self, *a, hook=hook, **k: note(hook)(self, *a, *k.values()))
    return Note()


@pytest.mark.parametrize("run", ["fit", "validated", "evaluate", "predict"])
def test_moments_are_those_of_keras(run):
    keras = pytest.importorskip("keras")

    def moments(library):
        calls, model = [], make_model(library)
        settings = {
            "batch_size": 4,
            "verbose": 0,
            "callbacks": [noting(library.callbacks.Callback, calls)],
        }
        if run == "fit":
            model.fit(X, Y, epochs=2, **settings)
        elif run == "validated":
            model.fit(X, Y, epochs=2, validation_data=(X[:5], Y[:5]), **settings)
        elif run == "evaluate":
            model.evaluate(X, Y, **settings)
        else:
            model.predict(X, **settings)
        return calls

    assert moments(kerata) == moments(keras)


def test_stopping_early_brings_the_best_weights_back():
    model = make_model(rate=0.0)
    kernels = []

    class Worsen(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            # Best at epoch 1, then worse and worse.
            value = [3.0, 2.0, 4.0, 5.0, 6.0][epoch]
            self.model.set_weights([np.full((1, 1), value), np.zeros(1)])
            kernels.append(value)

    stop = EarlyStopping("loss", patience=2, restore_best_weights=True)
    history = model.fit(X, Y, epochs=5, verbose=0, callbacks=[Worsen(), stop])
    assert kernels == [3.0, 2.0, 4.0, 5.0]
    assert history.epoch == [0, 1, 2, 3]
    assert stop.stopped_epoch == 3
    assert model.get_weights()[0].item() == 2.0


def test_the_scheduled_rate_is_the_one_that_trains():
    model = make_model(rate=1.0)
    before = model.get_weights()
    schedule = LearningRateScheduler(lambda epoch: 0.0)
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=schedule)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert history.history["learning_rate"] == [0.0, 0.0]


def test_a_plateau_lowers_the_rate():
    model = make_model(rate=0.0)
    model.optimizer.learning_rate = 0.5
    freeze = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: model.set_weights([np.zeros((1, 1)), np.zeros(1)])
    )
    plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_lr=0.2)
    history = model.fit(X, Y, epochs=4, batch_size=10, verbose=0, callbacks=[freeze, plateau])
    assert history.history["learning_rate"] == pytest.approx([0.5, 0.5, 0.25, 0.2])


def test_nan_ends_training_quietly(capsys):
    model = make_model()
    model.set_weights([np.full((1, 1), np.nan), np.zeros(1)])
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[TerminateOnNaN()])
    assert len(history.epoch) == 1
    assert "the loss is nan" in capsys.readouterr().out


def test_stop_in_the_middle_of_an_epoch():
    model, batches = make_model(), []

    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append(batch)
            self.model.stop_training = batch == 2

    model.fit(X, Y, batch_size=1, epochs=3, verbose=0, callbacks=[Stop()])
    assert batches == [0, 1, 2]


def test_one_run_logs_plain_floats_into_a_file(tmp_path):
    log = CSVLogger(tmp_path / "log.csv")
    history = make_model().fit(X, Y, epochs=2, verbose=0, validation_split=0.2, callbacks=[log])
    assert all(type(v) is float for values in history.history.values() for v in values)
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,val_loss"
    assert [float(v) for v in lines[2].split(",")] == [
        1.0,
        history.history["loss"][1],
        history.history["val_loss"][1],
    ]


def test_weights_in_a_batch_hook_are_those_of_that_step():
    model, seen = make_model(), []
    note = LambdaCallback(on_train_batch_end=lambda b, logs: seen.append(model.get_weights()[0]))
    model.fit(X, Y, batch_size=5, epochs=1, verbose=0, shuffle=False, callbacks=[note])
    assert len(seen) == 2
    assert seen[0].item() != seen[1].item()
    np.testing.assert_array_equal(seen[1], model.get_weights()[0])
