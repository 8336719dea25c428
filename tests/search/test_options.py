"""Options of searches, the score that ranks, the error of a candidate, the lines of progress."""

import threading
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import scipy.sparse

import kerata as keras
from kerata.base.randomness import SeedGenerator
from kerata.search import program_group
from kerata.search.journal import Journal, identity_of
from kerata.search.nested import NestedResults
from kerata.search.networks import checked, epoch_draws, error_text
from kerata.search.options import Options, make_data, make_splits, ranking_score, unscored
from kerata.search.results import Results
from kerata.search.runner import Record, SearchRunner, SeededSplit, TrialConfig
from kerata.search.study import SearchRun
from kerata.search.vectorized_trainer import VectorizedTrainer, with_room
from kerata.search.watch import Watch
from kerata.training.sparse import bags_from_sparse


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mode": "best"}, "mode must be 'auto', 'min' or 'max', got 'best'"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"seed": 1.5}, "seed must be a whole number of at least 0"),
        ({"halving": 1, "parallel": "ray"}, "leave parallel= out"),
        ({"halving": True, "parallel": "ray"}, "leave parallel= out"),
        ({"halving": 1}, "or a number of at least 2, got 1"),
    ],
    ids=str,
)
def test_options_that_make_no_sense(given, said):
    with pytest.raises(ValueError, match=said):
        Options(**given)


def test_options():
    assert [Options(halving=h).halving_factor for h in (False, 0, True, 2, 5)] == [0, 0, 3, 2, 5]
    assert Options(seed=0, parallel="ray").parallel == "ray"
    assert Options.of("grid", {"epochs": 3}).fit_arguments(["units"]) == {"epochs": 3}
    assert Options(shuffle=False, batch_size=8).fit_arguments([]) == {
        "shuffle": False,
        "batch_size": 8,
    }
    with pytest.raises(ValueError, match="epochs is given twice: among the values to try and as"):
        Options(epochs=3).fit_arguments(["epochs"])
    with pytest.raises(TypeError, match=r"grid\(\) has no argument 'epoch'. Did you mean 'epochs'"):
        Options.of("grid", {"epoch": 3})


def test_the_score_that_ranks(small, data):
    rows, model = make_data(small, {}, *data, Options())
    assert ranking_score(model, rows, Options()) == ("val_accuracy", "max")
    assert ranking_score(model, rows, Options(scoring="loss")) == ("val_loss", "min")
    assert ranking_score(model, rows, Options(scoring="val_loss", mode="max")) == (
        *("val_loss", "max"),
    )
    assert ranking_score(None, rows, Options()) == ("val_loss", "min")
    with pytest.raises(ValueError, match="scoring='acuracy' is none of the model's scores"):
        ranking_score(model, rows, Options(scoring="acuracy"))

    def plain():
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=[strange])
        return model

    def strange(y, p):
        return p

    rows, model = make_data(plain, {}, *data, Options())
    with pytest.raises(ValueError, match="whether more or less of 'strange' is better"):
        ranking_score(model, rows, Options())
    assert ranking_score(model, rows, Options(mode="min")) == ("val_strange", "min")


def test_folds_hold_their_share_of_classes_where_the_loss_is_for_classes(small):
    x, y = np.zeros((12, 2), "float32"), np.repeat([0.0, 1.0], 6).astype("float32")

    def numbers():
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def share(build, **given):
        options = Options(shuffle_folds=False, **given)
        rows, model = make_data(build, {}, x, y, options)
        splits = make_splits(rows, model, 2, options)
        assert [split.seed for split in splits] == [options.seed, options.seed + 1]
        return [float(y[split.test].mean()) for split in splits]

    assert share(small, seed=5) == [0.5, 0.5]
    assert share(small, stratify=False) == [0, 1]
    assert share(numbers) == [0, 1]
    assert share(numbers, stratify=True) == [0.5, 0.5]
    assert share(small, groups=np.repeat([0, 1], 6)) == [0, 1]


def test_rows_held_back_do_not_count_by_their_classes(small, data):
    options = Options(class_weight={0: 1.0, 1: 3.0})
    rows, _ = make_data(small, {}, *data, options)
    assert rows.judged_weight is None
    np.testing.assert_allclose(np.ravel(rows.sample_weight), 1 + 2 * data[1])
    assert rows.judged[:2] == (rows.x, rows.y)
    rows, model = make_data(lambda: 1 / 0, {}, *data, Options(sample_weight=data[1]))
    assert model is None
    np.testing.assert_allclose(np.ravel(rows.judged_weight), data[1])
    with pytest.raises(ValueError, match=r"NaN|nan|finite"):
        make_data(lambda: 1 / 0, {}, np.full((3, 2), np.nan), np.zeros(3), Options())


