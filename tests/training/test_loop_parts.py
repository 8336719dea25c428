"""Parts of the training loop on their own: exact bounds, orders, sentences and presses."""

import contextlib
import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import kerata as keras
from kerata.data import Dataset
from kerata.training import batch_hooks, epochs as epochs_module, loop, prediction
from kerata.training.arguments import (
    check_fit,
    check_shuffle,
    validation_epochs,
    validation_parts,
    verbosity,
)
from kerata.training.batch_hooks import BatchHooks, step_ranges
from kerata.training.chunk import Chunk
from kerata.training.compiled_steps import plain_number
from kerata.training.data_adapter import ArrayData
from kerata.training.dataset_rows import rows_of_dataset
from kerata.training.epochs import ROOM, EpochGroups
from kerata.training.given_steps import GivenSteps, first_steps
from kerata.training.interrupt import (
    counted_interrupts,
    deferred_interrupt,
    on_press,
    seen_presses,
    uninterrupted,
)
from kerata.training.nested_outputs import Outputs
from kerata.training.objective import Objective
from kerata.training.out_of_core import RUN_BYTES
from kerata.training.signed import Signed
from kerata.training.sparse import can_be_bags


def rows_of(count):
    return ArrayData(np.arange(count, dtype="float32")[:, None], None, None, count)


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    return now


# Calls of several steps -----------------------------------------------------------------------


def ranges_of(clock, seconds, steps, start=0, **paces):
    agreed = []
    placement = SimpleNamespace(agree=lambda size: (agreed.append(size), size)[1])
    programs = SimpleNamespace(paces=paces, placement=placement)
    found = []
    for first, stop in step_ranges(programs, start, steps, "train"):
        found.append((first, stop))
        clock[0] += seconds * (stop - first)
    assert len(agreed) == len(found)
    return found, programs.paces


def test_calls_last_half_a_second(clock):
    # The first call compiles; the second tells the pace; a rest of a fifth is no call of its own.
    found, paces = ranges_of(clock, 0.125, 7)
    assert (found, paces) == ([(0, 1), (1, 2), (2, 6), (6, 7)], {"train": 0.125})
    found, paces = ranges_of(clock, 0.0625, 12)
    assert (found, paces) == ([(0, 1), (1, 2), (2, 10), (10, 12)], {"train": 0.0625})
    assert ranges_of(clock, 0.0625, 11, train=0.0625)[0] == [(0, 8), (8, 11)]
    assert ranges_of(clock, 0.0625, 9, train=0.0625)[0] == [(0, 9)]
    assert ranges_of(clock, 1.0, 4, train=0.0625) == ([(0, 4)], {"train": 1.0})
    assert ranges_of(clock, 2.0, 3, train=2.0)[0] == [(0, 1), (1, 2), (2, 3)]
    # Paces of evaluations are others.
    assert ranges_of(clock, 0.125, 2, test=0.125)[0] == [(0, 1), (1, 2)]
    assert ranges_of(clock, 0.125, 1) == ([(0, 1)], {})
    assert ranges_of(clock, 0.125, 5, start=3) == ([(3, 4), (4, 5)], {"train": 0.125})
    assert ranges_of(clock, 0.125, 3, start=3) == ([], {})


def test_hooks_are_called_once_an_execution():
    def hooks(size, wanted=True):
        said = []
        both = said.append, lambda n, logs: said.append((n, logs))
        return BatchHooks(*both, size, wanted), said

    made, _ = hooks(3)
    assert list(made.bounds(0, 0, 7)) == [(0, 3), (3, 6), (6, 7)]
    # Seven steps of the epoch were made before: the execution that runs ends after two more.
    assert list(made.bounds(7, 0, 7)) == [(0, 2), (2, 5), (5, 7)]
    assert list(made.bounds(6, 1, 2)) == [(1, 2)]
    made, said = hooks(3)
    for step in range(1, 6):
        made.before(step - 1)
        made.after(step, {"step": step}, last=step == 5)
    assert said == [0, (2, {"step": 3}), 3, (5, {"step": 5})]
    made.after(6, {})
    assert len(said) == 4
    made, said = hooks(1, wanted=False)
    made.before(0)
    made.after(1, {})
    assert said == []


