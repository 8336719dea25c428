"""Files written while training."""

import pathlib

import numpy as np
import pytest

import kerata as keras
from kerata.callbacks import ModelCheckpoint

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def compiled():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def names(folder):
    return sorted(p.name for p in folder.iterdir())


class Recorder:
    """A model that only notes what it is told to save."""

    def __init__(self):
        self.saved = []

    def save(self, path, overwrite):
        self.saved.append(path)

    def save_weights(self, path, overwrite):
        self.saved.append("weights " + path)


def saved(values, **options):
    """Say at which epochs (from 1) a checkpoint saves, for these values of val_loss."""
    checkpoint = ModelCheckpoint("{epoch}.keras", **options)
    checkpoint.set_model(Recorder())
    for epoch, value in enumerate(values):
        checkpoint.on_epoch_begin(epoch)
        checkpoint.on_epoch_end(epoch, {"loss": 0.5, "val_loss": value, "val_strange": value})
    return [int(p.removesuffix(".keras")) for p in checkpoint.model.saved]


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_whole_model_an_epoch(tmp_path, ending):
    model = compiled()
    name = "{epoch:02d}-{loss:.2f}-{val_loss:.2f}" + ending
    history = model.fit(
        X,
        Y,
        epochs=2,
        verbose=0,
        validation_split=0.2,
        callbacks=[ModelCheckpoint(tmp_path / name)],
    ).history
    expected = [
        name.format(epoch=i + 1, loss=history["loss"][i], val_loss=history["val_loss"][i])
        for i in range(2)
    ]
    assert names(tmp_path) == sorted(expected)
    loaded = keras.models.load_model(tmp_path / expected[1])
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


def test_weights_alone(tmp_path):
    model = compiled()
    path = tmp_path / "new" / "last.weights.h5"
    checkpoint = ModelCheckpoint(path, save_weights_only=True)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[checkpoint])
    assert names(path.parent) == ["last.weights.h5"]
    other = compiled()
    other.load_weights(path)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_so_many_steps_across_epochs(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}-{batch}.keras", save_freq=3)
    compiled().fit(X, Y, batch_size=5, epochs=2, verbose=0, callbacks=[checkpoint])
    assert names(tmp_path) == ["1-3.keras", "2-2.keras"]


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ([3, 1, 2, 0], {}, [1, 2, 3, 4]),
        ([3, 1, 2, 0], {"save_best_only": True}, [1, 2, 4]),
        ([3, 3, 3], {"save_best_only": True}, [1]),
        ([1, 3, 2, 4], {"save_best_only": True, "mode": "max"}, [1, 2, 4]),
        ([3, 1, 2, 0], {"save_best_only": True, "initial_value_threshold": 1}, [4]),
        ([3, 1], {"save_best_only": True, "initial_value_threshold": 0.5}, []),
        ([1, 2], {"save_best_only": True, "monitor": "val_strange", "mode": "max"}, [1, 2]),
        ([float("nan"), 2], {"save_best_only": True, "initial_value_threshold": 3}, [2]),
    ],
)
def test_which_epochs_are_saved(values, options, expected):
    assert saved(values, **options) == expected


def test_one_file_holds_the_best(tmp_path):
    model = compiled()
    model.optimizer.learning_rate = 2.0
    path = tmp_path / "best.keras"
    history = model.fit(
        X, Y, epochs=6, verbose=0, validation_data=(X, Y),
        callbacks=[ModelCheckpoint(path, save_best_only=True)],
    ).history  # fmt: skip
    assert names(tmp_path) == ["best.keras"]
    best = keras.models.load_model(path).evaluate(X, Y, verbose=0, return_dict=True)["loss"]
    assert best == pytest.approx(min(history["val_loss"]), rel=1e-6)


def test_the_best_value_lives_on_in_the_next_fit():
    checkpoint = ModelCheckpoint("best.keras", "loss", save_best_only=True)
    checkpoint.set_model(Recorder())
    for value in (1.0, 2.0, 0.5):
        checkpoint.on_train_begin()
        checkpoint.on_epoch_end(0, {"loss": value})
    assert (len(checkpoint.model.saved), checkpoint.best) == (2, 0.5)


def test_verbose_says_what_happens(capsys):
    saved([3, 1, 2], save_best_only=True, verbose=1)
    assert capsys.readouterr().out.strip().splitlines()[::2] == [
        "Epoch 1: val_loss is 3.00000, saving the model to 1.keras.",
        "Epoch 2: val_loss is 1.00000 instead of 3.00000, saving the model to 2.keras.",
        "Epoch 3: val_loss is not better than 1.00000.",
    ]


def test_a_value_that_is_not_there_warns_once():
    with pytest.warns(UserWarning, match="watches 'val_acc'") as caught:
        assert saved([1, 2], save_best_only=True, monitor="val_acc") == []
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("path", "weights"), [("a", False), ("a.hdf5", False), ("a.keras", True), ("a.h5", True)]
)
def test_other_endings_are_refused(path, weights):
    with pytest.raises(ValueError, match="needs a filepath that ends in"):
        ModelCheckpoint(path, save_weights_only=weights)


def test_save_freq_is_checked():
    with pytest.raises(ValueError, match="save_freq"):
        ModelCheckpoint("a.keras", save_freq="batch")


def test_a_name_that_is_not_in_the_logs():
    checkpoint = ModelCheckpoint("{val_los:.2f}.keras")
    checkpoint.set_model(Recorder())
    with pytest.raises(ValueError, match=r"'val_los' in filepath.*'val_loss'"):
        checkpoint.on_epoch_end(0, {"val_loss": 1})


def test_whole_epochs_stay_compiled_unless_steps_count():
    assert not keras.callbacks.CallbackList([ModelCheckpoint("a.keras")]).needs_batches
    assert keras.callbacks.CallbackList([ModelCheckpoint("a.keras", save_freq=2)]).needs_batches


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        compiled().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "file" / "a.keras")])
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_warns_and_training_goes_on(tmp_path, monkeypatch):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}.keras")
    model = compiled()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(model), "save", full)
    with pytest.warns(UserWarning, match="No space left on device"):
        history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[checkpoint])
    assert len(history.history["loss"]) == 2


def test_a_log_on_a_full_disk_warns_once_and_training_goes_on(tmp_path):
    if not pathlib.Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    log = keras.callbacks.CSVLogger("/dev/full")
    with pytest.warns(UserWarning, match="No space left on device") as caught:
        history = compiled().fit(X, Y, epochs=3, verbose=0, callbacks=[log])
    assert len(history.history["loss"]) == 3
    assert len(caught) == 1