def test_splits_that_hold_nothing_back(small, data):
    rows, _ = make_data(small, {}, *data, Options())
    splits = unscored(rows, [7, 8])
    assert [split.seed for split in splits] == [7, 8]
    for split in splits:
        assert split.train.tolist() == list(range(43))
        assert len(split.test) == 0


def test_what_is_no_compiled_model():
    with pytest.raises(TypeError, match=r"must return a model, got NoneType. Does it end in"):
        checked(None)
    with pytest.raises(RuntimeError, match="returns the model 'mine' without compiling it"):
        checked(keras.Sequential([keras.layers.Dense(1)], name="mine"))


def test_errors_are_told_in_a_line():
    assert error_text(ValueError("\nfirst\nsecond")) == "ValueError: first"
    assert error_text(KeyError()) == "KeyError"


def test_draws_of_an_epoch_are_those_of_fit():
    rows = np.arange(10, 20)
    seed, order = epoch_draws(SeedGenerator(3), rows, 4, True)
    other = SeedGenerator(3)
    assert seed == other.next_seed()
    assert sorted(order) == rows.tolist() != order.tolist()
    draws = SeedGenerator(3)
    assert epoch_draws(draws, rows, 4, False)[1].tolist() == rows.tolist()
    # Without shuffling nothing is drawn for it.
    assert draws.next_seed() == other.next_seed()


def test_records_answer_until_they_failed():
    record = Record(0, 0, {1: {"loss": 1.0}, 2: {"loss": 2.0}}, "bad", failed_epoch=2)
    assert (record.at(1), record.at(2), record.at(3)) == ({"loss": 1.0}, None, None)
    assert Record(0, 0, {1: {}}).at(2) is None
    assert TrialConfig({}, (1,), 8, False).key() == (8, False)


def trained(small, data, monkeypatch, together=1.0, **limits):
    """Train twelve networks of one program; give how many at once, and the group.

    Arguments:
        together: seconds of an epoch of several, by a clock on which one network takes a
            second and compiling nothing.
    """
    rows, _ = make_data(small, {}, *data, Options())
    engine = SearchRunner(small, rows, [TrialConfig({}, (4,), 16)], unscored(rows, range(12)))
    engine.threads = 1
    now, calls = [0.0], []
    advance = VectorizedTrainer.advance

    def timed(trainer, members, *args):
        begun = members[0].epoch
        advance(trainer, members, *args)
        if calls:  # the first compiles
            now[0] += (members[0].epoch - begun) * (together if len(members) > 1 else 1)
        calls.append(len(members))

    with monkeypatch.context() as patched:
        patched.setattr(program_group.time, "perf_counter", lambda: now[0])
        patched.setattr(VectorizedTrainer, "advance", timed)
        for name, value in {"TRIAL_SECONDS": 2, **limits}.items():
            patched.setattr(program_group, name, value)
        (group,) = engine.groups()
        assert len(list(engine.run(groups=[group]))) == 12
    return calls, group


@pytest.mark.slow
def test_networks_are_tried_side_by_side_unless_they_are_large_or_alone(small, data, monkeypatch):
    # One tells its pace after an epoch that compiles. Two are tried for an epoch, then another.
    calls, group = trained(small, data, monkeypatch, SIDE_BY_SIDE=2)
    assert calls == [1, 1, 2, 2, 2, 2, 2, 2, 2, 1]
    assert group.paces["side by side"] < group.paces["turn"] == 1
    # In turn it goes faster: the two are finished one by one, and so are all others.
    calls, group = trained(small, data, monkeypatch, together=10, SIDE_BY_SIDE=2)
    assert calls == [1, 1, 2, 2, *[1] * 11]
    assert np.isfinite(group.paces["side by side"])
    # However short a trial may be, it takes an epoch.
    calls, group = trained(small, data, monkeypatch, SIDE_BY_SIDE=2, TRIAL_SECONDS=0)
    assert calls[:4] == [1, 1, 2, 2]
    assert np.isfinite(group.paces["side by side"])
    for limits in ({"SIDE_BY_SIDE": 1}, {"SIDE_BY_SIDE": 2, "LARGE": 0}):
        calls, group = trained(small, data, monkeypatch, **limits)
        assert (calls, list(group.paces)) == ([1] * 13, ["turn"])


def test_programs_are_kept_until_the_last_rung(small, data):
    rows, _ = make_data(small, {}, *data, Options())
    engine = SearchRunner(small, rows, [TrialConfig({}, (2,), 43)], unscored(rows, [0]))
    (group,) = engine.groups()
    (first,) = engine.run(1, [group])
    trainer = group._trainer
    assert trainer is not None
    assert list(first.reports) == [1]
    group.go_on({0})
    (last,) = engine.run(None, [group])
    assert list(last.reports) == [1, 2]
    assert group._trainer is None


