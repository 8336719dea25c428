"""Batches that somebody else makes: same results as arrays, in few calls, clear mistakes."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import kerata as keras
from kerata import layers

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 4)).astype("float32")
Y = rng.integers(0, 3, 90).astype("int32")
W = rng.random(90).astype("float32")


def network(dropout=0.3, **more):
    keras.utils.set_random_seed(1)
    stack = [keras.Input((4,)), layers.Dense(5, "relu"), layers.Dropout(dropout), layers.Dense(3)]
    model = keras.Sequential(stack)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], **more)
    return model


def fit(data, y=None, **args):
    model = network()
    keras.utils.set_random_seed(2)
    history = model.fit(data, y, **{"epochs": 2, "verbose": 0, "shuffle": False, **args}).history
    return history, [w.tolist() for w in model.get_weights()]


def close(found, expected):
    for name in expected[0]:
        np.testing.assert_allclose(found[0][name], expected[0][name], rtol=1e-5)
    for a, b in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def parts(*arrays, size=8):
    for start in range(0, len(arrays[0]), size):
        batch = tuple(a[start : start + size] for a in arrays)
        yield batch if len(batch) > 1 else batch[0]


class Loader:
    """Batches as often as one likes, of unknown number."""

    def __init__(self, *arrays, size=8, wrap=tuple, pause=0.0):
        self.arrays, self.size, self.wrap, self.pause = arrays, size, wrap, pause
        self.begun = 0

    def __iter__(self):
        self.begun += 1
        for batch in parts(*self.arrays, size=self.size):
            time.sleep(self.pause)
            yield self.wrap(batch) if isinstance(batch, tuple) else batch


class Batches(keras.utils.PyDataset):
    def __init__(self, **more):
        super().__init__(**more)
        self.events = []

    def __len__(self):
        return 12

    def __getitem__(self, i):
        self.events.append(i)
        return X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8]

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


class TorchTensor:
    """What torch's tensors have, as far as it matters."""

    def __init__(self, array):
        self.array, self.shape = array, array.shape

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.array

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        raise AssertionError("a tensor is rows, not batches")


class TensorFlowTensor(TorchTensor):
    detach = cpu = None

    def __init__(self, array):
        super().__init__(array)
        del self.__dict__["array"]
        self._array = array

    def __getattribute__(self, name):
        if name in ("detach", "cpu"):
            raise AttributeError(name)
        return super().__getattribute__(name)

    def numpy(self):
        return self._array


class TensorFlowData(Loader):
    """A re-iterable with a length that may be unknown, as ``tf.data.Dataset`` is."""

    def __init__(self, *arrays, cardinality=12):
        super().__init__(*arrays, wrap=lambda b: tuple(map(TensorFlowTensor, b)))
        self._cardinality = cardinality

    def cardinality(self):
        return np.int64(self._cardinality)

    def __len__(self):
        if self._cardinality < 0:
            raise TypeError("The dataset length is unknown.")
        return self._cardinality

    def as_numpy_iterator(self):
        return parts(*self.arrays)


SOURCES = {
    "iterable": lambda: Loader(X, Y),
    "lists": lambda: Loader(X, Y, wrap=list),
    "slow": lambda: Loader(X, Y, pause=0.004),
    "PyDataset": Batches,
    "workers": lambda: Batches(workers=3, max_queue_size=4),
    "torch": lambda: Loader(X, Y, wrap=lambda b: [TorchTensor(a) for a in b]),
    "tf.data": lambda: TensorFlowData(X, Y),
    "tf.data, unknown": lambda: TensorFlowData(X, Y, cardinality=-2),
    "float64": lambda: Loader(X.astype("float64"), Y.astype("int64")),
}


@pytest.mark.only_cases("PyDataset", "workers", "tf.data")
@pytest.mark.parametrize("kind", list(SOURCES))
def test_same_result_as_arrays(kind):
    expected = fit(X, Y, batch_size=8, validation_data=(X[:40], Y[:40]))
    close(fit(SOURCES[kind](), validation_data=(X[:40], Y[:40])), expected)


@pytest.mark.parametrize("kind", list(SOURCES))
def test_evaluate_and_predict(kind):
    model = network()
    expected = model.evaluate(X, Y, batch_size=8, verbose=0)
    np.testing.assert_allclose(model.evaluate(SOURCES[kind](), verbose=0), expected, rtol=1e-5)
    outputs = model.predict(SOURCES[kind](), verbose=0)
    np.testing.assert_allclose(outputs, model.predict(X, verbose=0), rtol=1e-4, atol=1e-6)


