"""Epochs of a given number of steps: every row once a pass, also stored, also taken up again."""

import contextlib

import numpy as np
import pytest

import kerata as keras
from kerata.training import out_of_core

X = np.arange(96, dtype="float32")[:, None]


def network():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.0), "mae")
    return model


def rows_of_epochs(data, steps, epochs, **arguments):
    """Give the rows in the order of training: a loss of one row is its target."""
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            # The loss is the mean of the epoch so far.
            seen.append(logs["loss"] * (batch + 1) - sum(seen[len(seen) - batch :]))

    network().fit(
        data,
        data,
        batch_size=1,
        steps_per_epoch=steps,
        epochs=epochs,
        verbose=0,
        callbacks=[Watch()],
        **arguments,
    )
    return np.round(seen).astype(int).tolist()


@pytest.fixture
def memory_map(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", X)
    monkeypatch.setattr(out_of_core, "WHOLE_BYTES", 0)
    # Pieces of 20 rows, so that epochs end inside them.
    monkeypatch.setattr(out_of_core, "PIECE_BYTES", 160)
    monkeypatch.setattr(out_of_core, "RUN_BYTES", 8)
    return np.load(tmp_path / "x.npy", mmap_mode="r")


@pytest.mark.parametrize("where", ["in memory", "stored"])
def test_an_epoch_goes_on_where_the_last_one_ended(where, request):
    data = X if where == "in memory" else request.getfixturevalue("memory_map")
    in_order = rows_of_epochs(data, 24, 5, shuffle=False)
    assert in_order == [*range(96), *range(24)]
    shuffled = rows_of_epochs(data, 24, 8)
    assert sorted(shuffled[:96]) == sorted(shuffled[96:]) == list(range(96))
    assert shuffled[:96] != shuffled[96:]
    assert shuffled[:96] != list(range(96))


def test_the_end_of_a_pass_ends_the_epoch_with_a_warning():
    with pytest.warns(UserWarning, match="ended after 6 batches, but 30 steps were asked for"):
        seen = rows_of_epochs(X, 30, 5, shuffle=False)
    assert seen == [*range(96), *range(30)]


def test_stored_rows_are_judged_and_predicted_in_given_steps(memory_map):
    model = network()
    assert model.predict(memory_map, batch_size=10, steps=3, verbose=0).shape == (30, 1)
    judged = model.evaluate(memory_map, memory_map, batch_size=10, steps=3, verbose=0)
    assert judged == pytest.approx(X[:30].mean())
    history = model.fit(
        X,
        X,
        validation_data=(memory_map, memory_map),
        validation_steps=3,
        batch_size=10,
        verbose=0,
    ).history
    assert history["val_loss"] == pytest.approx([X[:30].mean()])


def test_a_training_that_is_taken_up_again_sees_the_rows_that_are_left(tmp_path):
    def run(epochs):
        seen = []

        class Watch(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                seen.append(logs["loss"])
                if len(seen) == epochs * 24:
                    raise KeyboardInterrupt

        backup = keras.callbacks.BackupAndRestore(tmp_path / "b", save_freq="epoch")
        with contextlib.suppress(KeyboardInterrupt):
            network().fit(
                X,
                X,
                batch_size=1,
                steps_per_epoch=24,
                epochs=6,
                verbose=0,
                callbacks=[backup, Watch()],
            )
        return seen

    begun = run(epochs=3)
    rest = run(epochs=99)
    whole = run(epochs=99)
    # The third epoch was not finished, so it is made again.
    assert begun[:48] + rest == whole
    assert len(whole) == 144


def test_numbers_of_steps_are_checked():
    for name in ("steps_per_epoch", "validation_steps", "validation_batch_size"):
        with pytest.raises(ValueError, match=f"{name} must be a positive whole number, got 0"):
            network().fit(X, X, **{name: 0})
    with pytest.raises(ValueError, match=r"steps must be .* number, got 1\.5"):
        network().evaluate(X, X, steps=1.5)
    with pytest.raises(ValueError, match="steps_per_execution must be a positive whole number"):
        network().compile(steps_per_execution=0)
    with pytest.raises(TypeError, match="batchsize"):
        network().evaluate(X, X, batchsize=3)