def test_bags_have_room_for_the_fullest_batches_of_all_orders():
    counts = np.repeat([1, 4000], 4)
    columns = np.concatenate([np.arange(n) for n in counts])
    starts = np.concatenate([[0], np.cumsum(counts)])
    bags = bags_from_sparse(scipy.sparse.csr_matrix((np.ones(16004), columns, starts)), "x")
    few, many = np.arange(4), np.arange(4, 8)
    rooms = [bags.for_batches(order, 2).room for order in (few, many)]
    assert rooms[0] < rooms[1]
    none = np.arange(0)
    for orders, room in (([few, many, none], rooms[1]), ([many, few], rooms[1]), ([few], rooms[0])):
        assert with_room((bags, None), orders, 2)[0].room == room


def test_what_is_no_mere_error_of_a_network_ends_the_search(small, data):
    def build(**params):
        built.append(params)
        if len(built) == 3:
            raise SystemExit("enough")
        return small(**params)

    built = []
    rows, _ = make_data(small, {}, *data, Options())
    engine = SearchRunner(build, rows, [TrialConfig({}, (1,), 43)], unscored(rows, [0]))
    with pytest.raises(SystemExit, match="enough"):
        list(engine.run())


# Results --------------------------------------------------------------------------------------


def results_of(scores, epochs=(2, 4), stopped=None, errors=None):
    rows = np.arange(8, dtype=np.int32)
    splits = [SeededSplit(i, rows[:6], rows[6:]) for i in range(len(scores[0]))]
    trials = [TrialConfig({"a": i}, epochs, parameters=9 - i) for i in range(len(scores))]
    records = [
        Record(i, s, {2: {"val_loss": v + 1}, 4: {"val_loss": v, "loss": 2 * v}}, seconds=0.25)
        for i, row in enumerate(scores)
        for s, v in enumerate(row)
    ]
    for record in records:
        record.error, record.failed_epoch = (errors or {}).get(record.trial, (None, 1))
    candidates = [{"a": i} for i in range(len(scores))]
    return Results(
        candidates, range(len(scores)), trials, splits, records, "val_loss", "min", None, stopped
    )


def test_histories_have_a_place_for_each_epoch():
    found = results_of([[1.0, 2.0], [0.5, 0.5]])
    assert found.best.index == 1
    np.testing.assert_array_equal(found.history(), [[np.nan, 1.5, np.nan, 0.5]] * 2)
    np.testing.assert_array_equal(found.history("loss", 0)[1], [np.nan, np.nan, np.nan, 4.0])


def test_what_came_of_a_search_can_not_be_changed():
    found = results_of([[1.0, 1.1], [0.5, 0.6]])
    for result in (found.best, found.lead(), NestedResults("val_mae", np.ones(2), [{}, {}], [])):
        for name in vars(result):
            with pytest.raises(FrozenInstanceError):
                setattr(result, name, None)


def test_why_a_candidate_has_no_score():
    found = results_of([[1.0], [2.0], [3.0]], stopped={1: 2, 2: 4}, errors={0: ("bad", 3)})
    assert [found.note(i) for i in range(3)] == ["bad", "stopped after epoch 2", ""]
    assert found.errors == ["bad", None, None]
    table = found.to_pandas()
    assert table["stopped"].isna().tolist() == [True, False, True]
    assert table["stopped"][1] == 2
    assert table["rank"].tolist()[1:] == [1, 2]
    assert table["rank"].isna().tolist() == [True, False, False]
    assert table["seconds"].tolist() == [0.25] * 3
    assert table["val_loss_std"].tolist()[1:] == [0, 0]
    assert list(table.columns[:5]) == ["a", "val_loss", "val_loss_std", "loss", "loss_std"]
    assert repr(found) == "<Results of 3 candidates on 1 splits>"
    with pytest.raises(RuntimeError, match="there are 2 candidates and 1 splits"):
        found.lead()
    assert np.isnan(found.p_values()).all()
    none = results_of([[1.0]], errors={0: ("bad", 1)})
    with pytest.raises(RuntimeError, match=r"No candidate has a score. The first one's error: bad"):
        _ = none.best
    with pytest.raises(RuntimeError, match="there is no data to fit"):
        found.refit()