@pytest.mark.only_cases("7")
@pytest.mark.parametrize("size", [1, 7, 30, 45, 90, 100])
def test_all_batch_sizes(size):
    close(fit(Loader(X, Y, size=size)), fit(X, Y, batch_size=size))


def test_weights_in_the_batches_and_of_classes():
    expected = fit(X, Y, batch_size=8, sample_weight=W, class_weight={0: 2.0, 1: 0.5})
    close(fit(Loader(X, Y, W), class_weight={0: 2.0, 1: 0.5}), expected)


def test_validation_batches():
    found = fit(Loader(X, Y), validation_data=Loader(X[:40], Y[:40], W[:40], size=20))
    expected = fit(X, Y, batch_size=8, validation_data=(X[:40], Y[:40], W[:40]))
    close(found, expected)


@pytest.mark.slow
def test_speed_of_the_source_does_not_change_a_bit():
    assert fit(Loader(X, Y)) == fit(Loader(X, Y, pause=0.01))


@pytest.mark.slow
def test_many_batches_go_into_one_call(monkeypatch):
    calls = []
    model = network()
    model.fit(X, Y, batch_size=8, verbose=0)
    programs = model._programs.programs
    train = programs.train
    monkeypatch.setattr(
        programs, "train", lambda *a, **k: (calls.append(a[4] - a[3]), train(*a, **k))[1]
    )
    model.fit(Loader(X, Y), verbose=0, epochs=3)
    assert sum(calls) == 36
    assert len(calls) <= 9


def test_arrays_that_the_source_uses_again():
    def reusing():
        x, y = np.empty((10, 4), "float32"), np.empty(10, "int32")
        for start in range(0, 90, 10):
            x[:], y[:] = X[start : start + 10], Y[start : start + 10]
            yield x, y

    close(fit(reusing(), epochs=1), fit(X, Y, batch_size=10, epochs=1))


def test_tensors_are_rows():
    tensors = TorchTensor(X), TorchTensor(Y)
    assert fit(*tensors, batch_size=8) == fit(X, Y, batch_size=8)


