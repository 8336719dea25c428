"""How trainings are sorted into groups, run by threads, and spread over machines."""

import gc
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import kerata as keras
from kerata.search import cluster, runner
from kerata.search.cluster import connected, pieces_of, run_on_cluster
from kerata.search.halving import halve
from kerata.search.options import Options, make_data
from kerata.search.runner import Record, SearchRunner, SeededSplit, TrialConfig, workers

THREE = [
    SeededSplit(5, np.arange(10, 43, dtype=np.int32), np.arange(10, dtype=np.int32)),
    SeededSplit(6, np.arange(33, dtype=np.int32), np.arange(33, 43, dtype=np.int32)),
    SeededSplit(7, np.arange(20, dtype=np.int32), np.arange(20, 43, dtype=np.int32)),
]


def build(units=2, rate=0.25):
    if units < 1:
        raise ArithmeticError("no units")
    model = keras.Sequential(
        [keras.layers.Dense(units), keras.layers.Dropout(rate), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def engine_of(data, trials, splits=THREE, build=build, **options):
    rows, _ = make_data(build, {}, *data, Options())
    return SearchRunner(build, rows, trials, splits, **options)


def test_trainings_of_one_program_are_one_group_the_heaviest_first(data):
    trials = [
        TrialConfig({"units": 2, "rate": 0.1}, (1, 4), 8),
        TrialConfig({"units": 0}, (1,), 8),
        TrialConfig({"units": 2, "rate": 0.2}, (2,), 8),
        TrialConfig({"units": 9}, (2,), 8),
        TrialConfig({"units": 2, "rate": 0.2}, (2,), 8, shuffle=False),
        TrialConfig({"units": 2}, (3,), 8),
    ]
    engine = engine_of(data, trials, done=[(0, 1), *((5, s) for s in range(3))], also=(1, 3, 4, 9))
    groups = engine.groups()
    assert [t.error for t in trials] == [None, "ArithmeticError: no units", *[None] * 4]
    # (5 + 1) * units + units + 1; nobody asked for the last one.
    assert [t.parameters for t in trials] == [15, None, 15, 64, 15, None]
    found = [
        ([(t.trial, t.split) for t in g.tasks], g.weight, len(g.traced), g.shuffle) for g in groups
    ]
    assert found == [
        ([(3, 0), (3, 1)], 128.0, 0, True),
        ([(3, 2)], 64.0, 0, True),
        ([(0, 0), (2, 0), (2, 1)], 45.0, 1, True),
        ([(0, 2), (2, 2)], 30.0, 1, True),
        ([(4, 0), (4, 1)], 30.0, 0, False),
        ([(4, 2)], 15.0, 0, False),
    ]
    assert all(g.batch_size == 8 and g.build is build and not g.keep for g in groups)
    first, other = groups[2].tasks[:2]
    assert (first.params, first.seed, first.scored) == ({"units": 2, "rate": 0.1}, 5, (1, 3, 4))
    assert (first.train is THREE[0].train, first.test is THREE[0].test) == (True, True)
    # Rungs behind the end are none.
    assert other.scored == (1, 2)
    place = groups[2].traced[0]
    assert (first.numbers[place], other.numbers[place]) == (0.1, 0.2)


def test_marks_are_where_somebody_asks(data):
    trial = TrialConfig({}, (2, 5))
    for options, marks in (
        ({}, (2, 5)),
        ({"every_epoch": True}, (1, 2, 3, 4, 5)),
        ({"also": (5, 1, 4, 6)}, (1, 2, 4, 5)),
        ({"every_epoch": True, "also": (9,)}, (1, 2, 3, 4, 5)),
    ):
        assert SearchRunner(build, None, [trial], THREE, **options)._marks(trial) == marks


def test_objects_that_a_signature_names_outlive_it(data):
    """Another object at the place in memory of one that is gone would be taken for it."""

    class Scale:
        """Has no signature but its identity."""

        # Of a size that nothing else has, so that the next one comes to lie where one was freed.
        __slots__ = ("lock", *(f"unused_{i}" for i in range(40)))

        def __init__(self):
            self.lock = threading.Lock()

    class Scaled(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.by = Scale()

        def call(self, x):
            return x

    def build(number):
        gc.collect()
        model = keras.Sequential([Scaled(), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    trials = [TrialConfig({"number": n}, (1,)) for n in range(5)]
    rows, _ = make_data(build, {"number": 0}, *data, Options())
    groups = SearchRunner(build, rows, trials, THREE[:1]).groups()
    assert [[t.trial for t in g.tasks] for g in groups] == [[0], [1], [2], [3], [4]]


def test_one_training_a_core_and_one_on_an_accelerator(monkeypatch):
    monkeypatch.setattr(runner.os, "sched_getaffinity", lambda pid: {0, 3})
    assert workers() == 2
    monkeypatch.delattr(runner.os, "sched_getaffinity")
    monkeypatch.setattr(runner.os, "cpu_count", lambda: 6)
    assert workers() == 6
    monkeypatch.setattr(runner.os, "cpu_count", lambda: None)
    assert workers() == 1
    monkeypatch.setattr(runner.jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(runner.os, "cpu_count", lambda: 6)
    assert workers() == 1


class Group:
    """Stands for a group of trainings; each step gives one of the outcomes."""

    def __init__(self, name, *outcomes):
        self.name, self.outcomes, self.steps = name, list(outcomes), []
        self.stopping = None

    def __len__(self):
        return len(self.outcomes)

    def step(self, until, threads):
        self.steps.append((until, threads))
        if not self.outcomes:
            return None
        found = self.outcomes.pop(0)
        if isinstance(found, BaseException):
            raise found
        return [
            SimpleNamespace(
                **{"trial": t, "split": 0, "reports": {1: {}}, "error": None},
                **{"failed_epoch": 1, "values": self.name},
            )
            for t in found
        ]


def test_threads_work_through_all_groups(monkeypatch):
    trials = [
        TrialConfig({}, (1,)),
        TrialConfig({}, (1,), error="bad"),
        *[TrialConfig({}, (1,))] * 4,
    ]
    engine = SearchRunner(build, None, trials, THREE[:2], done=[(1, 1)], threads=1)
    clock = iter(np.arange(100.0))
    monkeypatch.setattr(runner.time, "perf_counter", lambda: next(clock))
    groups = [Group("a", [0, 2], [3]), Group("b", [4])]
    records = list(engine.run(7, groups))
    # Errors that are known come first, but for what need not be trained.
    assert [(r.trial, r.split, r.error, r.values) for r in records] == [
        (1, 0, "bad", None),
        *[(t, 0, None, "a") for t in (0, 2, 3)],
        (4, 0, None, "b"),
    ]
    # A second for the step of two, of which each has its part.
    assert [r.seconds for r in records] == [0, 0.5, 0.5, 1, 1]
    assert all(step == (7, 1) for group in groups for step in group.steps)
    assert all(group.stopping is engine._stop for group in groups)
    assert not engine._stop.is_set()


def test_as_many_threads_as_there_are_trainings(monkeypatch):
    started = []
    start = threading.Thread.start
    monkeypatch.setattr(
        runner.threading.Thread, "start", lambda self: (started.append(self), start(self))[1]
    )
    for count, threads in (([[0]], 1), ([[0], [0], [0]], 3), ([[0]] * 9, 4), ([], 1)):
        started.clear()
        engine = SearchRunner(build, None, [TrialConfig({}, (1,))], THREE[:1], threads=4)
        assert len(list(engine.run(groups=[Group("a", *count)] if count else []))) == len(count)
        assert len(started) == threads
        assert all(thread.daemon and not thread.is_alive() for thread in started)


def test_an_error_in_a_thread_ends_the_search_and_the_others_too():
    engine = SearchRunner(build, None, [TrialConfig({}, (1,))], THREE[:1], threads=1)
    groups = [Group("a", [0], KeyError("gone"), [0]), Group("b", [0])]
    found = engine.run(groups=groups)
    assert next(found).trial == 0
    with pytest.raises(KeyError, match="gone"):
        list(found)
    assert len(groups[1].outcomes) == 1
    # Who stops to listen ends the work as well.
    groups = [Group("a", *[[0]] * 50_000)]
    found = engine.run(groups=groups)
    next(found)
    found.close()
    assert len(groups[0].outcomes) > 0
    assert not engine._stop.is_set()


# Halving --------------------------------------------------------------------------------------


class Rungs:
    """An engine whose courses are scored by a table; keeps who was told to go on."""

    def __init__(self, *epochs, wrong=()):
        errors = ["bad" if i in wrong else None for i in range(len(epochs))]
        self.trials = [
            TrialConfig({}, e, error=error) for e, error in zip(epochs, errors, strict=True)
        ]
        self.kept, self.ran = [], []

    def groups(self):
        return [SimpleNamespace(go_on=self.kept.append)]

    def run(self, until, groups):
        self.ran.append(until)
        yield until


def halved(engine, scores, factor=2):
    asked, stopped = [], {}

    def score(trial, epoch):
        asked.append((trial, epoch))
        return scores[trial]

    assert list(halve(engine, factor, score, stopped)) == engine.ran
    return stopped, asked


def test_the_better_part_goes_on_and_the_others_are_told():
    nan = float("nan")
    engine = Rungs((8,), (2, 8), (1,), (8,), (8,), (4, 8), wrong={4})
    stopped, asked = halved(engine, [0.5, 0.9, 0.7, nan, None, 0.6])
    # Of five that live three go on: 1, 2 and 5; 2 is at its end, so it is not stopped.
    assert engine.ran == [1, 2, 4, 8]
    assert asked[:5] == [(0, 1), (1, 1), (2, 1), (3, 1), (5, 1)]
    assert stopped[0] == stopped[3] == 1
    assert engine.kept[0] == {1, 5}
    # Of three two: the one that ended after an epoch is scored there and stands in the way.
    assert asked[5:8] == [(1, 2), (2, 1), (5, 2)]
    assert engine.kept[1] == {1}
    assert stopped == {0: 1, 3: 1, 5: 2}
    # Of two one.
    assert engine.kept[2] == {1}
    assert len(engine.kept) == 3


def test_nothing_is_dropped_after_the_last_epoch():
    engine = Rungs((1,), (1,))
    assert halved(engine, [0.1, 0.2]) == ({}, [])
    assert (engine.ran, engine.kept) == ([1], [])
    engine = Rungs((3,), (3,), (3,), (3,))
    stopped, _ = halved(engine, [0.4, 0.4, 0.4, 0.4], factor=3)
    # Of equals the first; a third of four is rounded up.
    assert (engine.ran, engine.kept, stopped) == ([1, 3], [{0, 1}], {2: 1, 3: 1})


# Machines -------------------------------------------------------------------------------------


class Ray:
    """As much of Ray as is used, in this process; one piece of work is ready at a time."""

    def __init__(self, cores=2, there=True):
        self.cores, self.there, self.called = cores, there, []

    def is_initialized(self):
        return self.there

    def init(self, **options):
        self.called.append(("init", options))

    def cluster_resources(self):
        return {} if self.cores is None else {"CPU": self.cores}

    def put(self, thing):
        self.called.append(("put", type(thing).__name__))
        return ("held", thing)

    def remote(self, **options):
        self.called.append(("remote", options))

        def decorate(function):
            def call(build, rows, *others):
                return (function, build, rows[1], *others)

            return SimpleNamespace(remote=call)

        return decorate

    def wait(self, futures):
        return futures[-1:], futures[:-1]

    def get(self, future):
        function, *arguments = future
        return function(*arguments)

    def cancel(self, future, force=False):
        self.called.append(("cancel", future[-1], force))


def test_work_is_spread_over_machines(data, monkeypatch):
    seen = []

    def piece_of(build, rows, trials, splits, every_epoch, piece):
        seen.append((build, type(rows.x), rows.count, rows.judged_weight, every_epoch))
        return [Record(c, s, {1: {"n": len(trials)}}) for c, s in piece]

    monkeypatch.setattr(cluster, "train_piece", piece_of)
    ray = Ray(cores=1)
    monkeypatch.setitem(sys.modules, "ray", ray)
    trials = [TrialConfig({"units": u}, (1,), 8) for u in (2, 0)]
    engine = engine_of(data, trials, THREE[:2], every_epoch=True)
    records = list(run_on_cluster(engine, "ray"))
    # Those that can't be built are told at once; the last piece was ready first.
    assert [(r.trial, r.split, r.error) for r in records] == [
        (1, 0, "ArithmeticError: no units"),
        (1, 1, "ArithmeticError: no units"),
        (0, 1, None),
        (0, 0, None),
    ]
    assert seen == [(build, np.ndarray, 43, None, True)] * 2
    assert ray.called == [("remote", {"num_cpus": 1, "max_retries": -1}), ("put", "Data")]
    # A search that is left takes its work back.
    found = run_on_cluster(engine, "ray")
    assert [next(found).trial for _ in range(3)] == [1, 1, 0]
    found.close()
    assert ray.called[4:] == [("cancel", [(0, 0)], True)]


def test_clusters_are_found_or_started(monkeypatch):
    ray = Ray(there=False)
    monkeypatch.setitem(sys.modules, "ray", ray)
    assert connected("ray", "this") is ray
    assert connected("10.0.0.1:6379", "this") is ray
    assert ray.called == [
        ("init", {"address": None, "log_to_driver": False}),
        ("init", {"address": "10.0.0.1:6379", "log_to_driver": False}),
    ]
    ray.there = True
    assert connected("ray", "this") is ray
    assert len(ray.called) == 2


@pytest.mark.parametrize(("cores", "pieces"), [(1, 3), (2, 6), (4, 12), (9, 12), (None, 3), (0, 3)])
def test_each_core_has_three_pieces(monkeypatch, cores, pieces):
    wanted = []
    group = Group("a", *range(12))
    group.tasks = [SimpleNamespace(trial=0, split=s) for s in range(12)]
    engine = SimpleNamespace(groups=lambda: [group], trials=[])
    monkeypatch.setitem(sys.modules, "ray", Ray(cores))
    monkeypatch.setattr(
        cluster, "pieces_of", lambda engine, n: wanted.extend(pieces_of(engine, n)) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        list(run_on_cluster(engine, "ray"))
    assert len(wanted) == pieces
    assert [pair for piece in wanted for pair in piece] == [(0, s) for s in range(12)]
