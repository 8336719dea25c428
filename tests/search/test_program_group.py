"""Groups of trainings: what goes wrong in one, how wide they are, which way is chosen."""

import itertools
import warnings
from collections import deque
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata.search import program_group
from kerata.search.options import Options, make_data, unscored
from kerata.search.program_group import ProgramGroup, Training
from kerata.search.runner import SearchRunner, TrialConfig
from kerata.search.vectorized_trainer import Member, VectorizedTrainer


def plain(rate=0.25, momentum=0.5):
    """Has two numbers that may be traced, and draws of its own."""
    model = keras.Sequential([keras.layers.Dropout(rate), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, momentum=momentum), "mse")
    return model


class Builder:
    """Builds ``plain``, and raises at some calls."""

    def __init__(self, *wrong):
        self.wrong, self.calls = wrong, 0

    def __call__(self, rate=0.25):
        self.calls += 1
        if self.calls in self.wrong:
            raise ArithmeticError("not this time")
        return plain(rate)


def engine_of(build, data, trials, seeds=(0,), **options):
    rows, _ = make_data(plain, {}, *data, Options())
    return SearchRunner(build, rows, trials, unscored(rows, seeds), keep=True, threads=1, **options)


def losses(records):
    return {(r.trial, r.split): r.reports[max(r.reports)]["loss"] for r in records if r.reports}


@pytest.fixture(scope="module")
def expected(data):
    """Give the losses of the networks that tests below train with something in their way."""
    trials = [TrialConfig({"rate": r}, (2,), 16) for r in (0.2, 0.6)]
    return losses(engine_of(plain, data, trials, (3, 4)).run())


# What goes wrong ------------------------------------------------------------------------------


def test_a_builder_that_fails_now_and_then_costs_those_networks_alone(data, expected):
    # Two calls tell the two structures apart, one makes the template; of four networks the
    # third can't be made.
    build = Builder(6)
    trials = [TrialConfig({"rate": r}, (2,), 16) for r in (0.2, 0.6)]
    records = {(r.trial, r.split): r for r in engine_of(build, data, trials, (3, 4)).run()}
    failed = records.pop((0, 1))
    assert (failed.error, failed.failed_epoch, failed.values) == (
        *("ArithmeticError: not this time", 1, None),
    )
    assert failed.at(1) is None
    assert losses(records.values()) == {k: v for k, v in expected.items() if k != (0, 1)}
    assert all(r.values is not None and list(r.reports) == [1, 2] for r in records.values())


def test_what_fails_with_traced_numbers_is_tried_with_those_of_each(data, expected):
    trials = [TrialConfig({"rate": r}, (2,), 16) for r in (0.2, 0.6)]
    engine = engine_of(Builder(3), data, trials, (3, 4))
    (group,) = engine.groups()
    assert len(group.traced) == 1
    records = list(engine.run(groups=[group]))
    assert [r.error for r in records] == [None] * 4
    assert losses(records) == pytest.approx(expected, rel=1e-6)
    assert [[(t.trial, t.split) for t in part.tasks] for part in group.parts] == [
        [(0, 0), (0, 1)],
        [(1, 0), (1, 1)],
    ]
    assert all(part.traced == [] and part.stopping is group.stopping for part in group.parts)
    group.go_on({1})
    assert [len(part.waiting) for part in group.parts] == [0, 2]


def test_a_network_that_cannot_be_trained_at_all_has_its_reason(data):
    engine = engine_of(Builder(2, 3, 4), data, [TrialConfig({}, (3,))], (0, 1))
    records = list(engine.run())
    assert [(r.split, r.error, r.failed_epoch) for r in records] == [
        (0, "ArithmeticError: not this time", 1),
        (1, "ArithmeticError: not this time", 1),
    ]


