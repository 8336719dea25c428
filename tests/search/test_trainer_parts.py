"""The trainer of a search: how calls are cut, what is noted of them, which orders are drawn."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

import kerata as keras
from kerata.base.randomness import SeedGenerator
from kerata.search import vectorized_trainer
from kerata.search.networks import Network, begin, epoch_draws
from kerata.search.options import Options, make_data
from kerata.search.vectorized_trainer import Member, VectorizedTrainer, even_batch


def net(*layers, optimizer="sgd"):
    def build(rate=None):
        made = [layer(rate) if callable(layer) and rate else layer() for layer in layers]
        model = keras.Sequential([*made, keras.layers.Dense(1)])
        model.compile(optimizer, "mse")
        return model

    return build


def trainer_of(build, data, train, test, batch_size, capacity, traced=(), shuffle=True):
    rows, _ = make_data(build, {}, *data, Options())
    network = Network(build, {}, rows, 0)
    return rows, VectorizedTrainer(
        *(network, traced, rows.arrays, rows.judged, [(train, test)]),
        *(batch_size, shuffle, capacity),
    )


# Calls ----------------------------------------------------------------------------------------


def paced(monkeypatch, seconds, capacity, stop=None, diverged=None):
    """A trainer whose epochs take so many seconds; give it and how many epochs calls run."""
    clock, counts = [0.0], []
    trainer = object.__new__(VectorizedTrainer)
    trainer.capacity, trainer._slow = capacity, False

    def piece(members, count, scored):
        counts.append(count)
        clock[0] += seconds * count
        for member in members:
            member.epoch += count
            if diverged is not None and member.epoch >= diverged:
                member.diverged = diverged
        if stop is not None and members[0].epoch >= stop[0]:
            stop[1].set()

    monkeypatch.setattr(vectorized_trainer.time, "perf_counter", lambda: clock[0])
    trainer._piece = piece
    return trainer, counts


def members(*epochs):
    made = [Member(i, [], [], [], None, SeedGenerator(i)) for i, _ in enumerate(epochs)]
    for member, epoch in zip(made, epochs, strict=True):
        member.epoch = epoch
    return made


def test_calls_last_two_seconds_at_most(monkeypatch):
    trainer, counts = paced(monkeypatch, 0.5, capacity=10)
    trainer.advance(members(0), 21, (21,))
    # The first call tells how long an epoch takes: four of them are two seconds.
    assert counts == [10, 4, 4, 3]
    # From then on the first call of a training is short: 10 epochs would take 5 s.
    counts.clear()
    trainer.advance(members(3, 3), 9, (9,))
    assert counts == [1, 4, 1]
    trainer, counts = paced(monkeypatch, 3.0, capacity=2)
    trainer.advance(members(0), 5, ())
    assert counts == [2, 1, 1, 1]
    # Calls of a whole capacity that last less stay as they are.
    trainer, counts = paced(monkeypatch, 0.125, capacity=10)
    trainer.advance(members(0), 12, ())
    trainer.advance(members(0), 12, ())
    assert counts == [10, 2, 10, 2]
    assert not trainer._slow


def test_training_ends_where_it_is_told_or_nothing_is_sound(monkeypatch):
    trainer, counts = paced(monkeypatch, 0.1, capacity=2)
    trainer.advance(members(4), 4, ())
    assert counts == []
    event = threading.Event()
    trainer, counts = paced(monkeypatch, 0.1, capacity=2, stop=(4, event))
    one = members(0)
    trainer.advance(one, 9, (), event)
    assert (counts, one[0].epoch) == ([2, 2], 4)
    trainer, counts = paced(monkeypatch, 0.1, capacity=2, diverged=3)
    trainer.advance(members(0, 0), 9, ())
    assert counts == [2, 2]
    # As long as one is sound, all go on.
    two = members(0, 0)
    two[0].diverged = 1
    trainer, counts = paced(monkeypatch, 0.1, capacity=5)
    trainer.advance(two, 5, ())
    assert counts == [5]


def test_who_fails_draws_again_what_it_drew(monkeypatch):
    trainer, _ = paced(monkeypatch, 0.1, capacity=2)

    def piece(members, count, scored):
        for member in members:
            member.draws.next_seed()
        raise KeyboardInterrupt

    trainer._piece = piece
    two = members(0, 0)
    two[1].draws.next_seed()
    fresh = [SeedGenerator(0), SeedGenerator(1)]
    fresh[1].next_seed()
    with pytest.raises(KeyboardInterrupt):
        trainer.advance(two, 5, ())
    assert [m.draws.next_seed() for m in two] == [f.next_seed() for f in fresh]


def test_reports_are_those_of_their_epochs():
    trainer = object.__new__(VectorizedTrainer)
    trainer.names = {"train": ["loss", "mae"], "test": ["loss", "mae"]}
    (member,) = members(3)
    member.test = np.arange(2)
    trained = np.array([[0.5, 1.0], [np.inf, 2.0], [np.nan, 3.0]])
    judged = np.array([[9.0, 8.0], [7.0, 6.0], [5.0, 4.0]])
    trainer._note(member, trained, judged, [True, False, True])
    assert member.reports.keys() == {4, 5, 6}
    assert member.reports[4] == {"loss": 0.5, "mae": 1.0, "val_loss": 9.0, "val_mae": 8.0}
    assert member.reports[5] == {"loss": np.inf, "mae": 2.0}
    assert member.reports[6]["val_mae"] == 4.0
    # Of several epochs the first without a finite loss counts.
    assert member.diverged == 5
    (member,) = members(0)
    trainer._note(member, trained[:1], judged[:1], [True])
    # Without rows held back there is no score.
    assert (member.reports, member.diverged) == ({1: {"loss": 0.5, "mae": 1.0}}, None)
    trainer.names = {"train": ["mae"], "test": ["mae"]}
    trainer._note(member, trained[:1, 1:], judged[:1, :1], [False])
    assert member.diverged is None


def test_batches_of_scores():
    assert [even_batch(n) for n in (0, 1, 512, 513, 514, 1024, 521, 2 * 521)] == [
        *(0, 1, 512, 513, 514, 512, 521, 521),
    ]
    # A prime has no even batch; of two that are as near the smaller one is taken.
    assert even_batch(4099) == 512


# Orders ---------------------------------------------------------------------------------------


def test_orders_matter_where_rows_are_mixed_or_drawn_for(data):
    layers = keras.layers
    rows, _ = make_data(net(), {}, *data, Options())
    kinds = {
        (lambda: layers.Dense(2)): False,
        layers.BatchNormalization: False,
        (lambda: layers.Dropout(0.5)): True,
        (lambda: layers.GaussianNoise(0.5)): True,
        (lambda: layers.Lambda(lambda x: x - x[:1])): True,
    }
    for layer, matters in kinds.items():
        network = Network(net(layer), {}, rows, 0)
        assert network.order_matters == matters
        assert not network.model.run_eagerly
    assert network.parameters == 6


@pytest.mark.parametrize(("batch_size", "drops", "fixed"), [(43, 0, 1), (43, 1, 0), (16, 0, 0)])
def test_orders_are_those_of_fit(data, batch_size, drops, fixed):
    layer = (lambda: keras.layers.Dropout(0.5)) if drops else (lambda: keras.layers.Dense(2))
    train = np.arange(3, 43, dtype=np.int32)
    _, trainer = trainer_of(net(layer), data, train, np.arange(3), batch_size, 4)
    assert (trainer.batch_size, trainer._scored_rows) == (min(batch_size, 40), 3)
    member = Member(0, [], train, np.arange(3), None, SeedGenerator(7))
    orders, seeds = trainer._draw(member, 2)
    assert trainer._fixed_order == bool(fixed)
    if fixed:
        # One batch of all rows, whatever the order: nothing is drawn.
        assert orders.tolist() == [train.tolist()]
        assert seeds.tolist() == [0] * 4
        assert member.draws.next_seed() == SeedGenerator(7).next_seed()
    else:
        draws = SeedGenerator(7)
        expected = [epoch_draws(draws, train, trainer.batch_size, True) for _ in range(2)]
        assert seeds.tolist() == [s for s, _ in expected] + [0, 0]
        assert orders[:2].tolist() == [o.tolist() for _, o in expected]
        assert not orders[2:].any()
        assert orders.shape == (4, 40)


# Values ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both_ways(data):
    """Give two networks that differ in a rate, trained in turn and side by side."""

    def build(rate=0.25):
        model = keras.Sequential([keras.layers.Dropout(rate), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
        return model

    train, test = np.arange(10, 43, dtype=np.int32), np.arange(10, dtype=np.int32)
    rows, trainer = trainer_of(build, data, train, test, 20, 2, traced=[])
    found = trainer.network.structure.numbers.index(0.25)
    trainer.traced = [found]

    def fresh():
        for number, rate in enumerate((0.1, 0.6)):
            begun = begin(build, {"rate": rate}, rows, 5 + number, trainer.network)
            yield Member(number, [rate], train, test, *begun)

    in_turn, together = list(fresh()), list(fresh())
    for member in in_turn:
        trainer.advance([member], 3, (1, 3))
    trainer.advance(together, 3, (1, 3))
    return build, (train, test), in_turn, together


def test_side_by_side_is_in_turn_is_alone(both_ways, data):
    build, (train, test), in_turn, together = both_ways
    x, y = data
    for one, other, rate in zip(in_turn, together, (0.1, 0.6), strict=True):
        keras.utils.set_random_seed(5 + one.label)
        model = build(rate)
        history = model.fit(x[train], y[train], epochs=3, batch_size=20, verbose=0).history
        held = model.evaluate(x[test], y[test], verbose=0, return_dict=True)
        for member in (one, other):
            assert member.epoch == 3
            assert [sorted(member.reports[e]) for e in (1, 2, 3)] == [
                ["loss", "mae", "val_loss", "val_mae"],
                ["loss", "mae"],
                ["loss", "mae", "val_loss", "val_mae"],
            ]
            for name in ("loss", "mae"):
                got = [member.reports[e][name] for e in (1, 2, 3)]
                assert got == pytest.approx(history[name], abs=1e-5)
                assert member.reports[3][f"val_{name}"] == pytest.approx(held[name], abs=1e-5)
            for value, weight in zip(member.values.trainable, model.weights, strict=True):
                np.testing.assert_allclose(value, weight.numpy(), atol=1e-5)
    assert in_turn[0].reports[3]["loss"] != in_turn[1].reports[3]["loss"]


class Own(keras.Model):
    """Reports what only its last batch knows."""

    def test_step(self, state, data):
        x, y = data
        logs, state = super().test_step(state, (x, 3 * y))
        return {"triple": 3 * logs["loss"]}, state


def averaged():
    inputs = keras.Input((5,))
    model = Own(inputs, keras.layers.Dense(1)(inputs))
    # Moving averages take the weights' place where rows are scored.
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    return model


@pytest.mark.parametrize("held", [16, 19], ids=["even", "rest"])
def test_steps_of_ones_own_are_scored_to_the_last_row(data, monkeypatch, held):
    monkeypatch.setattr(vectorized_trainer, "even_batch", lambda rows: 8)
    x, y = data
    train, test = np.arange(20, 43, dtype=np.int32), np.arange(held, dtype=np.int32)
    rows, trainer = trainer_of(averaged, data, train, test, 23, 1, shuffle=False)
    member = Member(0, [], train, test, *begin(averaged, {}, rows, 1, trainer.network))
    trainer.advance([member], 2, (2,))
    keras.utils.set_random_seed(1)
    model = averaged()
    model.fit(x[train], y[train], epochs=2, batch_size=23, shuffle=False, verbose=0)
    expected = model.evaluate(x[test], y[test], batch_size=8, verbose=0, return_dict=True)
    assert member.reports[2]["val_triple"] == pytest.approx(expected["triple"], rel=1e-5)
    assert "val_triple" not in member.reports[1]


def test_rows_can_be_replaced_and_programs_let_go(both_ways):
    cleared = []
    trainer = object.__new__(VectorizedTrainer)
    trainer.learn_from("rows", "judged")
    assert (trainer._data, trainer._judged) == ("rows", "judged")
    for name in ("one", "many"):
        setattr(trainer, name, SimpleNamespace(clear_cache=lambda name=name: cleared.append(name)))
    trainer.close()
    assert cleared == ["one", "many"]