def test_tables_show_the_best_first_and_those_without_a_score_last():
    found = results_of([[3.0, 3.0], [1.0, 1.5], [2.0, 2.0]], errors={0: ("bad", 1)})
    lines = [line.split() for line in str(found).splitlines()]
    assert [line[0] for line in lines[1:4]] == ["1", "2", "0"]
    assert lines[1][-1] == "best"
    assert lines[3][-1] == "bad"
    assert "over 2 splits. The lead of 0.75 over the second" in str(found)
    assert len(found.table(1).rows) == 1


# Progress -------------------------------------------------------------------------------------


def test_lines_of_progress(capsys, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    found = results_of([[1.0, 1.0], [0.5, 0.5]])
    with Watch(4, lambda: found) as watch:
        watch.count()
        assert capsys.readouterr().out == ""
        now[0] += 10
        watch.count()
        assert capsys.readouterr().out == ""
        now[0] += 1
        watch.count()
        assert capsys.readouterr().out == (
            "3 of 4 trainings, 11 s spent, about 4 s left; best val_loss 0.5000 with a=1\n"
        )
        watch.count()
    assert capsys.readouterr().out == (
        "4 of 4 trainings, 11 s spent; best val_loss 0.5000 with a=1\n"
    )
    with Watch(2) as watch:
        watch.count(2)
    assert capsys.readouterr().out == "2 of 2 trainings, 0 s spent\n"
    with Watch(2, verbose=0) as watch:
        watch.count(2)
    assert capsys.readouterr().out == ""


def test_trainings_that_come_to_an_end_are_counted(monkeypatch):
    half, whole = {1: {"loss": 1.0}}, {1: {"loss": 1.0}, 2: {"loss": 0.5}}
    records = [Record(0, 0, half), Record(0, 0, whole), Record(0, 1, {}, "bad")]
    monkeypatch.setattr(SearchRun, "_train", lambda self: iter(records))
    run = SearchRun(None, None, [TrialConfig({}, (1, 2))], [None] * 2, Options(), "loss", "min")
    with Watch(2, verbose=0) as watch:
        run.run(watch)
    assert watch.finished == 2
    assert run.found == records[1:]


def test_pictures_of_progress(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    for make, ranked in ((None, False), (lambda: results_of([[1.0, 1.0], [0.5, 0.5]]), True)):
        with Watch(2, make) as watch:
            watch.count(2)
        shown = capsys.readouterr().out
        assert "2 of 2 trainings" in shown
        assert ("0.5000" in shown) == ranked


# The journal ----------------------------------------------------------------------------------


def test_a_journal_answers_for_the_epochs_that_it_has(tmp_path):
    trial = TrialConfig({"units": 4, "sizes": (1, 2)}, (2,), parameters=7)
    longer, other = TrialConfig({"units": 4, "sizes": (1, 2)}, (2, 3)), TrialConfig({}, (2,))
    path = tmp_path / "deep" / "deeper" / "journal"
    journal = Journal(path, {"the data": "a"})
    journal.add(Record(0, 1, {2: {"val_loss": 0.5}}, seconds=3.0), trial)
    journal.add(Record(0, 0, {}, "bad", 2), trial)
    journal.close()
    journal = Journal(path, {"the data": "a"})
    again = TrialConfig(trial.params, (2,))
    found = journal.finished([other, again], 3)
    assert [(r.trial, r.split, r.reports, r.error, r.seconds) for r in found] == [
        (1, 0, {}, "bad", 0.0),
        (1, 1, {2: {"val_loss": 0.5}}, None, 3.0),
    ]
    assert again.parameters == 7
    # The one that failed failed for good; the other must go on to epoch 3.
    assert [r.split for r in journal.finished([longer], 2)] == [0]
    assert [r.split for r in journal.finished([TrialConfig(trial.params, (3,))], 2)] == [0]
    # Lists are no tuples, other batches no same training, and training scores no scores.
    assert not journal.finished([TrialConfig({"units": 4, "sizes": [1, 2]}, (2,))], 2)
    assert not journal.finished([TrialConfig(trial.params, (2,), batch_size=8)], 2)
    assert not journal.finished([TrialConfig(trial.params, (2,), shuffle=False)], 2)
    journal.add(Record(0, 2, {2: {"loss": 0.5}}), trial)
    journal.close()
    journal = Journal(path, {"the data": "a"})
    assert [r.split for r in journal.finished([again], 3)] == [0, 1]
    journal.close()
    assert path.read_bytes().count(b"\n") == 4


def test_the_first_object_that_can_not_be_told_is_named(small, data):
    def build(first=threading.Lock(), second=(n for n in [])):  # noqa: B008
        return small()

    rows, _ = make_data(small, {}, *data, Options())
    kinds = [type(value).__qualname__ for value in build.__defaults__]
    with pytest.raises(ValueError, match=f"reads an object of type '{kinds[0]}'"):
        identity_of(build, rows, unscored(rows, [0]))
