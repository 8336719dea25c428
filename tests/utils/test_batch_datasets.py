"""Data sets that make each batch by number: windows of series, parts, sounds."""

import numpy as np
import pytest
from keras.src.utils.dataset_utils import _rescale_dataset_split_sizes
from scipy.io import wavfile

import kerata as keras
from kerata.utils import audio_dataset_from_directory, split_dataset, timeseries_dataset_from_array

SERIES = np.arange(60, dtype="float64").reshape(30, 2)


def windows(**given):
    """Build the windows one after the other."""
    length, stride = given["sequence_length"], given.get("sequence_stride", 1)
    rate = given.get("sampling_rate", 1)
    part = slice(given.get("start_index", 0), given.get("end_index") or len(SERIES))
    series, targets = SERIES[part], (SERIES * 10)[part]
    starts = range(0, len(series) - (length - 1) * rate, stride)
    x = [series[s : s + (length - 1) * rate + 1 : rate] for s in starts]
    return np.array(x), targets[list(starts)]


CASES = [
    {"sequence_length": 3},
    {"sequence_length": 4, "sequence_stride": 3, "sampling_rate": 2, "batch_size": 4},
    {"sequence_length": 5, "start_index": 3, "end_index": 20, "sampling_rate": 3},
    {"sequence_length": 1, "batch_size": 30},
]


@pytest.mark.parametrize("given", CASES, ids=range(len(CASES)))
def test_windows_are_those_of_the_series(given):
    data = timeseries_dataset_from_array(SERIES, SERIES * 10, **given)
    x, y = (np.concatenate(part) for part in zip(*data, strict=True))
    expected = windows(**given)
    assert x.dtype == y.dtype == np.float64
    assert np.array_equal(x, expected[0])
    assert np.array_equal(y, expected[1])
    size = given.get("batch_size", 128)
    assert [len(batch) for batch, _ in data] == [
        min(size, len(x) - i) for i in range(0, len(x), size)
    ]


def test_shuffled_windows_are_all_there_in_keras_order_of_the_first_pass():
    given = {"sequence_length": 3, "batch_size": None, "shuffle": True, "seed": 5}
    data = timeseries_dataset_from_array(SERIES[:, 0], None, **given)
    starts = np.arange(28)
    np.random.RandomState(5).shuffle(starts)
    first, second = ([int(x[0]) // 2 for x in data] for _ in range(2))
    assert first == starts.tolist()
    assert second != first
    assert sorted(second) == list(range(28))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sequence_stride": 0}, "sequence_stride"),
        ({"sampling_rate": 30}, "less than the 30 steps"),
        ({"start_index": -1}, "start_index"),
        ({"start_index": 5, "end_index": 5}, "end_index"),
        ({"end_index": 30}, "before 30"),
        ({"sequence_length": 40}, "No window of sequence_length=40"),
        ({"batch_size": 0}, "batch_size"),
        ({"sequence_length": 2.5}, "whole number"),
        ({"targets": np.arange(10), "start_index": 15}, "targets has 10 rows"),
    ],
)
def test_windows_that_make_no_sense(given, words):
    with pytest.raises(ValueError, match=words):
        timeseries_dataset_from_array(
            SERIES, **{"targets": None, "sequence_length": 3, "format": "tf", **given}
        )