def grouped(monkeypatch, clock, seconds, epochs, first=0.0):
    """Train in groups that take so many seconds an epoch; give their sizes and what was told."""
    groups = EpochGroups(
        SimpleNamespace(named_row=lambda row, validated: {"loss": float(row), "v": validated}),
        *(rows_of(3), None, (2, 2), False),
    )
    sizes, told, checked = [], [], []

    def run(self, orders, seeds, size, bounds=None):
        assert (orders.shape, len(seeds)) == ((ROOM, 3), ROOM)
        sizes.append(size)
        clock[0] += seconds * size + (first if len(sizes) == 1 else 0)
        return np.arange(size)

    monkeypatch.setattr(EpochGroups, "_run", run)
    monkeypatch.setattr(EpochGroups, "_in_chunks", lambda self, o, s, check: run(self, o, s, 1))
    logs = groups.train(epochs, lambda n, logs: told.append((n, logs)), lambda: checked.append(1))
    assert [n for n, _ in told] == list(epochs)
    assert len(checked) == len(sizes)
    assert logs == (told[-1][1] if told else {})
    return sizes


def test_groups_of_epochs_last_half_a_second(monkeypatch, clock):
    # The first one compiles, the second tells the pace.
    assert grouped(monkeypatch, clock, 0.125, range(2, 13), first=9.0) == [1, 1, 4, 4, 1]
    assert grouped(monkeypatch, clock, 0.0625, range(10)) == [1, 1, 8]
    # There is room for 64.
    assert grouped(monkeypatch, clock, 2**-12, range(140)) == [1, 1, 64, 64, 10]
    assert grouped(monkeypatch, clock, 0.75, range(3)) == [1, 1, 1]
    assert grouped(monkeypatch, clock, 0.75, range(0)) == []
    assert (epochs_module.GROUP_SECONDS, batch_hooks.CALL_SECONDS) == (0.5, 0.5)


# Epochs of given steps ------------------------------------------------------------------------


def pieces(data, check=lambda: None):
    with data.epoch(check) as chunks:
        return [(c.first, c.steps, c.order[c.first * 2 : c.steps * 2].tolist()) for c in chunks]


def test_epochs_of_given_steps_go_on_where_the_last_one_ended():
    data = GivenSteps(rows_of(7), 3, 2, False)
    assert (data.count, data.peek().count) == (7, 7)
    assert pieces(data) == [(0, 3, [0, 1, 2, 3, 4, 5])]
    # One step is left of the pass.
    with pytest.warns(UserWarning, match=r"^The data ended after 1 batches, but 3 steps were"):
        assert pieces(data) == [(3, 4, [6])]
    assert pieces(data) == [(0, 3, [0, 1, 2, 3, 4, 5])]
    data.close()
    data = GivenSteps(rows_of(8), 2, 2, True)
    one, two, three = pieces(data), pieces(data), pieces(data)
    assert [p[0][:2] for p in (one, two, three)] == [(0, 2), (2, 4), (0, 2)]
    assert sorted(one[0][2] + two[0][2]) == list(range(8))
    # Each pass has an order of its own, which a training that is taken up again finds.
    assert one != three
    again = GivenSteps(rows_of(8), 2, 2, True)
    again._seeds.seed = data._seeds.seed
    again.skip(1)
    assert pieces(again) == two
    assert pieces(again) == three
    again.skip(2)
    assert (again._pass, again._place) == (2, 2)


def test_passes_of_several_chunks_are_walked_through():
    class Stored:
        """Rows that come in chunks of three steps, two and one."""

        count = 12

        @contextlib.contextmanager
        def epoch(self, check, ahead):
            opened.append(ahead)
            yield iter([Chunk((), np.arange(12), 2, steps) for steps in (3, 2, 1)])
            opened.append("closed")

        def peek(self):
            return "some"

    opened = []
    data = GivenSteps(Stored(), 4, 2, False)
    assert data.peek() == "some"

    def steps():
        with data.epoch(lambda: None, False) as chunks:
            return [(c.first, c.steps) for c in chunks]

    assert steps() == [(0, 3), (0, 1)]
    with pytest.warns(UserWarning, match="after 2 batches, but 4 steps"):
        assert steps() == [(1, 2), (0, 1)]
    assert opened == [False]
    assert steps() == [(0, 3), (0, 1)]
    assert opened == [False, "closed", False]


