"""Functions of a model's own that train, judge and predict from an iterator of batches."""

import warnings

import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.training.batch import GivenBatch
from kerata.training.called_steps import CalledSteps
from kerata.training.chunk import Chunk

X = np.arange(1, 11, dtype="float32")[:, None]
Y = 2 * X


# What was read by each call: its kind, the inputs, how many parts a batch had (0: it was none).
CALLS = []
# What stood in the place of a function when one was made.
MADE = []


@pytest.fixture(autouse=True)
def no_calls():
    CALLS.clear()
    MADE.clear()


def inputs_of(batch):
    return batch[0] if isinstance(batch, tuple) else batch


class Summing(keras.Model):
    """Adds up what it reads in its only weight; says what each call read."""

    wants = None

    def __init__(self):
        super().__init__()
        self.total = self.add_weight(shape=(), initializer="zeros", name="total")
        self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False, name="seen")
        self.built = True

    @property
    def calls(self):
        return CALLS

    def call(self, x):
        return x + self.total

    def _read(self, kind, batches):
        wanted = self.steps_per_execution if self.wants is None else self.wants
        got = []
        for _ in range(wanted):
            try:
                got.append(next(batches))
            except StopIteration:
                if not got or self.wants is not None:
                    raise
                break
        read = [np.ravel(inputs_of(b)).tolist() for b in got]
        CALLS.append((kind, read, [len(b) if isinstance(b, tuple) else 0 for b in got]))
        return [inputs_of(b) for b in got]

    def make_train_function(self, force=False):
        MADE.append(self.train_function)

        def function(state, batches):
            (total,), (seen,), of_optimizer, of_metrics = state
            got = self._read("train", batches)
            total = total + sum(jnp.sum(x) for x in got)
            logs = {"total": total, "batches": len(got)}
            return logs, ([total], [seen + len(got)], of_optimizer, of_metrics)

        self.train_function = function

    def make_test_function(self, force=False):
        def function(state, batches):
            (total,), (seen,), of_metrics = state
            got = self._read("test", batches)
            return {"last": jnp.sum(got[-1])}, ([total], [seen + 100 * len(got)], of_metrics)

        self.test_function = function

    def make_predict_function(self, force=False):
        def function(state, batches):
            (total,), (seen,) = state
            got = self._read("predict", batches)
            outputs = jnp.concatenate([x + total for x in got])
            return outputs, ([total], [seen + 1000 * len(got)])

        self.predict_function = function
        return function


def made(executed=1, wants=None):
    model = Summing()
    model.wants = wants
    model.compile("sgd", steps_per_execution=executed)
    return model


PIECES = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0]]
FIT = {"batch_size": 4, "shuffle": False, "verbose": 0}


def test_a_call_reads_the_batches_of_an_execution():
    model = made(executed=2)
    history = model.fit(X, Y, epochs=2, **FIT).history
    assert model.calls == [
        ("train", PIECES[:2], [2, 2]),
        ("train", PIECES[2:], [2]),
        ("train", PIECES[:2], [2, 2]),
        ("train", PIECES[2:], [2]),
    ]
    # An epoch reports what its last call did.
    assert history == {"total": [55.0, 110.0], "batches": [1, 1]}
    assert (float(model.total), float(model.seen)) == (110.0, 6.0)
    model.calls.clear()
    assert model.evaluate(X, batch_size=4, verbose=0, return_dict=True) == {"last": 19.0}
    assert model.calls == [("test", PIECES[:2], [0, 0]), ("test", PIECES[2:], [0])]
    assert (float(model.total), float(model.seen)) == (110.0, 306.0)
    model.calls.clear()
    outputs = model.predict(X, batch_size=4, verbose=0)
    np.testing.assert_array_equal(outputs, X + 110)
    assert model.calls == [("predict", PIECES[:2], [0, 0]), ("predict", PIECES[2:], [0])]
    assert float(model.seen) == 3306.0


def test_batches_of_a_generator_and_a_given_number_of_steps():
    def batches():
        while True:
            yield from ((X[i : i + 4], Y[i : i + 4]) for i in (0, 4, 8))

    model = made(executed=3)
    feed = batches()
    model.fit(feed, steps_per_epoch=2, epochs=2, verbose=0)
    # A function reads as many as it likes, beyond the two steps that were asked for.
    assert CALLS == [("train", PIECES, [2, 2, 2])] * 2
    CALLS.clear()
    model = made(executed=2)
    model.predict(iter([X[:4], X[4:8], X[8:]]), verbose=0)
    assert model.calls == [("predict", PIECES[:2], [0, 0]), ("predict", PIECES[2:], [0])]


def test_functions_are_made_and_not_kept():
    model = made()
    model.fit(X, Y, epochs=2, **FIT)
    model.fit(X, Y, epochs=1, **FIT)
    assert len(CALLS) == 9
    # What was there before is taken away, so that a function is made and not kept.
    assert set(MADE) == {None}
    assert model.train_function is not None