def test_fit_takes_windows_as_it_takes_the_arrays():
    data = timeseries_dataset_from_array(
        SERIES / 60, SERIES[:, 0] / 60, sequence_length=3, batch_size=7
    )
    losses = []
    x, y = (np.concatenate(part) for part in zip(*data, strict=True))
    for given in ((data,), (x, y)):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3, 2)), keras.layers.Flatten()])
        model.add(keras.layers.Dense(1))
        model.compile("sgd", "mse")
        fitted = model.fit(*given, epochs=2, batch_size=7, shuffle=False, verbose=0)
        losses.append(fitted.history["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_methods_of_data_sets():
    data = timeseries_dataset_from_array(np.arange(20), None, sequence_length=1, batch_size=4)
    flat = lambda d: [x.ravel().tolist() for x in d]  # noqa: E731
    whole = flat(data)
    assert len(whole) == len(data) == data.cardinality() == 5
    assert flat(data.take(2)) == whole[:2]
    assert flat(data.skip(3)) == whole[3:]
    assert flat(data.skip(1).take(2)) == whole[1:3]
    assert flat(data.take(2).skip(1)) == whole[1:2]
    assert flat(data.take(-1)) == whole
    assert flat(data.map(lambda x: x + 1)) == [[i + 1 for i in row] for row in whole]
    shuffled = flat(data.shuffle(10, seed=1))
    assert shuffled != whole
    assert sorted(shuffled) == whole
    single = timeseries_dataset_from_array(np.arange(20), None, 1, batch_size=None)
    assert flat(single.batch(4)) == whole
    assert flat(single.map(lambda x: x * 2).batch(3, drop_remainder=True))[-1] == [30, 32, 34]
    calls = []
    kept = data.map(lambda x: calls.append(1) or x).cache()
    assert flat(kept) == flat(kept) == whole
    assert len(calls) == 5
    assert data.element_spec.shape == (4, 1)


@pytest.mark.parametrize("shuffle", [False, True])
def test_splits_hold_every_row_once(shuffle):
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    left, right = split_dataset((x, y), left_size=0.7, shuffle=shuffle, seed=3)
    assert (len(left), len(right)) == (7, 3)
    rows = [int(b) for _, b in [*left, *right]]
    assert sorted(rows) == list(range(10))
    assert (rows == list(range(10))) is not shuffle
    assert all(a.tolist() == [2 * b, 2 * b + 1] for a, b in [*left, *right])


def test_splits_of_batches_keep_their_size():
    data = timeseries_dataset_from_array(np.arange(10), np.arange(10), 1, batch_size=4)
    left, right = split_dataset(data, right_size=3)
    assert [y.tolist() for _, y in left] == [[0, 1, 2, 3], [4, 5, 6]]
    assert [y.tolist() for _, y in right] == [[7, 8, 9]]


@pytest.mark.parametrize(
    "sizes",
    [(0.5, None), (None, 0.33), (3, None), (0.2, 0.3), (4, 0.5), (0.999, None), (1.5, None)]
    + [(0, None), (10, None), (0.7, 0.7), (8, 8), ("a", None), (True, None), (-0.1, 0.2)],
)
def test_sizes_of_splits_are_those_of_keras(sizes):
    try:
        expected = _rescale_dataset_split_sizes(*sizes, 10)
    except (ValueError, TypeError) as error:
        with pytest.raises(type(error)):
            split_dataset(np.arange(10), *sizes)
        return
    assert tuple(map(len, split_dataset(np.arange(10), *sizes))) == expected


@pytest.fixture
def sounds(tmp_path):
    for number, name in enumerate(("hum", "tick")):
        (tmp_path / name).mkdir()
        for i in range(3):
            samples = np.arange(10 + i, dtype="int16") * 1000 - 100 * number
            wavfile.write(tmp_path / name / f"{i}.wav", 8000, samples)
    return tmp_path


def test_sounds(sounds):
    data = audio_dataset_from_directory(sounds, batch_size=4, shuffle=False, verbose=False)
    (x, y), (rest, _) = data
    assert data.class_names == ["hum", "tick"]
    assert (x.shape, x.dtype, rest.shape) == ((4, 12, 1), "float32", (2, 12, 1))
    assert y.tolist() == [0, 0, 0, 1]
    assert np.allclose(x[1, :, 0], [*(np.arange(11) * 1000 / 32768), 0])
    given = {"shuffle": False, "verbose": False, "batch_size": 6, "labels": None}
    assert audio_dataset_from_directory(sounds, output_sequence_length=5, **given)[0].shape == (
        6,
        5,
        1,
    )
    assert audio_dataset_from_directory(sounds, sampling_rate=16000, **given)[0].shape[1] == 24
    with pytest.raises(ValueError, match="ragged"):
        audio_dataset_from_directory(sounds, ragged=True)
    (sounds / "hum" / "9.wav").write_bytes(b"RIFFxxxx")
    with pytest.raises(ValueError, match=r"9\.wav can't be read as a WAV sound"):
        list(audio_dataset_from_directory(sounds, **given))
