"""A killed training goes on as if nothing had happened."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kerata as keras
from kerata.callbacks import backup_and_restore
from kerata.callbacks.packing import read_pack, write_pack

PROGRAM = Path(__file__).with_name("killed_program.py")


def run(folder, seconds=0.0, save_freq="epoch"):
    """Run the program; say whether it came to its end."""
    done = subprocess.run(
        [sys.executable, PROGRAM, folder, str(seconds), str(save_freq)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == -signal.SIGKILL:
        return False
    assert done.returncode == 0, done.stderr
    return True


def result(folder):
    return json.loads((folder / "result.json").read_text())


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("never_killed")
    assert run(folder)
    return result(folder)


def kill_until_done(folder, save_freq, kills, seed):
    moments = random.Random(seed)
    killed = 0
    while killed < kills:
        # A whole training takes longer than the longest of these, so the first one kills.
        if run(folder, moments.uniform(0.01, 0.6), save_freq):
            break
        killed += 1
        assert not (folder / "result.json").exists()
    else:
        assert run(folder, 0, save_freq)
    return killed


@pytest.mark.parametrize("save_freq", [pytest.param("epoch", marks=pytest.mark.slow), 2])
def test_killed_training_ends_bit_identical(never_killed, tmp_path, save_freq):
    assert kill_until_done(tmp_path, save_freq, kills=3, seed=save_freq == 2) > 0
    assert result(tmp_path) == never_killed
    assert not (tmp_path / "backup").exists()


@pytest.mark.slow
def test_fifty_moments(never_killed, tmp_path):
    killed, round_number = 0, 0
    while killed < 50:
        folder = tmp_path / str(round_number)
        folder.mkdir()
        save_freq = ("epoch", 1, 2, 3, 7)[round_number % 5]
        killed += kill_until_done(folder, save_freq, kills=10, seed=round_number)
        assert result(folder) == never_killed
        round_number += 1


# Within one process ------------------------------------------------------------------------

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


class Crash(keras.callbacks.Callback):
    """Raises at a step, or at the end of an epoch."""

    def __init__(self, step=None, epoch=None):
        self.step, self.epoch, self.seen = step, epoch, 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == self.step:
            raise RuntimeError("crash")

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise RuntimeError("crash")


def fit(callbacks, data=(X, Y), width=2, epochs=4, **kwargs):
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    x, y = data if isinstance(data, tuple) else (data, None)
    history = model.fit(x, y, batch_size=5, epochs=epochs, verbose=0, callbacks=callbacks, **kwargs)
    return [w.tolist() for w in model.get_weights()], history.history, history.epoch


def crash(step=None, epoch=None, *, folder, save_freq="epoch", **kwargs):
    backup = keras.callbacks.BackupAndRestore(folder, save_freq=save_freq)
    with pytest.raises(RuntimeError, match="crash"):
        fit([backup, Crash(step, epoch)], **kwargs)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return X[5 * index : 5 * index + 5], Y[5 * index : 5 * index + 5]


class Loader:
    """Batches of unknown number."""

    def __iter__(self):
        return ((X[i : i + 5], Y[i : i + 5]) for i in (0, 5, 10, 15))


class Reshuffled(Batches):
    """Rows in another order each epoch, with a generator of its own."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(5)
        self.order = np.arange(20)

    def __getitem__(self, index):
        rows = self.order[5 * index : 5 * index + 5]
        return X[rows], Y[rows]

    def on_epoch_end(self):
        self.rng.shuffle(self.order)


def endless():
    """Batches that never come again, from a generator of its own."""
    rng = np.random.default_rng(6)
    while True:
        rows = rng.integers(0, 20, 5)
        yield X[rows], Y[rows]


def endless_global():
    """Batches that never come again, from NumPy's generator."""
    while True:
        rows = np.random.randint(0, 20, 5)
        yield X[rows], Y[rows]


@pytest.mark.only_cases(
    "1-1-arrays",
    "1-4-Batches",
    "3-5-Loader",
    "5-16-arrays",
    "epoch-6-Reshuffled",
    "2-7-endless",
    "4-5-endless_global",
)
@pytest.mark.parametrize(
    "make",
    [lambda: (X, Y), Batches, Loader, Reshuffled, endless, endless_global],
    ids=["arrays", "Batches", "Loader", "Reshuffled", "endless", "endless_global"],
)
@pytest.mark.parametrize(
    ("save_freq", "step"), [("epoch", 6), (1, 1), (1, 4), (1, 5), (2, 7), (3, 5), (4, 5), (5, 16)]
)
def test_goes_on_at_the_step(tmp_path, make, save_freq, step):
    steps = {"steps_per_epoch": 4} if "endless" in make.__name__ else {}
    whole = fit([], data=make(), **steps)
    crash(step, folder=tmp_path / "b", save_freq=save_freq, data=make(), **steps)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "b", save_freq)
    assert fit([backup], data=make(), **steps) == whole


