"""Behaviour of each callback that is Kerata's own, and clear messages."""

import re
import warnings

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import callbacks
from kerata.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ProgbarLogger,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from kerata.callbacks.callback import HOOKS


class Model:
    stop_training = False

    def __init__(self, rate=0.5, metrics=()):
        self.optimizer = type("Optimizer", (), {"learning_rate": jnp.asarray(rate)})()
        self.metrics = list(metrics)


def with_hook(name):
    return type("Own", (Callback,), {name: lambda self, *args: None})()


# CallbackList --------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_reaches_every_callback_with_plain_logs(hook):
    calls = []

    class Note(Callback):
        pass

    setattr(Note, hook, lambda self, *args: calls.append(args))
    events = CallbackList([Note(), [Note()]])
    index = (3,) if "batch" in hook or "epoch" in hook else ()
    getattr(events, hook)(*index, {"loss": jnp.float32(0.5), "inner": {"acc": np.int64(1)}})
    assert calls == [(*index, {"acc": 1.0, "loss": 0.5})] * 2
    assert all(type(v) is float for v in calls[0][-1].values())


@pytest.mark.parametrize(
    ("callback", "needs"),
    [
        (Callback(), (False, False, False)),
        (with_hook("on_epoch_end"), (False, False, False)),
        (with_hook("on_train_batch_begin"), (True, False, False)),
        (with_hook("on_train_batch_end"), (True, False, False)),
        (with_hook("on_batch_begin"), (True, False, False)),
        (with_hook("on_batch_end"), (True, False, False)),
        (with_hook("on_test_batch_begin"), (False, True, False)),
        (with_hook("on_test_batch_end"), (False, True, False)),
        (with_hook("on_predict_batch_begin"), (False, False, True)),
        (with_hook("on_predict_batch_end"), (False, False, True)),
        (with_hook("progress"), (False, False, False)),
        (LambdaCallback(on_epoch_end=print), (False, False, False)),
        (LambdaCallback(on_train_batch_end=print), (True, False, False)),
        (LambdaCallback(on_batch_end=print), (True, False, False)),
        (LambdaCallback(on_test_batch_end=print), (False, True, False)),
        (ProgbarLogger(), (False, False, False)),
        (TerminateOnNaN(), (False, False, False)),
        (History(), (False, False, False)),
        (EarlyStopping(), (False, False, False)),
        (ReduceLROnPlateau(), (False, False, False)),
        (LearningRateScheduler(lambda e: 0.1), (False, False, False)),
        (CSVLogger("never_opened.csv"), (False, False, False)),
    ],
)
def test_which_callbacks_need_single_batches(callback, needs):
    events = CallbackList([Callback(), callback])
    found = (events.needs_batches, events.needs_test_batches, events.needs_predict_batches)
    assert found == needs


def test_old_batch_hooks_are_called_by_the_new_ones():
    calls = []
    old = LambdaCallback(
        on_batch_begin=lambda b, logs: calls.append(("begin", b)),
        on_batch_end=lambda b, logs: calls.append(("end", b)),
    )
    events = CallbackList(old)
    events.on_train_batch_begin(0)
    events.on_train_batch_end(0, {})
    assert calls == [("begin", 0), ("end", 0)]


def test_users_callbacks_come_first_and_share_the_logs():
    add = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=1.0))
    model = Model()
    events = CallbackList(add, add_history=True, add_progbar=True, model=model, verbose=0, epochs=1)
    events.on_train_begin()
    events.on_epoch_end(0, {"loss": 0.5})
    assert model.history.history == {"loss": [0.5], "extra": [1.0]}
    assert [type(c) for c in events.callbacks] == [LambdaCallback, History, ProgbarLogger]


def test_given_history_and_bar_are_not_added_twice():
    history, bar = History(), ProgbarLogger()
    events = CallbackList([bar, history], add_history=True, add_progbar=True, model=Model())
    assert events.callbacks == [bar, history]
    assert events.model.history is history


def test_model_and_params_reach_callbacks_even_without_init():
    class Bare(Callback):
        def __init__(self):
            pass

    bare, model = Bare(), Model()
    CallbackList([bare], model=model, verbose=0, epochs=2, steps=3)
    assert bare.model is model
    assert bare.params == {"verbose": 0, "epochs": 2, "steps": 3}


def test_nested_lists_are_flattened():
    one, two = Callback(), Callback()
    assert CallbackList([CallbackList([one]), (two,), None]).callbacks == [one, two]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (EarlyStopping, r"write EarlyStopping\(...\)"),
        ([History], r"the class History; write History\(...\)"),
        (lambda epoch, logs: None, "LambdaCallback"),
        ("EarlyStopping", "got 'EarlyStopping' of type str"),
    ],
)
def test_what_is_no_callback_is_refused(wrong, message):
    with pytest.raises(TypeError, match=message):
        CallbackList(wrong)