def test_batches_of_different_widths_where_the_model_allows_it():
    def make():
        keras.utils.set_random_seed(1)
        stack = [layers.Embedding(9, 3), layers.GlobalAveragePooling1D(), layers.Dense(1)]
        model = keras.Sequential([keras.Input((None,), dtype="int32"), *stack])
        model.compile("adam", "mse")
        return model

    rows = [(rng.integers(0, 9, (6, w)), np.ones((6, 1))) for w in (4, 7, 4, 4, 5, 7)]
    found, expected = make(), make()
    found.fit((b for b in rows), verbose=0)
    for x, y in rows:
        expected.train_on_batch(x, y)
    for a, b in zip(found.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


# Epochs --------------------------------------------------------------------------------------


def endless():
    while True:
        yield from parts(X, Y, size=10)


def test_endless_generators_go_on_where_they_were():
    source = endless()
    network().fit(source, steps_per_epoch=6, epochs=2, verbose=0)
    np.testing.assert_array_equal(next(source)[0], X[30:40])


def test_data_that_could_start_anew_go_on_as_well():
    seen = []

    class Recorded(Loader):
        def __iter__(self):
            for batch in parts(X, Y, size=10):
                seen.append(batch[0][0, 0])
                yield batch

    network().fit(Recorded(), steps_per_epoch=6, epochs=3, verbose=0)
    assert seen == [X[10 * (i % 9), 0] for i in range(18)]


def test_no_threads_are_left():
    before = threading.active_count()
    model = network()
    model.fit(Batches(workers=3), steps_per_epoch=5, epochs=2, verbose=0)
    assert threading.active_count() <= before


def test_validation_starts_anew():
    data = Loader(X, Y)
    found = fit(X, Y, validation_data=data, validation_steps=3)
    close(found, fit(X, Y, validation_data=(X[:24], Y[:24]), validation_batch_size=8))


def test_an_iterable_is_begun_once_an_epoch():
    data = Loader(X, Y)
    fit(data, epochs=3)
    assert data.begun == 3


def test_hooks_of_a_data_set():
    data = Batches()
    fit(data, shuffle=False)
    assert data.events == [0, *(["begin", *range(12), "end"] * 2)]


@pytest.mark.parametrize("steps", [None, 5])
def test_shuffled_data_sets_follow_the_seed(steps):
    def order():
        data = Batches()
        fit(data, shuffle=True, steps_per_epoch=steps, epochs=3)
        # The very first one is a look at the data.
        return [e for e in data.events[1:] if isinstance(e, int)][:15]

    first = order()
    assert first == order()
    assert sorted(first[:12]) == list(range(12))
    assert first[:12] != list(range(12))


def test_endless_sources_need_a_number_of_steps():
    class Endless(Batches):
        num_batches = None

    for data in (Endless(), TensorFlowData(X, Y, cardinality=-1)):
        with pytest.raises(ValueError, match="steps_per_epoch= in fit"):
            network().fit(data, verbose=0)
        network().fit(data, steps_per_epoch=3, verbose=0)


def test_a_generator_without_batches_is_refused():
    with pytest.raises(ValueError, match="yielded no batches"):
        fit(iter([]), epochs=2)


def test_an_epoch_at_the_end_of_a_generator_reports_the_one_before():
    steps = sum(1 for _ in parts(X, Y))
    with pytest.warns(UserWarning, match="ended after 0 batches"):
        history, _ = fit(parts(X, Y), epochs=2, steps_per_epoch=steps)
    assert history["loss"][1] == history["loss"][0]


def test_steps_are_known_from_the_second_epoch_on(capsys):
    network().fit(Loader(X, Y), epochs=2, verbose=2)
    assert capsys.readouterr().out.count("12/12") == 2


def test_an_unknown_length_shows_a_bar(capsys):
    network().fit(Loader(X, Y), epochs=1, verbose=1)
    assert "12/12" in capsys.readouterr().out


# Mistakes ------------------------------------------------------------------------------------


def broken(bad, at=4):
    for i, batch in enumerate(parts(X, Y, size=10)):
        yield bad if i == at else batch


MISTAKES = {
    "width": ((X[:10, :3], Y[:10]), r"Batch 4 .*\(None, 3\)"),
    "empty": ((X[:0], Y[:0]), "Batch 4 .*no rows"),
    "text": ((np.array([["a"] * 4] * 10), Y[:10]), "Batch 4 .*text"),
    "lengths": ((X[:10], Y[:9]), "Batch 4 .*10 rows but y has 9"),
    "ragged": (([[1, 2, 3, 4], [1]], Y[:2]), "Batch 4 .*ragged"),
    "no targets": (X[:10], "Batch 4 .*x alone .* but the first one was"),
    "several parts": ((X, Y, W, W), "Batch 4 .*of 4 elements"),
    "label": ((X[:10], Y[:10] + 5), "Batch 4 .*Label"),
    "nan": ((X[:10] * np.nan, Y[:10]), "Batch 4 .*NaN"),
    "nothing": (None, "Batch 4 .*None"),
}


@pytest.mark.parametrize("kind", list(MISTAKES))
def test_wrong_batches_are_named(kind):
    bad, text = MISTAKES[kind]
    with pytest.raises((ValueError, TypeError), match=text) as caught:
        network().fit(broken(bad), verbose=0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize("kind", ["generator", "PyDataset", "workers"])
def test_errors_of_the_user_arrive_as_they_are(kind, at):
    class Mine(Exception):
        pass

    class Broken(Batches):
        def __getitem__(self, i):
            if i == at:
                raise Mine("disk on fire")
            return super().__getitem__(i)

    def generate():
        for i, batch in enumerate(parts(X, Y)):
            if i == at:
                raise Mine("disk on fire")
            yield batch

    sources = {"generator": generate, "PyDataset": Broken, "workers": lambda: Broken(workers=3)}
    steps = []
    count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: steps.append(b))
    with pytest.raises(Mine, match="disk on fire") as caught:
        network().fit(sources[kind](), verbose=0, shuffle=False, callbacks=[count])
    assert str(caught.value) == "disk on fire"
    assert any(f"batch {at} of the data" in note for note in caught.value.__notes__)
    assert steps == list(range(at))
    assert not [t for t in threading.enumerate() if t.name.startswith("kerata-gather")]


@pytest.mark.parametrize("batches", [[(X[:0], Y[:0])], []], ids=["no rows", "no batches"])
def test_no_batches_at_all(batches):
    with pytest.raises(ValueError, match=r"no (rows|batches); give at least one"):
        network().fit(iter(batches), verbose=0)


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_ctrl_c_while_waiting_for_a_generator_that_hangs():
    hang = threading.Event()

    def hanging():
        yield from parts(X, Y)
        os.kill(os.getpid(), signal.SIGINT)
        hang.wait(30)

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        network().fit(hanging(), verbose=0)
    assert time.monotonic() - begin < 20
    hang.set()