def ending(batches):
    """A generator of so many batches, all different."""
    rng = np.random.default_rng(6)
    for _ in range(batches):
        rows = rng.integers(0, 20, 5)
        yield X[rows], Y[rows]


@pytest.mark.filterwarnings("ignore:The data ended after")
@pytest.mark.parametrize("batches", [16, 8])
@pytest.mark.parametrize("where", [{"step": 4}, {"step": 5}, {"step": 8}, {"epoch": 1}])
@pytest.mark.one_in(4)
def test_a_generator_may_end_exactly_between_epochs(tmp_path, batches, where):
    whole = fit([], data=ending(batches), steps_per_epoch=4)
    crash(**where, folder=tmp_path / "b", save_freq=1, data=ending(batches), steps_per_epoch=4)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "b", 1)
    assert fit([backup], data=ending(batches), steps_per_epoch=4) == whole


def test_an_endless_validation_goes_on_as_well(tmp_path):
    def validated(*callbacks):
        return fit(
            list(callbacks),
            validation_data=endless(),
            validation_steps=2,
            validation_freq=[1, 3, 4],
        )

    whole = validated()
    assert len(whole[1]["val_loss"]) == 3
    with pytest.raises(RuntimeError, match="crash"):
        validated(keras.callbacks.BackupAndRestore(tmp_path / "b"), Crash(step=14))
    assert validated(keras.callbacks.BackupAndRestore(tmp_path / "b")) == whole


def test_steps_of_before_are_not_done_again(tmp_path):
    crash(7, folder=tmp_path / "b", save_freq=1)
    begun = []

    class Count(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            begun.append(batch)

    fit([Count(), keras.callbacks.BackupAndRestore(tmp_path / "b", 1)], epochs=2)
    assert begun == [2, 3]


def test_an_early_stop_holds(tmp_path):
    def callbacks(*more):
        stop = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=1e9)
        return [stop, keras.callbacks.BackupAndRestore(tmp_path / "b"), *more]

    class CrashAtEnd(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            raise RuntimeError("crash")

    whole = fit([keras.callbacks.EarlyStopping("loss", patience=1, min_delta=1e9)])
    assert len(whole[1]["loss"]) == 2
    with pytest.raises(RuntimeError, match="crash"):
        fit(callbacks(CrashAtEnd()))
    assert fit(callbacks()) == whole


def test_a_finished_training_leaves_no_backup_unless_asked_to(tmp_path):
    fit([keras.callbacks.BackupAndRestore(tmp_path / "a")], epochs=1)
    assert not (tmp_path / "a").exists()
    fit([keras.callbacks.BackupAndRestore(tmp_path / "b", delete_checkpoint=False)], epochs=2)
    assert [p.name for p in (tmp_path / "b").iterdir()] == ["latest.npz"]
    more = fit([keras.callbacks.BackupAndRestore(tmp_path / "b")], epochs=4)
    assert more == fit([], epochs=4)


def test_other_files_in_the_folder_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    fit([keras.callbacks.BackupAndRestore(tmp_path)], epochs=1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_backup_before_serves_if_the_last_is_damaged(tmp_path):
    folder = tmp_path / "b"
    backup = keras.callbacks.BackupAndRestore(folder, double_checkpoint=True)
    with pytest.raises(RuntimeError, match="crash"):
        fit([backup, Crash(step=13)])
    assert read_pack(folder / "previous.npz")["epoch"] == 2
    (folder / "latest.npz").write_bytes((folder / "latest.npz").read_bytes()[:-100])
    with pytest.warns(UserWarning, match="damaged"):
        assert fit([keras.callbacks.BackupAndRestore(folder)]) == fit([])


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"PK" * 9])
def test_a_damaged_backup_gives_one_error(tmp_path, damage):
    crash(6, folder=tmp_path)
    latest = tmp_path / "latest.npz"
    latest.write_bytes(damage(latest.read_bytes()))
    with pytest.raises(ValueError, match="damaged; delete it"):
        fit([keras.callbacks.BackupAndRestore(tmp_path)])


def test_a_backup_of_another_model_is_refused(tmp_path):
    crash(6, folder=tmp_path)
    with pytest.raises(ValueError, match="another training: the model differs"):
        fit([keras.callbacks.BackupAndRestore(tmp_path)], width=5)


