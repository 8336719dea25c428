"""Data sets give what tf.data gives; the expected elements are TensorFlow 2.21's."""

import itertools
import threading
import time

import numpy as np
import pytest

import kerata as keras
from kerata.data import AUTOTUNE, Dataset, TensorSpec

R = Dataset.range


def shown(element):
    """Write an element with plain lists and numbers."""
    if isinstance(element, tuple):
        return tuple(map(shown, element))
    if isinstance(element, dict):
        return {key: shown(part) for key, part in element.items()}
    return [shown(e) for e in element] if isinstance(element, Dataset) else element.tolist()


def ragged():
    return iter([[1], [2, 3], [4, 5, 6]])


ROWS = TensorSpec([None], "int32")
PIPELINES = {
    "range": (R(2, 9, 3), [2, 5, 8], 3),
    "window": (R(7).window(3, 2, 1), [[0, 1, 2], [2, 3, 4], [4, 5, 6], [6]], 4),
    "window whole": (R(7).window(3, 1, 2, True), [[0, 2, 4], [1, 3, 5], [2, 4, 6]], 3),
    "window apart": (R(10).window(2, 4, 2), [[0, 2], [4, 6], [8]], 3),
    "windows of pairs": (
        Dataset.zip((R(3), R(4, 7)))
        .window(2)
        .flat_map(lambda a, b: Dataset.zip((a.batch(2), b.batch(2)))),
        [([0, 1], [4, 5]), ([2], [6])],
        -2,
    ),
    "slices": (
        Dataset.from_tensor_slices({"a": [1, 2], "b": [[1.0], [3.0]]}),
        [{"a": 1, "b": [1.0]}, {"a": 2, "b": [3.0]}],
        2,
    ),
    "texts": (Dataset.from_tensor_slices(([1, 2], ["x", "y"])), [(1, "x"), (2, "y")], 2),
    "tensors": (Dataset.from_tensors(([1, 2], 3)), [([1, 2], 3)], 1),
    "batch": (R(5).batch(2), [[0, 1], [2, 3], [4]], 3),
    "whole batches": (R(5).batch(2, drop_remainder=True), [[0, 1], [2, 3]], 2),
    "unbatch": (Dataset.from_tensor_slices(np.arange(6).reshape(3, 2)).unbatch(), [*range(6)], 6),
    "padded": (
        Dataset.from_generator(ragged, output_signature=ROWS).padded_batch(2, [4], -1),
        [[[1, -1, -1, -1], [2, 3, -1, -1]], [[4, 5, 6, -1]]],
        -2,
    ),
    "interleave": (
        R(1, 4).interleave(lambda n: Dataset.from_tensors(n).repeat(3), 2, 2),
        [1, 1, 2, 2, 1, 2, 3, 3, 3],
        -2,
    ),
    "flat_map": (R(4).flat_map(lambda n: R(n)), [0, 0, 1, 0, 1, 2], -2),
    "enumerate": (Dataset.from_tensor_slices(["a", "b"]).enumerate(5), [(5, "a"), (6, "b")], 2),
    "concatenate": (R(2).concatenate(R(5, 7)), [0, 1, 5, 6], 4),
    "shard": (R(10).shard(3, 1), [1, 4, 7], 3),
    "skip": (R(5).skip(2).take(-1), [2, 3, 4], 3),
    "skip all": (R(5).skip(-1), [], 0),
    "filter": (R(6).filter(lambda x: x % 2 == 0), [0, 2, 4], -2),
    "repeat": (R(2).repeat(3).batch(4), [[0, 1, 0, 1], [0, 1]], 2),
    "zip": (Dataset.zip({"a": R(2), "b": R(5)}), [{"a": 0, "b": 0}, {"a": 1, "b": 1}], 2),
    "map": (R(2).map(lambda x: {"u": x, "v": [x, x + 1]}), [{"u": 0, "v": (0, 1)}] * 0, 2),
    "map of pairs": (Dataset.zip(R(2), R(2)).map(lambda a, b: a + b), [0, 2], 2),
    "rebatched": (R(4).batch(2).unbatch().batch(3), [[0, 1, 2], [3]], -2),
    "take_while": (R(6).take_while(lambda x: x < 3), [0, 1, 2], -2),
    "unique": (Dataset.from_tensor_slices([1, 2, 1, 3]).unique(), [1, 2, 3], -2),
    "prefetch": (R(3).prefetch(AUTOTUNE), [0, 1, 2], 3),
    "parallel": (R(5).map(lambda x: x * 2, num_parallel_calls=3), [0, 2, 4, 6, 8], 5),
    "cache": (R(3).map(lambda x: x + 1).cache().repeat(2), [1, 2, 3] * 2, 6),
}
PIPELINES["map"] = (PIPELINES["map"][0], [{"u": 0, "v": (0, 1)}, {"u": 1, "v": (1, 2)}], 2)