def test_progress_reaches_callbacks():
    calls = []

    class Note(Callback):
        def progress(self, done, total, logs=None):
            calls.append((done, total, logs))

    CallbackList(Note()).progress(5, 10, {"loss": np.float32(0.25)})
    assert calls == [(5, 10, {"loss": 0.25})]


# History -------------------------------------------------------------------------------


def test_history_keeps_python_floats_and_tells_of_itself():
    history = History()
    history.on_train_begin()
    history.on_epoch_end(0, {"loss": jnp.float32(0.5), "each": np.ones(2)})
    assert type(history.history["loss"][0]) is float
    np.testing.assert_array_equal(history.history["each"][0], [1, 1])
    assert repr(history) == "<History of 1 epochs: loss, each>"


# Monitors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("monitor", "logs", "hint"),
    [
        ("val_acuracy", ["loss", "val_accuracy"], "Did you mean 'val_accuracy'"),
        ("val_loss", ["loss", "accuracy"], "validation_data"),
        ("speed", ["loss"], "The logs have: loss."),
        ("loss", [], "The logs have: nothing."),
    ],
)
def test_unknown_value_warns_once_and_names_what_there_is(monitor, logs, hint):
    stop = EarlyStopping(monitor)
    stop.set_model(Model())
    stop.on_train_begin()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for epoch in range(3):
            stop.on_epoch_end(epoch, dict.fromkeys(logs, 1.0))
    assert len(caught) == 1
    assert f"EarlyStopping watches {monitor!r}" in str(caught[0].message)
    assert hint in str(caught[0].message)
    assert not stop.model.stop_training


def test_unknown_mode_warns_with_the_right_ones():
    with pytest.warns(UserWarning, match=r"unknown mode 'maximum'"):
        stop = EarlyStopping("val_loss", mode="maximum")
    assert stop.mode == "auto"


def test_direction_comes_from_the_metric_if_there_is_one():
    metric = type("Metric", (), {"name": "gain", "_direction": "up"})
    stop = EarlyStopping("val_gain")
    stop.set_model(Model(metrics=[metric]))
    assert stop.improved(2.0, 1.0)
    assert not stop.improved(1.0, 2.0)


@pytest.mark.parametrize("monitor", ["val_price_accuracy", "out_auc_2", "val_acc", "val_f1_score"])
def test_names_with_an_output_or_number_say_their_direction(monitor):
    assert EarlyStopping(monitor).improved(2.0, 1.0)


@pytest.mark.parametrize("monitor", ["val_price_loss", "out_mae", "mean_squared_error_1"])
def test_lower_is_better_for_losses_and_errors(monitor):
    assert not EarlyStopping(monitor).improved(2.0, 1.0)


def test_no_direction_in_the_name_is_an_error():
    stop = EarlyStopping("val_wealth")
    stop.set_model(Model())
    with pytest.raises(ValueError, match=r"EarlyStopping can't tell from the name 'val_wealth'"):
        stop.on_epoch_end(0, {"val_wealth": 1.0})


def test_early_stopping_says_what_it_does(capsys):
    stop = EarlyStopping("loss", verbose=1, restore_best_weights=True)
    model = Model()
    model.get_weights, model.set_weights = lambda: ["best"], lambda w: print(w)
    stop.set_model(model)
    stop.on_train_begin()
    for epoch in range(2):
        stop.on_epoch_end(epoch, {"loss": float(epoch)})
    stop.on_train_end()
    out = capsys.readouterr().out
    assert "Epoch 2: early stopping" in out
    assert "best epoch, 1." in out
    assert "['best']" in out


def test_best_weights_come_back_though_training_ran_to_its_end():
    stop = EarlyStopping("loss", patience=5, restore_best_weights=True)
    model = Model()
    model.get_weights, model.set_weights = lambda: ["best"], lambda w: setattr(model, "now", w)
    stop.set_model(model)
    stop.on_train_begin()
    stop.on_epoch_end(0, {"loss": 0.0})
    stop.on_train_end()
    assert model.now == ["best"]


# Learning rate -------------------------------------------------------------------------


def test_plateau_factor_of_one_is_refused():
    with pytest.raises(ValueError, match="factor must be below 1"):
        ReduceLROnPlateau(factor=1.0)


@pytest.mark.parametrize("make", [ReduceLROnPlateau, lambda: LearningRateScheduler(lambda e: 0.5)])
def test_learning_rate_is_noted_as_a_float(make):
    callback, logs = make(), {"val_loss": 1.0}
    callback.set_model(Model(rate=0.5))
    callback.on_epoch_end(0, logs)
    assert logs["learning_rate"] == 0.5
    assert type(logs["learning_rate"]) is float


@pytest.mark.parametrize("rate", [1, np.float32(0.5), jnp.asarray(0.5)])
def test_schedule_may_give_any_number(rate):
    scheduler = LearningRateScheduler(lambda epoch: rate)
    scheduler.set_model(Model())
    scheduler.on_epoch_begin(0)
    assert scheduler.model.optimizer.learning_rate == float(rate)


