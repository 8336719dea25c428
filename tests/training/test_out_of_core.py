"""Data in files: same results as in memory, every row once, little memory, clear mistakes."""

import subprocess
import sys
import textwrap

import h5py
import jax
import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.training import out_of_core
from kerata.training.out_of_core import OutOfCoreData
from kerata.training.row_files import FileRows, SlicedRows, row_source

pytestmark = pytest.mark.bits

rng = np.random.default_rng(0)
ROWS = 203
X = rng.normal(size=(ROWS, 6)).astype("float32")
Y = rng.integers(0, 3, ROWS).astype("int32")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Pieces of 4 batches of 8 rows, made of runs of 3 rows."""
    monkeypatch.setattr(out_of_core, "WHOLE_BYTES", 0)
    monkeypatch.setattr(out_of_core, "PIECE_BYTES", 4 * 8 * 28)
    monkeypatch.setattr(out_of_core, "RUN_BYTES", 3 * 28)


def on_disk(folder, array=X, mode="r", name="x"):
    np.save(folder / f"{name}.npy", array)
    return np.load(folder / f"{name}.npy", mmap_mode=mode)


def network(width=6, dropout=0.3):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((width,)), layers.Dense(5, "relu"), layers.Dropout(dropout), layers.Dense(3)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def fit(x, y=Y, width=6, **args):
    model = network(width)
    keras.utils.set_random_seed(2)
    args = {"epochs": 2, "batch_size": 8, "verbose": 0, "shuffle": False, **args}
    history = model.fit(x, y, **args).history
    return history, [w.tolist() for w in model.get_weights()]


def hdf5(folder, array=X):
    file = h5py.File(folder / "x.h5", "w")
    return file.create_dataset("x", data=array, chunks=(16, 6), compression="gzip")


def raw(folder, array=X):
    (folder / "x.bin").write_bytes(b"head" + array.tobytes())
    return np.memmap(folder / "x.bin", array.dtype, "r", offset=4, shape=array.shape)


KINDS = {
    "npy": on_disk,
    "raw": raw,
    "hdf5": hdf5,
    "float64": lambda f: on_disk(f, X.astype("float64")),
    "big-endian": lambda f: on_disk(f, X.astype(">f4")),
    "copy-on-write": lambda f: on_disk(f, mode="c"),
    "plain view": lambda f: np.asarray(on_disk(f)),
    "rows of a larger file": lambda f: on_disk(f, np.concatenate([X, X, X]))[ROWS : 2 * ROWS],
    "every second row": lambda f: on_disk(f, np.repeat(X, 2, axis=0))[::2],
    "some columns": lambda f: on_disk(f, np.concatenate([X, X], axis=1))[:, 6:],
    "columns first": lambda f: on_disk(f, np.asfortranarray(X)),
}


@pytest.mark.only_cases("npy", "hdf5", "big-endian", "some columns", "copy-on-write")
@pytest.mark.parametrize("kind", list(KINDS))
def test_same_result_as_in_memory_bit_for_bit(tmp_path, kind):
    assert fit(KINDS[kind](tmp_path)) == fit(X)


@pytest.mark.only_cases("7")
@pytest.mark.parametrize("batch_size", [1, 7, 32, 203, 500])
def test_all_batch_sizes(tmp_path, batch_size):
    found = fit(on_disk(tmp_path), batch_size=batch_size)
    expected = fit(X, batch_size=batch_size)
    # The last, smaller batch has a program of its own here, which may round otherwise.
    np.testing.assert_allclose(found[0]["loss"], expected[0]["loss"], rtol=1e-5)
    for a, b in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_no_copy_through_the_mapping_where_the_file_can_be_read(tmp_path):
    x = on_disk(tmp_path)
    assert isinstance(row_source(x), FileRows)
    assert isinstance(row_source(x[5:]), FileRows)
    assert isinstance(row_source(x[:, 1:]), SlicedRows)


def test_changes_of_a_private_mapping_count(tmp_path):
    x = on_disk(tmp_path, mode="c")
    x[:] = X[::-1]
    assert fit(x) == fit(X[::-1].copy())


def test_a_file_that_was_replaced_is_not_taken_for_the_mapped_one(tmp_path):
    x = on_disk(tmp_path)
    (tmp_path / "x.npy").unlink()
    np.save(tmp_path / "x.npy", X + 1)
    assert fit(x) == fit(X)


@pytest.mark.slow
@pytest.mark.parametrize("weights", ["sample", "class", "both"])
def test_targets_and_weights_may_be_in_files_too(tmp_path, weights):
    y = on_disk(tmp_path, Y.astype("int64"), name="y")
    w = rng.random(ROWS).astype("float32")
    args = {}
    if weights != "class":
        args["sample_weight"] = on_disk(tmp_path, w, name="w")
    if weights != "sample":
        args["class_weight"] = {0: 1.0, 2: 3.0}
    found = fit(on_disk(tmp_path), y, **args)
    expected = fit(X, Y, **{k: w if k == "sample_weight" else v for k, v in args.items()})
    assert found == expected


def test_validation(tmp_path):
    x = on_disk(tmp_path)
    split = fit(x, validation_split=0.3, validation_batch_size=10)
    assert split == fit(X, validation_split=0.3, validation_batch_size=10)
    given = fit(X[:50], Y[:50], validation_data=(x[50:], Y[50:]), validation_batch_size=10)
    assert given == fit(X[:50], Y[:50], validation_data=(X[50:], Y[50:]), validation_batch_size=10)


@pytest.mark.parametrize("named", [False, True])
def test_several_inputs_and_bytes(tmp_path, named):
    pictures = rng.integers(0, 255, (ROWS, 4), dtype=np.uint8)

    def train(a, b):
        one, two = keras.Input((6,), name="a"), keras.Input((4,), name="b", dtype="uint8")
        joined = layers.Concatenate()([one, layers.Rescaling(1 / 255)(two)])
        model = keras.Model([one, two], layers.Dense(1, kernel_initializer="ones")(joined))
        model.compile("sgd", "mse")
        data = {"a": a, "b": b} if named else [a, b]
        return model.fit(data, Y, shuffle=False, batch_size=8, verbose=0).history

    found = train(on_disk(tmp_path), on_disk(tmp_path, pictures, name="b"))
    assert found == train(X, pictures)
    assert found == train(on_disk(tmp_path), pictures)


def test_evaluate_and_predict(tmp_path):
    x, model = on_disk(tmp_path), network()
    for batch_size in (None, 10):
        np.testing.assert_allclose(
            model.evaluate(x, Y, batch_size=batch_size, verbose=0),
            model.evaluate(X, Y, batch_size=batch_size, verbose=0),
            rtol=1e-5,
        )
        np.testing.assert_allclose(
            model.predict(x, batch_size=batch_size, verbose=0),
            model.predict(X, batch_size=batch_size, verbose=0),
            rtol=1e-5,
        )


def test_outputs_that_are_inputs_are_not_overwritten(tmp_path):
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Activation("linear")(inputs))
    np.testing.assert_array_equal(model.predict(on_disk(tmp_path), batch_size=8, verbose=0), X)


def epoch_of(source, batch_size=8):
    source.batch_size = batch_size
    batches = []
    with source.epoch() as pieces:
        for piece in pieces:
            for step in range(piece.steps):
                rows = piece.order[step * piece.batch_size : (step + 1) * piece.batch_size]
                batches.append(piece.arrays[0][rows][:, 0].copy())
    return batches


NUMBERS = np.arange(ROWS, dtype="float32")[:, None] * np.ones((1, 6), "float32")


def test_shuffling_gives_every_row_once_and_another_order_each_epoch(tmp_path):
    source = OutOfCoreData(on_disk(tmp_path, NUMBERS), Y, shuffle=True)
    keras.utils.set_random_seed(0)
    first, second = epoch_of(source), epoch_of(source)
    assert [len(b) for b in first] == [8] * 25 + [3]
    for batches in (first, second):
        assert sorted(np.concatenate(batches).tolist()) == list(range(ROWS))
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))
    # A batch holds rows from far apart, not one run.
    assert np.mean([np.ptp(b) for b in first]) > ROWS / 3
    keras.utils.set_random_seed(0)
    again = epoch_of(source)
    assert np.array_equal(np.concatenate(first), np.concatenate(again))


def test_rows_larger_than_a_run_are_shuffled_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(out_of_core, "RUN_BYTES", 1)
    rows = np.concatenate(epoch_of(OutOfCoreData(on_disk(tmp_path, NUMBERS), Y, shuffle=True)))
    assert np.mean(np.abs(np.diff(rows)) == 1) < 0.05


@pytest.mark.parametrize("kind", ["stored", "in memory"])
def test_shuffling_batches_keeps_their_rows_together(tmp_path, kind):
    seen = []

    class Spy(layers.Layer):
        def call(self, x):
            import jax

            jax.debug.callback(lambda a: seen.append(np.asarray(a)[:, 0]), x, ordered=True)
            return x

    model = keras.Sequential([keras.Input((6,)), Spy(), layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = on_disk(tmp_path, NUMBERS) if kind == "stored" else NUMBERS
    model.fit(x / 1 if kind == "in memory" else x, Y, batch_size=8, shuffle="batch", verbose=0)
    assert all(np.array_equal(np.diff(b), np.ones(len(b) - 1)) for b in seen)
    starts = [int(b[0]) for b in seen]
    assert sorted(starts) == list(range(0, ROWS, 8))
    assert starts != sorted(starts)
    assert starts[-1] == ROWS - 3


@pytest.mark.slow
def test_pieces_sent_to_the_device_ahead(tmp_path, monkeypatch):
    expected = fit(X, validation_split=0.2), network().predict(X, verbose=0)
    monkeypatch.setattr(out_of_core, "_sends_ahead", lambda: True)
    # What the CPU gets may be the very memory that is filled again, so it gets a copy.
    put = jax.device_put
    monkeypatch.setattr(out_of_core.jax, "device_put", lambda tree, **k: put(tree, may_alias=False))
    x = on_disk(tmp_path)
    assert fit(x, validation_split=0.2) == expected[0]
    np.testing.assert_allclose(network().predict(x, verbose=0), expected[1], rtol=1e-5)


def test_callbacks_see_each_batch_and_may_stop(tmp_path):
    seen = []

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)
            self.model.stop_training = batch == 9

    fit(on_disk(tmp_path), callbacks=[Stop()])
    assert seen == list(range(10))


def test_a_killed_training_goes_on(tmp_path):
    class Crash(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 11:
                raise RuntimeError("crash")

    x = on_disk(tmp_path)
    backup = keras.callbacks.BackupAndRestore(tmp_path / "b", save_freq=5)
    whole = fit(x, shuffle=True, callbacks=[keras.callbacks.LambdaCallback()])
    with pytest.raises(RuntimeError, match="crash"):
        fit(x, shuffle=True, callbacks=[backup, Crash()])
    assert fit(x, shuffle=True, callbacks=[backup]) == whole


def test_small_files_are_loaded(tmp_path, monkeypatch):
    monkeypatch.undo()
    # Files with a hole in the place of their rows.
    small, large = (
        np.memmap(tmp_path / f"{mb}", np.uint8, "w+", shape=(mb, 2**20)) for mb in (100, 129)
    )
    assert not out_of_core.is_large(small, Y)
    assert out_of_core.is_large(large, Y)
    assert out_of_core.is_large({"a": small, "b": [small]}, Y)
    assert not out_of_core.is_large(on_disk(tmp_path), Y)
    assert fit(on_disk(tmp_path), shuffle=True) == fit(X, shuffle=True)


# Mistakes ------------------------------------------------------------------------------------


class FillIn(layers.Layer):
    def call(self, inputs):
        return keras.ops.where(keras.ops.isfinite(inputs), inputs, 0.0)


@pytest.mark.slow
def test_a_network_may_fill_in_what_is_missing(tmp_path):
    broken = X.copy()
    broken[[3, 150], 2] = np.nan

    def losses(x):
        model = keras.Sequential([keras.Input((6,)), FillIn(), layers.Dense(3, "softmax")])
        model.set_weights([np.linspace(-1, 1, 18).reshape(6, 3), np.zeros(3)])
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        fitted = model.fit(x, Y, epochs=2, batch_size=8, shuffle=False, verbose=0)
        return [*fitted.history["loss"], model.evaluate(x, Y, batch_size=8, verbose=0)]

    assert losses(on_disk(tmp_path, broken)) == pytest.approx(losses(np.nan_to_num(broken)))


def test_predictions_for_missing_numbers_are_what_the_network_makes_of_them(tmp_path):
    broken = X.copy()
    broken[3, 2] = np.nan
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
    found = model.predict(on_disk(tmp_path, broken), verbose=0)
    assert np.flatnonzero(np.isnan(found).any(axis=1)).tolist() == [3]


def test_values_are_looked_through_in_one_epoch_alone(tmp_path, monkeypatch):
    looked = []
    check = OutOfCoreData._check
    monkeypatch.setattr(
        OutOfCoreData, "_check", lambda *args: (looked.append(len(args[2][0])), check(*args))
    )
    source = OutOfCoreData(on_disk(tmp_path), Y, shuffle=True, check_values=lambda rows: None)
    for _ in range(3):
        epoch_of(source)
        assert sum(looked) == ROWS


def test_missing_numbers_are_named_by_their_row(tmp_path):
    broken = X.copy()
    broken[150, 2] = np.nan
    with pytest.raises(ValueError, match="x has NaN or infinite values in row 150"):
        fit(on_disk(tmp_path, broken), shuffle=True)


def test_wrong_targets_are_found_before_training(tmp_path):
    y = Y.copy()
    y[180] = 7
    with pytest.raises(ValueError, match="Label 7 in row 180"):
        fit(on_disk(tmp_path), y)


def test_lengths_that_differ(tmp_path):
    with pytest.raises(ValueError, match="x has 203 rows but y has 202"):
        fit(on_disk(tmp_path), Y[:-1])


def test_text_in_a_file(tmp_path):
    with pytest.raises(ValueError, match="x holds text"):
        fit(on_disk(tmp_path, np.array([["a", "b"]] * 9)), Y[:9])


def test_integers_beyond_32_bits(tmp_path):
    large = np.arange(ROWS * 6, dtype="int64").reshape(ROWS, 6)
    large[77] = 2**40
    with pytest.raises(ValueError, match="x holds integers beyond 32 bits"):
        fit(on_disk(tmp_path, large))


def test_wrong_width(tmp_path):
    with pytest.raises(ValueError, match=r"\(None, 5\)"):
        fit(on_disk(tmp_path, X[:, :5].copy()))


def test_a_file_that_became_shorter(tmp_path):
    x = on_disk(tmp_path, np.zeros((5000, 6), "float32"))
    model = network()
    model.fit(x[:8], Y[:8], verbose=0)
    source = OutOfCoreData(x, np.zeros(5000, "int32"))
    with open(tmp_path / "x.npy", "r+b") as file:
        file.truncate(20_000)
    with pytest.raises(OSError, match="has it become shorter"):
        epoch_of(source)


@pytest.mark.parametrize("shuffle", ["batches", 2, "yes"])
def test_other_ways_to_shuffle_are_refused(shuffle):
    with pytest.raises(ValueError, match="shuffle must be True, False or 'batch'"):
        fit(X, shuffle=shuffle)


# Memory --------------------------------------------------------------------------------------

CHILD = r"""
    import re, sys
    from pathlib import Path
    import numpy as np
    import kerata as keras

    x = np.load(sys.argv[1], mmap_mode="r")
    y = np.zeros(len(x), "float32")
    model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=512, validation_split=0.1, verbose=0)
    model.evaluate(x, y, batch_size=512, verbose=0)
    assert model.predict(x, batch_size=512, verbose=0).shape == (len(x), 1)
    # What getrusage says includes the process that this one was forked from.
    print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_two_gigabytes_train_in_a_third_of_that_memory(tmp_path):
    path = tmp_path / "large.npy"
    x = np.lib.format.open_memmap(path, "w+", np.float32, (500_000, 1000))
    for start in range(0, len(x), 10_000):
        x[start : start + 10_000] = 0.01
    x.flush()
    del x
    try:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(CHILD), str(path)],
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        path.unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < 800


def test_weights_of_classes_do_not_reach_split_off_rows(tmp_path):
    weights = {0: 1.0, 1: 5.0}
    args = {"class_weight": weights, "validation_split": 0.2}
    from_files, trained = fit(on_disk(tmp_path), **args)
    cut = int(ROWS * 0.8)
    expected, other = fit(
        X[:cut], Y[:cut], class_weight=weights, validation_data=(X[cut:], Y[cut:])
    )
    np.testing.assert_allclose(from_files["val_loss"], expected["val_loss"], rtol=1e-5)
    np.testing.assert_allclose(trained[0], other[0], rtol=1e-4, atol=1e-6)