def test_a_function_that_wants_more_than_there_is_counts_nothing():
    model = made(wants=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = model.fit(X, Y, epochs=1, **FIT).history
    assert [str(w.message) for w in caught] == [
        "The data ended inside Summing.train_step(); what it did with the last batches does not "
        "count."
    ]
    # Of three batches the first two; the report is theirs.
    assert (history, float(model.total)) == ({"total": [36.0], "batches": [2]}, 36.0)
    model = made(wants=4)
    with pytest.raises(ValueError, match=r"^Summing.train_step\(\) wants more batches than the da"):
        model.fit(X, Y, epochs=1, **FIT)
    with pytest.raises(
        ValueError, match=r"^Summing.test_step\(\) wants more batches than the data"
    ):
        model.evaluate(X, batch_size=4, verbose=0)


def test_single_batches_come_as_an_iterator_of_one():
    model = made()
    assert model.train_on_batch(X[:2], Y[:2], return_dict=True)["total"] == 3.0
    assert model.test_on_batch(X[:2], Y[:2], return_dict=True) == {"last": 3.0}
    np.testing.assert_array_equal(model.predict_on_batch(X[:2]), X[:2] + 3)
    # Keras gives all three parts here, None for what is missing, and to predict the inputs alone.
    assert model.calls == [
        ("train", [[1.0, 2.0]], [3]),
        ("test", [[1.0, 2.0]], [3]),
        ("predict", [[1.0, 2.0]], [1]),
    ]


def programs_of(model):
    model.fit(X, Y, epochs=1, **FIT)
    model.calls.clear()
    return model._programs.programs


def test_executions_end_where_they_are_told():
    programs = programs_of(made(executed=2))
    assert isinstance(programs, CalledSteps)
    assert programs.by_executions

    arrays = (jnp.asarray(X), jnp.asarray(Y), None)

    def chunks():
        order = np.arange(10, dtype=np.int32)
        yield Chunk(arrays, order, 2, 3, first=1)
        yield Chunk(arrays, order[::-1], 2, 2)

    found = []
    for chunk in programs.executions(chunks(), None):
        batches = [np.ravel(next(chunk.arrays)[0]).tolist() for _ in range(chunk.steps)]
        found.append((chunk.first, chunk.batch_size, len(chunk.order), batches))
    assert found == [
        (0, 1, 0, [[3.0, 4.0], [5.0, 6.0]]),
        (0, 1, 0, [[10.0, 9.0], [8.0, 7.0]]),
    ]
    # Of three steps, an execution of two and one of one.
    sizes = []
    for chunk in programs.executions(chunks(), 3):
        sizes.append(chunk.steps)
        for _ in range(chunk.steps):
            next(chunk.arrays)
    assert sizes == [2, 1]
    # A training that is taken up again passes over what was done, and says so.
    sizes = []
    for chunk in programs.executions(chunks(), 4, 3):
        sizes.append((chunk.first, chunk.steps))
        if len(sizes) > 1:
            assert np.ravel(next(chunk.arrays)[0]).tolist() == [8.0, 7.0]
    assert sizes == [(0, 3), (0, 1)]


def test_predictions_end_where_they_are_told():
    programs = programs_of(made(executed=2))
    given = [X[:2], GivenBatch(X[2:4], Y[2:4], None, 2), X[4:6], X[6:8]]
    for total, steps in ((None, [2, 2]), (3, [2, 2]), (2, [2]), (1, [2])):
        found = []
        for waiting, feed in programs.predictions(iter(given), total):
            found.append(waiting)
            for _ in range(waiting):
                batch = next(feed)
                assert isinstance(inputs_of(batch), jnp.ndarray)
        assert found == steps
    waiting, feed = next(programs.predictions(iter(given), None))
    assert [type(next(feed)) for _ in range(2)] == [type(jnp.zeros(1)), tuple]


def test_a_batch_of_one_row_is_enough_to_look_at_a_step():
    shapes = []

    class Alone(keras.Model):
        """A step of data alone, as TensorFlow's users write it, builds what it uses."""

        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(1, use_bias=False)

        def train_step(self, data):
            shapes.append(np.shape(data[0]))
            self.inner(data[0])
            return {"rows": jnp.zeros(()) + len(data[0])}

        def call(self, x):
            return self.inner(x)

    for rows, looked in ((1, 1), (10, 10), (40, 32)):
        shapes.clear()
        model = Alone()
        model.compile("sgd")
        x = np.ones((rows, 2), "float32")
        history = model.fit(x, x, batch_size=rows, epochs=1, verbose=0).history
        assert history == {"rows": [rows]}
        assert shapes[0] == (looked, 2)
        assert {shape[0] for shape in shapes} == {looked, rows}
        assert model.inner.built