def test_schedule_without_a_number_is_an_error():
    scheduler = LearningRateScheduler(lambda epoch: None)
    scheduler.set_model(Model())
    with pytest.raises(ValueError, match="must give a number, got None for epoch 0"):
        scheduler.on_epoch_begin(0)


def test_errors_inside_a_schedule_are_not_hidden():
    scheduler = LearningRateScheduler(lambda epoch, lr: lr + "no number")
    scheduler.set_model(Model())
    with pytest.raises(TypeError):
        scheduler.on_epoch_begin(0)


def test_schedule_that_is_no_function_is_refused():
    with pytest.raises(TypeError, match="schedule must be a function"):
        LearningRateScheduler(0.1)


def test_optimizer_without_learning_rate_is_an_error():
    scheduler = LearningRateScheduler(lambda epoch: 0.1)
    scheduler.set_model(type("Model", (), {"optimizer": object()}))
    with pytest.raises(ValueError, match="has no learning_rate"):
        scheduler.on_epoch_begin(0)


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        (LearningRateScheduler(lambda e: 0.25, verbose=1), "sets the learning rate to 0.25"),
        (ReduceLROnPlateau(factor=0.5, patience=0, verbose=1), "sets the learning rate to 0.25"),
    ],
)
def test_new_rates_are_printed(callback, words, capsys):
    callback.set_model(Model(rate=0.5))
    for epoch in range(2):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {"val_loss": 1.0})
    assert f"Epoch 2: {type(callback).__name__} {words}" in capsys.readouterr().out


# Others --------------------------------------------------------------------------------


def test_nan_is_found_in_progress_too(capsys):
    guard = TerminateOnNaN()
    guard.set_model(Model())
    guard.on_epoch_begin(0)
    guard.progress(5, 10, {"loss": 1.0})
    assert not guard.model.stop_training
    guard.progress(7, 10, {"loss": float("nan")})
    assert guard.model.stop_training
    guard.progress(9, 10, {"loss": float("nan")})
    assert capsys.readouterr().out == "Batch 6: the loss is nan, training ends.\n"


def test_nan_in_validation_does_not_end_training():
    guard = TerminateOnNaN()
    guard.set_model(Model())
    guard.on_epoch_begin(0)
    guard.on_test_begin()
    guard.progress(5, 10, {"loss": float("nan")})
    assert not guard.model.stop_training


def test_lambda_callback_refuses_misspelt_hooks_and_values():
    with pytest.raises(TypeError, match=r"no hook 'on_epoch_ends'. Did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)
    with pytest.raises(TypeError, match="on_epoch_end must be a function, got 3"):
        LambdaCallback(on_epoch_end=3)


def test_csv_is_complete_after_each_epoch(tmp_path):
    log = CSVLogger(str(tmp_path / "log.csv"))
    log.on_train_begin()
    for epoch in range(2):
        log.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.5})
        assert (tmp_path / "log.csv").read_text().count("\n") == epoch + 2
    log.on_train_end()


def test_csv_appends_under_the_header_that_is_there(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,val_loss,loss\n0,2.0,1.0\n")
    log = CSVLogger(path, append=True)
    log.on_train_begin()
    with pytest.warns(UserWarning, match="no column for accuracy"):
        log.on_epoch_end(1, {"accuracy": 0.5, "loss": 3.0, "val_loss": 4.0})
    log.on_train_end()
    assert path.read_text().splitlines() == ["epoch,val_loss,loss", "0,2.0,1.0", "1,4.0,3.0"]


def test_csv_replaces_the_file_without_append(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("something else")
    log = CSVLogger(path)
    log.on_train_begin()
    log.on_train_end()
    assert path.read_text() == ""


def test_csv_epoch_without_training_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="before on_train_begin"):
        CSVLogger(tmp_path / "log.csv").on_epoch_end(0, {})


def test_face_names_exist():
    assert all(hasattr(callbacks, name) for name in callbacks.__all__)


def test_base_hooks_do_nothing_and_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for hook in HOOKS:
            index = (0,) if "batch" in hook or "epoch" in hook else ()
            assert getattr(Callback(), hook)(*index) is None


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (callbacks.BackupAndRestore, "backup_dir"),
        (callbacks.CSVLogger, "filename"),
        (callbacks.ModelCheckpoint, "filepath"),
        (callbacks.TensorBoard, "log_dir"),
    ],
)
@pytest.mark.parametrize("value", [None, 1, True, ["a"], {}])
def test_places_of_files_are_paths(make, argument, value):
    told = re.escape(f"{make.__name__}: {argument} must be a path, got {argument}={value!r}.")
    with pytest.raises(TypeError, match=told):
        make(value)


@pytest.mark.parametrize("factor", [None, "abc", []])
def test_the_factor_of_a_plateau_is_a_number(factor):
    with pytest.raises(TypeError, match="ReduceLROnPlateau: factor must be a number"):
        callbacks.ReduceLROnPlateau(factor=factor)