@pytest.mark.parametrize("name", PIPELINES)
def test_elements_and_lengths_are_those_of_tensorflow(name):
    data, elements, count = PIPELINES[name]
    # An earlier pass changes nothing.
    assert [shown(e) for e in data] == [shown(e) for e in data] == elements
    assert int(data.cardinality()) == count
    if count >= 0:
        assert len(data) == count


@pytest.mark.parametrize(
    ("data", "spec"),
    [
        (R(3).batch(2), "TensorSpec(shape=(None,), dtype=tf.int64, name=None)"),
        (R(3).batch(2, True), "TensorSpec(shape=(2,), dtype=tf.int64, name=None)"),
        (
            Dataset.from_tensor_slices((np.zeros((4, 3), np.float32), ["a"] * 4))
            .batch(2)
            .map(lambda x, t: (x[:, :2], t)),
            "(TensorSpec(shape=(None, 2), dtype=tf.float32, name=None), "
            "TensorSpec(shape=(None,), dtype=tf.string, name=None))",
        ),
        (
            Dataset.from_generator(ragged, output_signature=ROWS).padded_batch(2),
            "TensorSpec(shape=(None, None), dtype=tf.int32, name=None)",
        ),
    ],
)
def test_specs(data, spec):
    assert repr(data.element_spec) == spec


def test_lengths_that_are_not_known_are_refused():
    with pytest.raises(TypeError, match="endless"):
        len(R(3).repeat())
    with pytest.raises(TypeError, match="known only after"):
        len(R(3).filter(lambda x: True))
    assert int(R(3).repeat().cardinality()) == -1
    assert [int(x) for x in R(2).repeat().take(5)] == [0, 1, 0, 1, 0]


def test_shuffling_follows_its_seed_and_stays_within_its_buffer():
    def orders(**options):
        data = R(20).shuffle(5, seed=1, **options)
        return [[int(x) for x in data] for _ in range(2)]

    first, second = orders()
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second
    assert orders() == [first, second]
    assert all(value <= place + 4 for place, value in enumerate(first))
    fixed = orders(reshuffle_each_iteration=False)
    assert fixed[0] == fixed[1] == first
    whole = [int(x) for x in R(1000).shuffle(1000, seed=1)]
    assert np.corrcoef(whole, range(1000))[0, 1] < 0.1


def test_functions_of_the_program_fail_with_their_own_line():
    def wrong(x):
        return x / undefined_name  # noqa: F821

    for data in (R(3).map(wrong), R(3).map(wrong, 2), R(3).map(wrong).prefetch(2)):
        with pytest.raises(NameError) as caught:
            list(data)
        assert caught.traceback[-1].name == "wrong"
        assert "Dataset.map" in caught.value.__notes__[0]