def test_rows_of_the_first_steps(recwarn):
    data = rows_of(7)
    assert first_steps(data, 2, 3).count == 6
    assert first_steps(data, 3, 3) is data
    assert first_steps(data, 7, 1) is data
    assert not recwarn.list
    with pytest.warns(UserWarning, match=r"^The data ended after 3 batches, but 4 steps were ask"):
        assert first_steps(data, 4, 3) is data
    stored = SimpleNamespace(count=7, first_rows=lambda rows: ("first", rows))
    assert first_steps(stored, 2, 3) == ("first", 6)


# The loop -------------------------------------------------------------------------------------


def test_chunks_are_placed_with_the_rows_that_are_filled(monkeypatch):
    placed = SimpleNamespace(data=lambda arrays, filled: (arrays, filled))
    monkeypatch.setattr(loop, "current_placement", lambda: placed)
    order = np.arange(7)
    for chunk, filled in ((Chunk("x", order, 3, 2), 6), (Chunk("x", order, 3, 3), 7)):
        assert loop._on_device(chunk).arrays == ("x", filled)
    assert loop._steps(rows_of(7), 3) == 3
    assert loop._steps(SimpleNamespace(steps=5), 3) == 5


def test_a_loss_that_is_no_number_ends_training():
    for loss in (1.0, None, np.zeros(2), "?"):
        loop._check_loss(loss, 0, 1)
    for loss, said in ((float("nan"), "became nan in epoch 3 of 9"), (float("inf"), "became inf")):
        with pytest.raises(FloatingPointError, match=said):
            loop._check_loss(loss, 2, 9)


def test_a_training_that_is_taken_up_again_passes_over_what_was_done():
    skipped = []

    class Rows(GivenSteps):
        def __init__(self, name):
            self.name = name

        def skip(self, epochs):
            skipped.append((self.name, epochs))

    plan = loop.Plan(Rows("data"), 2, 9, 1, False, None, 2, lambda epoch: epoch % 2 == 1)
    start = loop.Start(plan)
    assert (start.epoch, start.step) == (1, 0)
    start.move(4, 3)
    assert (start.epoch, start.step, skipped) == (4, 3, [("data", 3)])
    plan.data, plan.validation = rows_of(3), object.__new__(loop.OutOfCoreData)
    plan.validation.skip = lambda epochs: skipped.append(("validation", epochs))
    start = loop.Start(plan)
    start.move(6, 0)
    # Epochs 1, 3 and 5 were validated.
    assert skipped[1:] == [("validation", 3)]


def linear():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture(scope="module")
def fitted():
    model = linear()
    x = np.arange(6, dtype="float32")[:, None]
    model.fit(x, x, batch_size=3, epochs=1, verbose=0)
    return model, x


def test_only_a_training_leaves_a_history(fitted):
    model, x = fitted
    before = model.history
    assert list(before.history) == ["loss"]
    model.evaluate(x, x, verbose=0)
    model.predict(x, verbose=0)
    assert model.history is before


