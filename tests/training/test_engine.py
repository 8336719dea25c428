"""The engine's promises: same seed same result, nothing compiled twice, Ctrl-C loses nothing."""

import os
import signal
import threading
import time

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.training import batch_hooks

rng = np.random.default_rng(1)
X = rng.normal(size=(70, 4)).astype("float32")
Y = (X @ rng.normal(size=(4, 1))).astype("float32")


def network(dropout=0.0, seed=3, **compile_args):
    keras.utils.set_random_seed(seed)
    stack = [keras.Input((4,)), layers.Dense(8, "relu")]
    if dropout:
        stack.append(layers.Dropout(dropout))
    model = keras.Sequential([*stack, layers.Dense(1)])
    model.compile(**{"optimizer": "adam", "loss": "mse", **compile_args})
    return model


def train(model, **args):
    return model.fit(X, Y, **{"epochs": 3, "batch_size": 16, "verbose": 0, **args}).history


def same_weights(a, b):
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)


def test_same_seed_same_result_bit_for_bit():
    a, b = network(dropout=0.3), network(dropout=0.3)
    # The seed also decides the order of rows and the dropped units of the training.
    keras.utils.set_random_seed(5)
    first = train(a, validation_split=0.2)
    keras.utils.set_random_seed(5)
    second = train(b, validation_split=0.2)
    assert first == second
    same_weights(a, b)
    keras.utils.set_random_seed(6)
    assert train(network(dropout=0.3, seed=3))["loss"] != first["loss"]


def test_chunks_of_any_length_give_the_same_result(monkeypatch):
    keras.utils.set_random_seed(9)
    whole = network(dropout=0.2)
    history = train(whole)
    monkeypatch.setattr(batch_hooks, "CALL_SECONDS", 1e-9)
    pieces = network(dropout=0.2)
    assert train(pieces) == history
    same_weights(whole, pieces)


def test_callbacks_that_need_each_batch_change_nothing():
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, logs["loss"]))

    plain, watched = network(), network()
    keras.utils.set_random_seed(4)
    history = train(plain)
    keras.utils.set_random_seed(4)
    assert train(watched, callbacks=[Watch()]) == history
    same_weights(plain, watched)
    assert [b for b, _ in seen] == list(range(5)) * 3
    assert seen[4][1] == history["loss"][0]


def test_shuffling_changes_the_order_and_nothing_is_left_out():
    class Remember(keras.layers.Layer):
        def call(self, x):
            return x

    model = network()
    ordered = train(model, shuffle=False, epochs=1)
    keras.utils.set_random_seed(11)
    shuffled = train(network(), epochs=1)
    assert ordered["loss"] != shuffled["loss"]
    # With learning rate 0 each row counts once in the loss, in whatever order.
    still = network(optimizer=keras.optimizers.SGD(0.0))
    losses = train(still)["loss"]
    assert losses == pytest.approx([still.evaluate(X, Y, verbose=0)] * 3, rel=1e-5)


def count_compilations(call):
    compiled = []

    def listen(name, *args, **kwargs):
        if name == "/jax/core/compile/backend_compile_duration":
            compiled.append(name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        call()
    finally:
        jax.monitoring.clear_event_listeners()
    return len(compiled)


def test_a_second_fit_compiles_nothing():
    model = network(metrics=["mae"])
    assert count_compilations(lambda: train(model, validation_split=0.2)) > 0
    assert count_compilations(lambda: train(model, validation_split=0.2, epochs=5)) == 0
    model.optimizer.learning_rate = 1e-4
    assert count_compilations(lambda: train(model, validation_split=0.2)) == 0


def test_predicting_odd_numbers_of_rows_compiles_little():
    model = network()
    everything = model.predict(X, verbose=0)
    model.predict(X[:32], verbose=0)
    assert count_compilations(lambda: [model.predict(X[:n], verbose=0) for n in (17, 20, 31)]) == 0
    np.testing.assert_allclose(model.predict(X[:17], verbose=0), everything[:17], rtol=1e-5)
    batches = model.predict(X, batch_size=3, verbose=0)
    np.testing.assert_allclose(batches, everything, rtol=1e-5, atol=1e-6)


def test_arrays_taken_before_training_stay_readable():
    model = network()
    before = model.layers[0].kernel.value
    copy = np.array(before)
    train(model)
    np.testing.assert_array_equal(before, copy)
    assert not np.array_equal(model.layers[0].kernel.value, copy)


def test_ctrl_c_leaves_the_weights_of_a_finished_step():
    class PressInSecondEpoch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                os.kill(os.getpid(), signal.SIGINT)

    model, twin = network(), network()
    keras.utils.set_random_seed(8)
    with pytest.raises(KeyboardInterrupt):
        train(model, epochs=50, callbacks=[PressInSecondEpoch()])
    keras.utils.set_random_seed(8)
    train(twin, epochs=2)
    same_weights(model, twin)
    assert np.isfinite(model.predict(X, verbose=0)).all()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_during_long_training_ends_it_soon():
    model = network()
    train(model)
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        train(model, epochs=10**6)
    assert time.perf_counter() - start < 10
    assert np.isfinite(train(model)["loss"]).all()


def test_freezing_layers_after_compile():
    model = network()
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    before = model.get_weights()
    train(model)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


def test_changing_the_learning_rate_during_training():
    rates = []

    class Note(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, lr: 0.1 / (epoch + 1))
    train(network(optimizer="sgd"), callbacks=[schedule, Note()])
    assert rates == pytest.approx([0.1, 0.05, 0.1 / 3])


def test_early_stopping_restores_the_best_weights():
    # Targets without any pattern: validation gets worse sooner or later.
    x = rng.normal(size=(24, 4)).astype("float32")
    y = rng.normal(size=(24, 1)).astype("float32")
    model = network(optimizer=keras.optimizers.Adam(0.05))
    stop = keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
    history = model.fit(x, y, epochs=300, validation_split=0.5, verbose=0, callbacks=[stop]).history
    assert len(history["val_loss"]) < 300
    found = model.evaluate(x[12:], y[12:], verbose=0)
    assert found == pytest.approx(min(history["val_loss"]), rel=1e-5)


def batches(size=16):
    for start in range(0, len(X), size):
        yield X[start : start + size], Y[start : start + size]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return X[16 * i : 16 * i + 16], Y[16 * i : 16 * i + 16]


@pytest.mark.parametrize("source", [lambda: list(batches()), Batches], ids=["list", "PyDataset"])
def test_batches_train_like_arrays(source):
    arrays, stream = network(), network()
    history = train(arrays, shuffle=False)
    data = source() if source is Batches else Iterable(source())
    found = stream.fit(data, epochs=3, shuffle=False, verbose=0).history
    np.testing.assert_allclose(found["loss"], history["loss"], rtol=1e-5)
    np.testing.assert_allclose(
        stream.evaluate(data, verbose=0), arrays.evaluate(X, Y, verbose=0), rtol=1e-5
    )
    np.testing.assert_allclose(
        stream.predict(data, verbose=0), arrays.predict(X, verbose=0), rtol=1e-4, atol=1e-6
    )


class Iterable:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


def test_endless_generator_with_steps():
    def endless():
        while True:
            yield from batches()

    model = network()
    history = model.fit(
        endless(), steps_per_epoch=5, epochs=2, verbose=0, validation_data=(X, Y)
    ).history
    assert len(history["val_loss"]) == 2
    arrays = network()
    expected = train(arrays, shuffle=False, epochs=2)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)