def test_threads_read_ahead_within_bounds_and_end():
    read = []

    def source():
        for i in itertools.count():
            read.append(i)
            yield i

    iterator = iter(Dataset.from_generator(source).prefetch(3))
    assert int(next(iterator)) == 0
    time.sleep(0.3)
    assert len(read) <= 6
    del iterator
    deadline = time.monotonic() + 5
    while any(t.name == "kerata-data" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_cache_in_a_file_is_made_once_and_read_without_pickle(tmp_path):
    made = []

    def note(x, text):
        made.append(1)
        return {"x": x * 2, "t": text}

    texts = np.array(["a", "bc\0", "ä"], object)
    data = Dataset.from_tensor_slices((np.arange(3), texts)).map(note)
    first = [shown(e) for e in data.cache(tmp_path / "kept")]
    again = data.cache(str(tmp_path / "kept"))
    assert [shown(e) for e in again] == first == [shown(e) for e in data]
    assert len(made) == 6
    assert len(again) == 3
    binary = Dataset.from_tensor_slices(np.array([b"a\0", b"\xff"], object))
    list(binary.cache(tmp_path / "binary"))
    assert [shown(e) for e in binary.cache(tmp_path / "binary")] == [b"a\0", b"\xff"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: R(3).batch(0), "Dataset.batch needs a positive integer as batch_size"),
        (lambda: Dataset.from_tensor_slices(([1, 2], [1])), r"\(\(2,\), \(1,\)\)"),
        (lambda: Dataset.from_tensor_slices([[1], [1, 2]]), "rows of different lengths"),
        (lambda: list(Dataset.from_generator(ragged).batch(2)), r"shapes \(1,\) and \(2,\)"),
        (lambda: list(R(2).flat_map(lambda x: x)), "must give a data set"),
        (
            lambda: list(Dataset.from_generator(ragged, output_signature=TensorSpec([1], "int32"))),
            r"Element 1 .* shape \(1,\), got \(2,\)",
        ),
        (lambda: Dataset.list_files("nowhere/*.png"), "no file like nowhere"),
        (lambda: R(3).shard(2, 2), "index from 0 to 1"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises((ValueError, TypeError, OSError), match=words):
        make()


def small_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def test_training_on_batches_of_rows_is_training_on_arrays():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    data = Dataset.from_tensor_slices((x, y))
    by_arrays = small_model()
    expected = by_arrays.fit(
        x, y, batch_size=8, epochs=2, shuffle=False, validation_data=(x, y), verbose=0
    ).history
    for batches in (data.batch(8).prefetch(2), data.batch(8).map(lambda x, y: (x, y))):
        model = small_model()
        history = model.fit(batches, epochs=2, validation_data=batches, verbose=0).history
        for name, values in expected.items():
            np.testing.assert_allclose(history[name], values, rtol=1e-5)
        np.testing.assert_allclose(
            model.predict(batches, verbose=0), by_arrays.predict(x, verbose=0), rtol=1e-5
        )
        np.testing.assert_allclose(
            model.evaluate(batches, verbose=0), by_arrays.evaluate(x, y, verbose=0), rtol=1e-5
        )

    def shuffled(batches):
        model = small_model()
        return model.fit(batches, epochs=3, verbose=0).history["loss"]

    def with_seed():
        return data.shuffle(20, seed=4).batch(8, drop_remainder=True)

    # The order is the data set's own on both ways, and so is what is left out.
    one_by_one = shuffled(with_seed().map(lambda x, y: (x, y)))
    np.testing.assert_allclose(shuffled(with_seed()), one_by_one, rtol=1e-5)
    order = data.shuffle(20, seed=4).batch(8)
    np.testing.assert_allclose(
        small_model().predict(order, verbose=0),
        np.concatenate(
            [small_model().predict(b[0], verbose=0) for b in data.shuffle(20, seed=4).batch(8)]
        ),
        rtol=1e-5,
    )


def test_an_endless_data_set_needs_steps():
    data = Dataset.from_tensor_slices((np.ones((4, 3)), np.ones((4, 1)))).repeat().batch(2)
    with pytest.raises(ValueError, match="never end"):
        small_model().fit(data, verbose=0)
    history = small_model().fit(data, steps_per_epoch=3, epochs=2, verbose=0).history
    assert len(history["loss"]) == 2


def test_data_sets_of_folders_have_the_other_methods_too(tmp_path):
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text(f"so {name}")
    data = keras.utils.text_dataset_from_directory(
        tmp_path, batch_size=1, shuffle=False, verbose=False
    )
    texts = [str(x.numpy()) for x, _ in data.map(lambda x, y: (x, y * 2)).unbatch()]
    assert texts == ["so bad", "so good"]
    assert [int(y.numpy()[0]) for _, y in data.repeat(2).concatenate(data.as_dataset())] == [
        *(0, 1) * 3
    ]
    assert int(data.reduce(0, lambda total, batch: total + batch[1].sum())) == 1
    with pytest.raises(AttributeError, match="no_such"):
        data.no_such()