def test_callbacks_end_an_evaluation_and_a_prediction(fitted):
    model, x = fitted
    seen = []

    class Ends(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append(("test", batch, logs["loss"]))
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            seen.append(("predict", batch, logs["outputs"].shape))
            self.model.stop_predicting = batch == 1

    weight, bias = (float(np.ravel(w)[0]) for w in model.get_weights())
    expected = np.mean((x[:4] * weight + bias - x[:4]) ** 2)
    found = model.evaluate(x, x, batch_size=2, verbose=0, callbacks=[Ends()])
    assert found == pytest.approx(expected, rel=1e-5)
    outputs = model.predict(x, batch_size=2, verbose=0, callbacks=[Ends()])
    np.testing.assert_allclose(outputs, x[:4] * weight + bias, rtol=1e-6)
    assert [s[:2] for s in seen] == [("test", 0), ("test", 1), ("predict", 0), ("predict", 1)]
    assert seen[2][2] == (2, 1)
    # What ended once does not end what comes after.
    assert len(model.predict(x, batch_size=2, verbose=0)) == 6


def test_a_last_execution_that_is_cut_short_is_told_too():
    told = []

    class Told(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            told.append(("train", batch))

        def on_test_batch_end(self, batch, logs=None):
            told.append(("test", batch))

        def on_predict_batch_end(self, batch, logs=None):
            told.append(("predict", batch, len(logs["outputs"])))

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=3)
    x = np.ones((8, 1), "float32")
    given = {"batch_size": 2, "verbose": 0, "callbacks": [Told()]}
    model.fit(x, x, **given)
    model.evaluate(x, x, **given)
    model.predict(x, **given)
    assert told == [
        *(("train", 2), ("train", 5), ("test", 2), ("test", 5)),
        *(("predict", 2, 6), ("predict", 5, 2)),
    ]


def test_there_is_room_for_more_epochs_than_rows(fitted, monkeypatch):
    monkeypatch.setattr(epochs_module, "GROUP_SECONDS", 1e9)
    model, x = fitted
    history = model.fit(x[:3], x[:3], epochs=9, batch_size=3, verbose=0).history["loss"]
    assert len(history) == 9
    assert all(type(loss) is float and loss > 0 for loss in history)


def test_results_are_plain_numbers_or_arrays():
    assert type(plain_number(np.float32(2))) is float
    assert type(plain_number(np.zeros(()))) is float
    assert isinstance(plain_number(np.zeros(1)), np.ndarray)
    assert isinstance(plain_number([1.0, 2.0]), np.ndarray)
    assert can_be_bags(np.ones(2))
    # Which rows are read together, and so their order, follows from the length of runs.
    assert RUN_BYTES == 262144


def test_data_that_yield_nothing_are_refused(fitted):
    model, _ = fitted
    for call in (model.fit, model.evaluate, model.predict):
        with pytest.raises(ValueError, match="The data yielded no batches; give at least one"):
            call(iter([]), verbose=0)
    with pytest.raises(ValueError, match=r"^fit\(\) needs data: fit\(x, y\) with arrays, or fit"):
        model.fit()
    with pytest.raises(RuntimeError, match=r"is not compiled\. Before fit\(\), call"):
        keras.Sequential([keras.layers.Dense(1)]).train_on_batch(np.ones((2, 1)), np.ones((2, 1)))
    with pytest.raises(RuntimeError, match=r"is not compiled\. Before fit"):
        keras.Sequential([keras.layers.Dense(1)]).fit(np.ones((2, 1)), np.ones((2, 1)))


def test_how_many_rows_are_a_step_of_a_prediction():
    chosen = prediction.chosen_batch
    assert chosen(rows_of(7), None, None, 512) == 7
    assert chosen(rows_of(700), None, None, 512) == 512
    assert chosen(rows_of(7), 3, None, 512) == 3
    assert chosen(rows_of(7), 9, 2, 512) == 7
    assert chosen(rows_of(7), None, 2, 512) == 4
    assert chosen(rows_of(8), None, 2, 512) == 4
    assert [prediction._padded(n) for n in (1, 2, 3, 4, 5, 8, 9)] == [1, 2, 4, 4, 8, 8, 16]
    padded = prediction._pad(np.array([[1, 2], [3, 4]]), 4)
    assert padded.tolist() == [[1, 2], [3, 4], [3, 4], [3, 4]]


# Programs that still serve --------------------------------------------------------------------


def test_programs_serve_as_long_as_nothing_changed():
    layer, other = keras.layers.Dropout(0.5), keras.layers.Dropout(0.5)
    signed = Signed(SimpleNamespace(), "key", (layer, None))
    assert signed.serve("key", (layer, None))
    assert not signed.serve("other key", (layer, None))
    # Another object is other programs, whatever it holds.
    assert not signed.serve("key", (other, None))
    layer.noise_shape = (None, 1)
    assert not signed.serve("key", (layer, None))
    layer.noise_shape = None
    assert signed.serve("key", (layer, None))
    layer.seed_generator.name = "another"
    first = signed.signature
    assert signed.serve("key", (layer, None))
    assert signed.serve("key", (layer, None))
    assert first is not None


def test_what_changes_while_programs_are_traced_belongs_to_them():
    layer = keras.layers.Dropout(0.5)
    signed = Signed(SimpleNamespace(), "key", (layer,))
    with signed.programs.tracing():
        layer.noise_shape = (None, 1)
    assert signed.serve("key", (layer,))
    layer.noise_shape = (None, 2)
    # Traced anew for another state: what was traced before no longer fits it.
    with signed.programs.tracing():
        pass
    assert signed.signature is None
    assert not signed.serve("key", (layer,))
    with signed.programs.tracing():
        pass
    assert not signed.serve("key", (layer,))


# Rows of data sets ----------------------------------------------------------------------------


def rows_behind(data, **options):
    defaults = {"weigh": None, "as_given": False, "trains": True}
    return rows_of_dataset(data, 1, **defaults | options)


X = np.arange(14, dtype="float32").reshape(7, 2)


def test_batches_of_arrays_in_memory_are_rows():
    sliced = Dataset.from_tensor_slices((X, X[:, 0])).batch(3)
    rows = rows_behind(sliced)
    assert (rows.batch_size, rows.count, rows.steps, rows.peek().count) == (3, 7, 3, 7)
    rows = rows_behind(Dataset.from_tensor_slices((X, X[:, 0])).batch(3, drop_remainder=True))
    assert (rows.count, rows.steps) == (6, 2)
    assert rows_behind(Dataset.from_tensor_slices(X).batch(9)).batch_size == 7
    assert rows_behind(Dataset.from_tensor_slices(X).batch(9, drop_remainder=True)) is None
    assert rows_behind(Dataset.from_tensor_slices((X, X, X, X)).batch(3)) is None
    assert rows_behind([(X, X)]) is None
    assert rows_behind(Dataset.from_tensor_slices(X).batch(3).map(lambda x: x)) is None
    # Steps of a model's own get as many parts as there were.
    assert rows_behind(sliced, as_given=True).data.parts == 2
    assert rows_behind(Dataset.from_tensor_slices(X).batch(3), as_given=True).data.parts is None
    only = rows_behind(sliced, only_x=True).data
    assert (only.y, only.sample_weight) == (None, None)
    weighed = rows_behind(sliced, weigh=lambda data: ArrayData(data.x, data.y, "weights", 7))
    assert weighed.data.sample_weight == "weights"


def test_rows_that_follow_each_other_stay_where_they_are():
    def chunk(rows):
        with rows.epoch() as chunks:
            (found,) = chunks
            return np.asarray(found.arrays[0])[:, 0].tolist(), found.order.tolist(), found.steps

    plain = Dataset.from_tensor_slices(X)
    assert chunk(rows_behind(plain.batch(3), trains=False)) == (
        *([0, 2, 4, 6, 8, 10, 12], list(range(7)), 3),
    )
    shuffled = plain.shuffle(7, seed=1, reshuffle_each_iteration=False).batch(3)
    gathered, order, _ = chunk(rows_behind(shuffled, trains=False))
    # To be judged, rows are put into their order; in training they are gathered by numbers.
    assert order == list(range(7))
    assert sorted(gathered) == [0, 2, 4, 6, 8, 10, 12] != gathered
    placed, numbers, _ = chunk(rows_behind(shuffled, trains=True))
    assert placed == [0, 2, 4, 6, 8, 10, 12]
    assert [placed[n] for n in numbers] == gathered
    anew = plain.shuffle(7, seed=1).batch(3)
    first, second = rows_behind(anew), rows_behind(plain.shuffle(7, seed=1).batch(3))
    orders = [chunk(first)[1] for _ in range(3)]
    second.skip(2)
    assert chunk(second)[1] == orders[2] != orders[1]


# Arguments ------------------------------------------------------------------------------------


def test_arguments_at_their_borders():
    assert [verbosity(v) for v in ("auto", True, False, 0, 1, 2)] == [1, 1, 0, 0, 1, 2]
    for verbose in (3, -1, "yes", None):
        with pytest.raises(ValueError, match=r"verbose must be 0 \(silent\), 1"):
            verbosity(verbose)
    assert [check_shuffle(s) for s in (True, False, None, "batch", 1)] == [
        *(True, False, False, "batch", True),
    ]
    with pytest.raises(ValueError, match="shuffle must be True, False or 'batch', got 'rows'"):
        check_shuffle("rows")
    check_fit(0, None, 0, 1)
    check_fit(1, 1, 1, "auto")
    for given, said in (
        ((-1, 1, 0, 1), "epochs must be a whole number of at least 0, got -1"),
        ((True, 1, 0, 1), "epochs must be a whole number of at least 0, got True"),
        ((1, 0, 0, 1), "batch_size must be a positive whole number, got 0"),
        ((1, 1.5, 0, 1), "batch_size must be a positive whole number, got 1.5"),
        ((1, 1, -1, 1), "initial_epoch must be a whole number of at least 0, got -1"),
    ):
        with pytest.raises(ValueError, match=said):
            check_fit(*given)
    assert validation_parts((1, 2)) == (1, 2, None)
    assert validation_parts([1, 2, 3]) == (1, 2, 3)
    assert validation_parts("stream") == ("stream", None, None)
    for given in ((1,), (1, 2, 3, 4)):
        with pytest.raises(ValueError, match=f"got a tuple of {len(given)} elements"):
            validation_parts(given)
    assert [validation_epochs(2)(e) for e in range(4)] == [False, True, False, True]
    assert [validation_epochs([1, 3])(e) for e in range(4)] == [True, False, True, False]
    assert validation_epochs(1)(0)
    with pytest.raises(ValueError, match="validation_freq must be at least 1, got 0"):
        validation_epochs(0)


def test_names_that_are_taken_are_numbered():
    metrics = [keras.metrics.MeanSquaredError(name="m") for _ in range(3)]
    shape = np.zeros((2, 1), "float32")
    weighted = [keras.metrics.MeanSquaredError(name="m")]
    objective = Objective("mse", None, metrics, weighted, shape, shape, ["out"])
    assert list(objective.results()) == ["loss", "m", "m_1", "m_2", "weighted_m"]
    assert [objective.owns(m) for m in (metrics[2], keras.metrics.Mean())] == [True, False]
    assert list(objective.results_of(objective.all_metrics)) == list(objective.results())
    assert list(objective.results_of([*metrics[:1], keras.metrics.Mean()])) == ["m"]


def test_lists_of_metrics_may_hold_dictionaries():
    one = Outputs(np.zeros((2, 1)), ["out"])
    given = {"out": ["a", {"x": "b", "y": ("c", "d")}]}
    assert one.arrange(given, "metrics", listed=True) == [["a", "b", "c", "d"]]
    config = {"class_name": "Mean", "config": {}}
    assert one.arrange([config], "metrics", listed=True) == [[config]]


# Ctrl-C ---------------------------------------------------------------------------------------


def press():
    signal.raise_signal(signal.SIGINT)


def test_a_second_press_is_not_held_back():
    def twice():
        with deferred_interrupt() as check:
            press()
            with pytest.raises(KeyboardInterrupt):
                check()
            passed.append("first")
            press()
            passed.append("second")

    passed = []
    with pytest.raises(KeyboardInterrupt):
        twice()
    assert passed == ["first"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    # What nobody asked for is raised at the end.
    passed.clear()

    def trained():
        with deferred_interrupt():
            press()
            passed.append(1)

    with pytest.raises(KeyboardInterrupt):
        trained()
    assert passed == [1]


def test_listeners_hear_presses_that_are_held_back():
    heard = []
    with on_press(lambda: heard.append("first")):
        with (
            on_press(lambda: heard.append("second")),
            pytest.raises(KeyboardInterrupt),
            deferred_interrupt(),
        ):
            press()
        assert heard == ["first", "second"]
        with counted_interrupts() as presses:
            press()
            press()
            presses.muted = True
        assert heard[2:] == ["first", "first"]
        assert presses.unseen == 2
    with counted_interrupts() as presses:
        presses.muted = True
        press()
    assert len(heard) == 4


def test_counted_presses_interrupt_a_training_each():
    with counted_interrupts() as presses:
        press()
        with pytest.raises(KeyboardInterrupt), deferred_interrupt() as check:
            check()
        assert presses.unseen == 0
        with deferred_interrupt() as check:
            check()
        with pytest.raises(KeyboardInterrupt), deferred_interrupt():
            press()
        with uninterrupted():
            press()
            with deferred_interrupt() as check:
                check()
        assert (presses.unseen, presses.muted) == (1, False)
        presses.muted = True
    assert presses.unseen == 1


def test_any_thread_sees_a_press():
    with seen_presses() as pressed:
        seen = [pressed()]
        with pytest.raises(KeyboardInterrupt):
            press()
        thread = threading.Thread(target=lambda: seen.append(pressed()))
        thread.start()
        thread.join()
        seen.append(pressed())
    assert seen == [False, True, True]
    assert signal.set_wakeup_fd(-1) == -1
    # Elsewhere nothing is changed or seen.
    found = []

    def elsewhere():
        with (
            seen_presses() as pressed,
            counted_interrupts() as presses,
            deferred_interrupt() as check,
        ):
            check()
            found.append((pressed(), presses.unseen, presses.muted))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [(False, 0, False)]


def test_programs_with_a_handler_of_their_own_keep_it():
    pressed = []

    def handler(number, frame):
        pressed.append(number)

    before = signal.signal(signal.SIGINT, handler)
    try:
        with deferred_interrupt() as check, counted_interrupts() as presses:
            press()
            check()
    finally:
        signal.signal(signal.SIGINT, before)
    assert (pressed, presses.unseen) == ([signal.SIGINT], 0)