def test_a_generator_that_ends_early_warns():
    with pytest.warns(UserWarning, match="ended after"):
        network().fit(batches(), steps_per_epoch=9, verbose=0)


def test_plain_functions_as_loss_and_metric():
    def cubic(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3, axis=-1)

    def bias(y_true, y_pred):
        return keras.ops.mean(y_pred - y_true)

    model = network(loss=cubic, metrics=[bias])
    history = train(model)
    assert list(history) == ["loss", "bias"]
    predicted = model.predict(X, verbose=0)
    loss, metric = model.evaluate(X, Y, verbose=0)
    assert loss == pytest.approx(np.mean(np.abs(Y - predicted) ** 3), rel=1e-5)
    assert metric == pytest.approx(np.mean(predicted - Y), rel=1e-4, abs=1e-6)


def test_history_keys_come_in_the_documents_order():
    history = train(network(metrics=["mae"]), validation_split=0.2)
    assert list(history) == ["loss", "mae", "val_loss", "val_mae"]


def test_tables_and_lists_are_data_too():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=list("abcd"))
    a, b, c = network(), network(), network()
    expected = train(a, shuffle=False)
    args = {"epochs": 3, "batch_size": 16, "verbose": 0, "shuffle": False}
    assert b.fit(table, pd.Series(Y[:, 0]), **args).history == expected
    assert c.fit(X.tolist(), Y.tolist(), **args).history == expected
    table["name"] = "text"
    with pytest.raises(ValueError, match="'name'"):
        a.fit(table, Y, verbose=0)


def test_validation_frequency_and_initial_epoch():
    history = train(network(), validation_data=(X, Y), validation_freq=2, epochs=4)
    assert len(history["val_loss"]) == 2
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))
    train(network(), epochs=5, initial_epoch=3, callbacks=[watch])
    assert seen == [3, 4]


def test_judging_keeps_the_order_of_rows_and_draws_nothing():
    class Seen(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            losses.append((batch, logs["loss"]))

        def on_predict_batch_end(self, batch, logs=None):
            outputs.append((batch, logs["outputs"]))

    losses, outputs = [], []
    model = network(steps_per_execution=2)
    options = {"batch_size": 16, "verbose": 0, "callbacks": [Seen()]}
    keras.utils.set_random_seed(4)
    expected = keras.random.uniform((2,)).tolist()
    keras.utils.set_random_seed(4)
    model.evaluate(X, Y, **options)
    whole = model.predict(X, **options)
    assert keras.random.uniform((2,)).tolist() == expected
    # Two steps an execution; the logs are those of all rows so far, the outputs its own.
    errors = np.square(whole - Y)
    assert losses == [
        (last, pytest.approx(float(errors[:rows].mean()), rel=1e-5))
        for last, rows in ((1, 32), (3, 64), (5, 70))
    ]
    assert [batch for batch, _ in outputs] == [1, 3, 5]
    for (_, given), rows in zip(outputs, np.split(whole, [32, 64]), strict=True):
        np.testing.assert_array_equal(given, rows)
    # Without compile() each step is an execution.
    outputs.clear()
    keras.Sequential(model.layers).predict(X, **options)
    assert [batch for batch, _ in outputs] == [0, 1, 2, 3, 4]


def test_metrics_of_another_shape_come_back_as_arrays():
    model = network(metrics=[keras.metrics.F1Score(threshold=0.5)])
    logs = model.evaluate(X, (Y > 0).astype("float32"), verbose=0, return_dict=True)
    assert isinstance(logs["f1_score"], np.ndarray)


def test_a_loss_of_the_models_own():
    class Shrinking(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return keras.ops.mean(keras.ops.square(y_pred))

    model = Shrinking([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05))
    history = model.fit(X, Y, epochs=20, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 5