def test_a_builder_must_make_the_same_network_each_time(data):
    widths = iter([1, 1, 1, 2, 1, 1])

    def build():
        model = keras.Sequential([keras.layers.Dense(next(widths)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    records = list(engine_of(build, data, [TrialConfig({}, (1,), 43)], (0, 1)).run())
    assert [r.error for r in sorted(records, key=lambda r: r.split)] == [
        None,
        "ValueError: The builder made two different networks from the same parameters; it must "
        "depend on nothing else.",
    ]


def no_memory():
    """Give what XLA raises for lack of memory."""
    with pytest.raises(RuntimeError) as caught:
        jnp.zeros(2**46, "float32").block_until_ready()
    return caught.value


@pytest.mark.parametrize("kind", ["XLA's", "Python's", "no batching", "other"])
def test_what_does_not_go_side_by_side_goes_in_turn(data, expected, monkeypatch, kind):
    error = {
        "XLA's": no_memory,
        "Python's": MemoryError,
        "no batching": lambda: NotImplementedError("Batching rule for 'own' not implemented"),
        "other": lambda: TypeError("a fault\nwith details"),
    }[kind]()
    advance, tried = VectorizedTrainer._piece, []

    def failing(trainer, members, count, scored):
        if len(members) == 1:
            return advance(trainer, members, count, scored)
        # After the draws of these epochs, as a call that finds no memory.
        for member in members:
            trainer._draw(member, count)
        tried.append(len(members))
        raise error

    monkeypatch.setattr(VectorizedTrainer, "_piece", failing)
    # As if compiling cost nothing and an epoch a second.
    monkeypatch.setattr(program_group.time, "perf_counter", itertools.count().__next__)
    monkeypatch.setattr(program_group, "SIDE_BY_SIDE", 2)
    trials = [TrialConfig({"rate": r}, (2,), 16) for r in (0.2, 0.6)]
    engine = engine_of(plain, data, trials, (3, 4))
    (group,) = engine.groups()
    monkeypatch.setattr(group, "_choose", lambda threads: choose(group))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        records = list(engine.run(groups=[group]))
    assert tried == [3]
    assert losses(records) == pytest.approx(expected, rel=1e-6)
    assert group.paces["side by side"] == np.inf
    said = [str(w.message) for w in caught if "side by side" in str(w.message)]
    assert said == (
        [
            "Networks of a search could not be trained side by side and are trained in turn, which "
            "gives the same more slowly (TypeError: a fault)."
        ]
        if kind == "other"
        else []
    )


def choose(group):
    """Take all that wait, side by side."""
    group.paces.setdefault("turn", 1.0)
    return [group.waiting.popleft() for _ in range(len(group.waiting))], True


def test_trainings_tell_what_came_of_them():
    task = Training(0, 1, {}, [], 2, np.arange(3), np.arange(0), (1, 4))
    assert task.epoch == 0
    task.member = SimpleNamespace(epoch=3, diverged=None, reports={3: {"loss": 1.0}})
    assert task.epoch == 3
    task.finish()
    assert (task.reports, task.error, task.failed_epoch) == ({3: {"loss": 1.0}}, None, 1)
    task.member.diverged, task.member.reports = 2, {2: {"loss": float("inf")}}
    task.finish()
    assert (task.error, task.failed_epoch) == (
        *("FloatingPointError: The training loss became inf in epoch 2.", 2),
    )
    task.fail(ValueError("bad\nworse"))
    assert (task.error, task.failed_epoch, task.member) == ("ValueError: bad", 4, None)


# How wide -------------------------------------------------------------------------------------


def test_as_many_go_side_by_side_as_memory_holds(data, monkeypatch):
    (group,) = engine_of(plain, data, [TrialConfig({}, (1,), 16)], range(3)).groups()
    assert len(group.step(None, 1)) == 1
    # Kernel (5, 1), bias and momentum of both, the iteration and the rate; a batch of 16 rows of
    # six numbers and a weight. Both count four times: for gradients, updates and copies.
    each = sum(
        np.asarray(a).nbytes for a in jax.tree.leaves(group._trainer.network.programs.read())
    )
    row = sum(a.nbytes for a in jax.tree.leaves(group.rows.arrays)) / 43
    assert (program_group.SIDE_BY_SIDE, program_group.MOST_BYTES) == (16, 2**29)
    assert (program_group.LARGE, program_group.MOST_ORDERS) == (2**20, 2**22)
    needed = int(4 * each + 4 * 16 * row + 1)
    assert row in (24, 28)
    for most, width in ((needed, 1), (3 * needed, 3), (3 * needed - 1, 2), (0, 1), (2**29, 16)):
        monkeypatch.setattr(program_group, "MOST_BYTES", most)
        assert group._width() == width
    monkeypatch.setattr(program_group, "LARGE", each)
    assert group._width() == 16
    monkeypatch.setattr(program_group, "LARGE", each - 1)
    assert group._width() == 1
    # An accelerator takes large networks side by side too.
    monkeypatch.setattr(program_group.jax, "default_backend", lambda: "gpu")
    assert group._width() == 16
    layer = group._trainer.network.model.layers[-1]
    monkeypatch.setattr(type(layer), "dtype_policy", keras.DTypePolicy("mixed_bfloat16"))
    assert group._width() == 1


def group_of(scored, count=2, **paces):
    group = ProgramGroup(
        None,
        None,
        [Training(0, i, {}, [], i, np.arange(8), np.arange(0), s) for i, s in enumerate(scored)],
        [],
        4,
        True,
    )
    group._count, group.paces = count, paces
    return group


def test_which_way_is_chosen():
    def chosen(group, threads=1):
        tasks, side_by_side = group._choose(threads)
        return [t.split for t in tasks], side_by_side

    four = [(5,)] * 4
    # Nothing is known yet, or there is nothing to share.
    assert chosen(group_of(four)) == ([0], False)
    assert chosen(group_of(four, count=1, turn=9.0)) == ([0], False)
    # A trial is worth it if what is left, 20 epochs, takes more than twice the compiling.
    group = group_of(four, turn=0.5)
    group.compiling = 5.0
    assert chosen(group) == ([0], False)
    group.compiling = 3.7
    assert chosen(group) == ([1, 2], True)
    # There is one trial alone; then what it told decides.
    assert chosen(group) == ([3], False)
    for beside, expected in ((0.4, ([0, 1], True)), (0.5, ([0], False)), (0.6, ([0], False))):
        group = group_of(four, turn=0.5, **{"side by side": beside})
        assert chosen(group) == expected
        assert len(group.waiting) == 4 - len(expected[0])
    # Each thread must find as many, and all must be as far.
    assert chosen(group_of(four, turn=9.0), threads=2) == ([0, 1], True)
    assert chosen(group_of(four, turn=9.0), threads=3) == ([0], False)
    assert chosen(group_of([*four[:3], (4, 5)], turn=9.0)) == ([0], False)
    # What is left is shared by the threads.
    group = group_of(four, turn=0.5)
    group.compiling = 2.5
    assert chosen(group, threads=2) == ([0], False)


class Watched:
    """A trainer of which an epoch of one network and of several takes known seconds."""

    def __init__(self, clock, each, together):
        self.clock, self.seconds, self.calls = clock, {1: each}, []
        self.together = together

    def advance(self, members, stop, scored, stopping=None):
        epochs = stop - members[0].epoch
        self.calls.append((len(members), stop, stopping is not None))
        self.clock[0] += epochs * (self.seconds[1] if len(members) == 1 else self.together)
        for member in members:
            member.epoch = stop


@pytest.mark.parametrize(
    ("turn", "together", "calls", "pace"),
    [
        # The first epoch together compiles, a trial of 0.3 s tells the pace, the rest follows.
        (0.04, 0.03, [(2, 1, False), (2, 4, True), (2, 9, True)], 0.015),
        (0.04, 0.2, [(2, 1, False), (2, 4, True)], 0.1),
        (1.0, 0.5, [(2, 1, False), (2, 2, True), (2, 9, True)], 0.25),
        (0.01, 0.005, [(2, 1, False), (2, 9, True)], 0.0025),
    ],
    ids=["faster", "slower", "long", "short"],
)
def test_a_trial_lasts_a_moment(monkeypatch, turn, together, calls, pace):
    clock = [0.0]
    monkeypatch.setattr(program_group.time, "perf_counter", lambda: clock[0])
    group = group_of([(9,)] * 2, turn=turn)
    for task in group.tasks:
        task.member = SimpleNamespace(epoch=0)
    trainer = Watched(clock, turn, together)
    assert group._side_by_side(group.tasks, None, trainer) == group.tasks
    assert trainer.calls == calls
    assert group.paces["side by side"] == pytest.approx(pace)
    # Nothing is left to do, and nothing more is measured.
    for task in group.tasks:
        task.member.epoch = 9
    group._side_by_side(group.tasks, None, trainer)
    assert trainer.calls == calls


def test_a_trial_that_the_first_epoch_ends_tells_nothing(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(program_group.time, "perf_counter", lambda: clock[0])
    group = group_of([(3,)] * 2, turn=1.0)
    for task in group.tasks:
        task.member = SimpleNamespace(epoch=0)
    trainer = Watched(clock, 1.0, 0.5)
    # The rung ends after the first epoch, which compiled.
    group._side_by_side(group.tasks, 1, trainer)
    assert (trainer.calls, group.paces["side by side"]) == ([(2, 1, False)], np.inf)


def test_values_are_kept_where_a_training_ends_and_someone_wants_them():
    for keep, until, kept in ((True, None, "w"), (False, None, None), (True, 2, None)):
        group = group_of([(4,)])
        group.keep = keep
        (task,) = group.tasks
        task.member = SimpleNamespace(epoch=0, diverged=None, reports={}, values="w")
        trainer = Watched([0.0], 1.0, 1.0)
        assert group._finish_in_turn([task], until, trainer) == [task]
        assert task.values == kept
        # Who goes on after a rung keeps what it has learned.
        assert (task.member is None) == (until is None)
        assert trainer.calls == [(1, until or 4, True)]


def test_trainings_go_on_unless_they_are_dropped_or_failed():
    group = group_of([(4,)] * 3)
    for number, task in enumerate(group.tasks):
        task.trial, task.member = number, SimpleNamespace(epoch=1)
    group.tasks[1].error = "bad"
    group.waiting = deque()
    group.go_on({1, 2})
    assert [t.trial for t in group.waiting] == [2]
    assert [t.member is None for t in group.tasks] == [True, False, False]
    assert len(group) == 3


def test_members_start_at_the_beginning():
    member = Member("label", (0.5,), [1], [2], "values", "draws")
    assert (member.label, member.numbers, member.epoch) == ("label", [0.5], 0)
    assert (member.reports, member.diverged) == ({}, None)