def test_an_epoch_of_other_steps_is_refused_in_its_middle(tmp_path):
    crash(6, folder=tmp_path, save_freq=1)
    with pytest.raises(ValueError, match="epoch of 4 steps, which now has 2"):
        fit([keras.callbacks.BackupAndRestore(tmp_path)], data=(X[:10], Y[:10]))


def test_a_full_disk_warns_once_and_loses_nothing(tmp_path, monkeypatch):
    calls = []

    def full(path, state):
        calls.append(state["epoch"])
        if len(calls) in (2, 3):
            raise OSError(28, "No space left on device")
        write_pack(path, state)

    monkeypatch.setattr(backup_and_restore, "write_pack", full)
    with (
        pytest.warns(UserWarning, match="No space left on device") as caught,
        pytest.raises(RuntimeError, match="crash"),
    ):
        fit([keras.callbacks.BackupAndRestore(tmp_path / "b"), Crash(step=13)])
    monkeypatch.undo()
    assert len(caught) == 1
    assert read_pack(tmp_path / "b" / "latest.npz")["epoch"] == 1
    assert fit([keras.callbacks.BackupAndRestore(tmp_path / "b")]) == fit([])


def test_a_full_disk_keeps_the_last_backup_of_two(tmp_path, monkeypatch):
    def full(path, state):
        if state["epoch"] == 2:
            raise OSError(28, "No space left on device")
        write_pack(path, state)

    monkeypatch.setattr(backup_and_restore, "write_pack", full)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "b", double_checkpoint=True)
    with pytest.warns(UserWarning, match="No space"), pytest.raises(RuntimeError, match="crash"):
        fit([backup, Crash(step=10)])
    monkeypatch.undo()
    assert fit([keras.callbacks.BackupAndRestore(tmp_path / "b")]) == fit([])


def test_a_folder_that_cannot_be_written_is_one_error_before_training(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="BackupAndRestore can't write there"):
        fit([keras.callbacks.BackupAndRestore(tmp_path / "file" / "b")])
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("save_freq", [0, -1, 1.5, "batch", True, None])
def test_save_freq_is_checked(save_freq):
    with pytest.raises(ValueError, match="save_freq must be 'epoch' or"):
        keras.callbacks.BackupAndRestore("b", save_freq)


def test_an_empty_folder_name_is_refused():
    with pytest.raises(ValueError, match="backup_dir is empty"):
        keras.callbacks.BackupAndRestore("")


@pytest.mark.parametrize(
    "value",
    [None, 1.5, float("inf"), "é", [], {}, {"a": (1, [2.0, None])}, {3: {4: 5}}, {"array": 1}],
)
def test_pack_gives_back(tmp_path, value):
    write_pack(tmp_path / "p.npz", value)
    assert read_pack(tmp_path / "p.npz") == value


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8", "bool", "float16", "uint32"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_pack_gives_back_arrays(tmp_path, dtype, shape):
    import jax.numpy as jnp

    array = np.asarray(jnp.ones(shape, dtype))
    write_pack(tmp_path / "p.npz", [array])
    found = read_pack(tmp_path / "p.npz")[0]
    assert found.dtype == array.dtype
    assert found.shape == shape
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("the model", {"activation": "relu"}),
        ("the loss", {"loss": "mae"}),
        ("the optimizer", {"rate": 0.02}),
        ("the data", {"shift": 1.0}),
    ],
)
def test_a_backup_knows_what_it_belongs_to(tmp_path, what, change):
    def train(activation="tanh", loss="mse", rate=0.01, shift=0.0, stop=None):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation)])
        model.compile(keras.optimizers.SGD(rate), loss)
        x = np.arange(24.0).reshape(8, 3) + shift
        backup = keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
        model.fit(x, x[:, :2], epochs=2, verbose=0, callbacks=[backup])

    train()
    train()
    with pytest.raises(ValueError, match=f"another training: {what} differs"):
        train(**change)


def test_a_backup_knows_which_layer_feeds_which_and_not_their_names(tmp_path):
    def train(swapped=False, loss=lambda y, p: (y - p) ** 2):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((3,))
        first = keras.layers.Dense(3)(inputs)
        second = keras.layers.Dense(3)(first)
        both = [second, first] if swapped else [first, second]
        model = keras.Model(inputs, keras.layers.Subtract()(both))
        model.compile(keras.optimizers.SGD(0.001), loss)
        x = np.arange(24.0).reshape(8, 3)
        backup = keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
        model.fit(x, x, epochs=2, verbose=0, callbacks=[backup])

    train()
    train()
    with pytest.raises(ValueError, match="another training: the model differs"):
        train(swapped=True)
    with pytest.raises(ValueError, match="a function or class that the loss uses differs"):
        train(loss=lambda y, p: abs(y - p))
