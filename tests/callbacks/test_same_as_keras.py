"""The same logs fed to Kerata's and to Keras's callbacks must have the same effects."""

import csv
import warnings

import pytest
from hypothesis import given, settings, strategies as st

from kerata import callbacks

keras = pytest.importorskip("keras")


# Multiples of 1/4: exact in float32, in which Keras compares.
values = st.integers(0, 12).map(lambda n: n / 4)
curves = st.lists(values, min_size=1, max_size=9)


class Optimizer:
    learning_rate = 1.0


class Model:
    """As much of a model as callbacks touch; its weights are the number of the epoch."""

    def __init__(self):
        self.stop_training = False
        self.optimizer = Optimizer()
        self.metrics = []
        self.weights = [-1]

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = list(weights)


def run(callback, epochs, fits=1):
    """Drive a callback as ``fit`` does and note everything it did."""
    model = Model()
    callback.set_model(model)
    seen = []
    for _ in range(fits):
        model.stop_training = False
        callback.on_train_begin({})
        for epoch, logs in enumerate(epochs):
            logs = dict(logs)
            callback.on_epoch_begin(epoch, {})
            model.weights = [epoch]
            callback.on_epoch_end(epoch, logs)
            seen.append((epoch, logs, model.optimizer.learning_rate, model.stop_training))
            if model.stop_training:
                break
        callback.on_train_end({})
        seen.append((model.weights, getattr(callback, "best", None)))
        seen.append([getattr(callback, a, None) for a in ("wait", "stopped_epoch", "best_epoch")])
    return seen


@settings(max_examples=60, deadline=None)
@given(
    curve=curves,
    min_delta=st.sampled_from([0, 0.25, -0.5]),
    patience=st.integers(0, 3),
    mode=st.sampled_from(["min", "max", "auto"]),
    baseline=st.none() | values,
    restore_best_weights=st.booleans(),
    start_from_epoch=st.integers(0, 3),
)
def test_early_stopping(curve, **options):
    epochs = [{"loss": v} for v in curve]
    ours = run(callbacks.EarlyStopping("loss", **options), epochs, fits=2)
    theirs = run(keras.callbacks.EarlyStopping("loss", **options), epochs, fits=2)
    assert ours == theirs


@settings(max_examples=60, deadline=None)
@given(
    curve=curves,
    factor=st.sampled_from([0.5, 0.25]),
    patience=st.integers(0, 3),
    mode=st.sampled_from(["min", "max", "auto"]),
    min_delta=st.sampled_from([0, 0.25]),
    cooldown=st.integers(0, 2),
    min_lr=st.sampled_from([0, 0.25]),
)
def test_reduce_lr_on_plateau(curve, **options):
    epochs = [{"loss": v} for v in curve]
    ours = run(callbacks.ReduceLROnPlateau("loss", **options), epochs, fits=2)
    theirs = run(keras.callbacks.ReduceLROnPlateau("loss", **options), epochs, fits=2)
    assert ours == theirs


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch: 0.5**epoch,
        lambda epoch, lr: lr * 0.5,
        lambda epoch, factor=0.25: factor / (epoch + 1),
    ],
)
def test_learning_rate_scheduler(schedule):
    epochs = [{"loss": 1.0}] * 3
    ours = run(callbacks.LearningRateScheduler(schedule), epochs)
    assert ours == run(keras.callbacks.LearningRateScheduler(schedule), epochs)


@pytest.mark.parametrize("loss", [0.5, float("nan"), float("inf"), -float("inf"), None])
@pytest.mark.parametrize("raise_error", [False, True])
def test_terminate_on_nan(loss, raise_error):
    def outcome(callback):
        model = Model()
        callback.set_model(model)
        try:
            callback.on_train_batch_end(0, {"loss": loss})
        except RuntimeError:
            return "error"
        return model.stop_training

    ours = outcome(callbacks.TerminateOnNaN(raise_error))
    assert ours == outcome(keras.callbacks.TerminateOnNaN(raise_error))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "epochs",
    [
        [{"loss": 0.5, "accuracy": 1.0}, {"loss": 0.25, "accuracy": 0.5}],
        [{"loss": 0.5, "val_loss": 1.5}] * 3,
        [{"loss": 0.5, "val_loss": 1.5}, {"loss": 0.25}],
        [{"loss": 0.5}, {"loss": 0.25, "val_loss": 1.5}],
        [{"loss": 0.5, "each": [1.0, 2.0], "note": 'a,"b"'}],
        [{}],
    ],
)
@pytest.mark.parametrize("append", [False, True])
def test_csv_logger(tmp_path, epochs, separator, append):
    for name, module in (("ours.csv", callbacks), ("theirs.csv", keras.callbacks)):
        run(module.CSVLogger(tmp_path / name, separator, append), epochs, fits=2)
    ours, theirs = (tmp_path / n for n in ("ours.csv", "theirs.csv"))
    assert ours.read_bytes() == theirs.read_bytes()
    with ours.open(newline="") as file:
        rows = list(csv.reader(file, delimiter=separator))
    assert len(rows) == 1 + len(epochs) * (2 if append else 1)


def test_history():
    ours, theirs = callbacks.History(), keras.callbacks.History()
    epochs = [{"loss": 0.5, "accuracy": 1.0}, {"loss": 0.25, "accuracy": 0.5, "val_loss": 2.0}]
    run(ours, epochs, fits=2), run(theirs, epochs, fits=2)
    assert ours.history == theirs.history
    assert ours.epoch == theirs.epoch


def test_missing_value_warns_in_both():
    for module in (callbacks, keras.callbacks):
        for name in ("EarlyStopping", "ReduceLROnPlateau"):
            with pytest.warns(UserWarning, match="val_loss"):
                run(getattr(module, name)(mode="min"), [{"loss": 1.0}])


def keras_metrics():
    args = {
        "MeanIoU": (2,),
        "IoU": (2, [0]),
        "OneHotIoU": (2, [0]),
        "OneHotMeanIoU": (2,),
        "BinaryIoU": ([0], 0.5),
        "PrecisionAtRecall": (0.5,),
        "RecallAtPrecision": (0.5,),
        "SensitivityAtSpecificity": (0.5,),
        "SpecificityAtSensitivity": (0.5,),
    }
    for name, cls in vars(keras.metrics).items():
        if isinstance(cls, type) and name not in ("Metric", "MeanMetricWrapper"):
            yield cls(*args.get(name, ()))


def test_directions_by_name_are_those_of_keras_metrics():
    directions = {m.name: getattr(m, "_direction", None) for m in keras_metrics()}
    known = {name: d for name, d in directions.items() if d is not None}
    words = {"max": "up", "min": "down"}
    ours = {name: words[callbacks.EarlyStopping(name)._find_direction()] for name in known}
    assert ours == known
    assert len(known) > 25


def test_no_warnings_in_a_normal_run():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(callbacks.EarlyStopping(), [{"loss": 1.0, "val_loss": 1.0}])
