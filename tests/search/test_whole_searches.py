"""Folds, progress, nested searches and ensembles: exact outcomes of small searches."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

import kerata as keras
from kerata import search
from kerata.search import options, space, watch as watch_module
from kerata.search.journal import Journal
from kerata.search.nested import NestedResults
from kerata.search.networks import Network
from kerata.search.options import Options, make_data, ranking_score
from kerata.search.results import Results
from kerata.search.runner import Record, SeededSplit, TrialConfig
from kerata.search.splits import classes_of, folds_of
from kerata.search.study import SearchRun
from kerata.search.table import Row, candidates_html
from kerata.search.watch import Watch

RNG = np.random.default_rng(4)
X = RNG.normal(size=(16, 3)).astype("float32")
Y = (X @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")


def linear(rate=0.1, scale=1.0):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def fitted(params, seed, train, epochs):
    keras.utils.set_random_seed(seed)
    model = linear(**params)
    model.fit(X[train], Y[train], epochs=epochs, batch_size=32, verbose=0)
    return model


# Folds ----------------------------------------------------------------------------------------


def test_folds_are_drawn_from_the_seed_and_the_repeat():
    found = folds_of(3, 10, repeats=2, seed=5)
    for repeat in range(2):
        order = np.random.default_rng([5, repeat]).permutation(10)
        for fold, part in enumerate(np.array_split(order, 3)):
            train, held = found[3 * repeat + fold]
            assert held.tolist() == sorted(part)
            assert train.tolist() == sorted(set(range(10)) - set(part))
            assert train.dtype == held.dtype == np.int32


def test_classes_are_dealt_out_one_after_the_other():
    classes = np.array([1, 0, 1, 1, 0, 1, 0, 1])
    rng = np.random.default_rng([0, 0])
    expected = [[], []]
    turn = 0
    for label in (0, 1):
        for row in rng.permutation(np.flatnonzero(classes == label)):
            expected[turn % 2].append(int(row))
            turn += 1
    assert [held.tolist() for _, held in folds_of(2, 8, classes)] == [sorted(e) for e in expected]


def test_groups_are_dealt_out_by_their_size_then_by_chance():
    groups = np.array([0, 0, 0, 1, 1, 2, 2, 3, 4, 5])
    rng = np.random.default_rng([9, 0])
    order = rng.permutation(6)
    sizes = np.array([3, 2, 2, 1, 1, 1])
    order = sorted(order, key=lambda g: -sizes[g])
    filled, fold = [0, 0, 0], {}
    for group in order:
        fold[group] = filled.index(min(filled))
        filled[fold[group]] += sizes[group]
    expected = [[r for r in range(10) if fold[groups[r]] == f] for f in range(3)]
    assert [held.tolist() for _, held in folds_of(3, 10, groups=groups, seed=9)] == expected
    # Repeated without shuffling, groups are dealt out by chance from the second time on.
    again = folds_of(3, 10, groups=groups, seed=9, repeats=2, shuffle=False)
    first = [held.tolist() for _, held in again[:3]]
    assert first == [[0, 1, 2, 9], [3, 4, 7], [5, 6, 8]]


def test_scikit_learns_splitters_are_asked_with_classes_and_groups():
    asked = []

    class Splitter:
        def split(self, x, y, groups):
            asked.append((x.shape, y.tolist(), groups))
            yield [0, 1], [2]

    ((train, held),) = folds_of(Splitter(), 3, np.array([1, 0, 1]), groups="abc")
    folds_of(Splitter(), 3)
    assert asked == [((3, 1), [1, 0, 1], "abc"), ((3, 1), [0, 0, 0], None)]
    assert (train.tolist(), held.tolist()) == ([0, 1], [2])
    for mask in ([True, False], [[0, 1]]):
        with pytest.raises(ValueError, match="row numbers must be whole numbers in a list"):
            folds_of([(mask, [2])], 3)


def test_classes_of_one_column_and_of_several():
    assert classes_of([3, 1]).tolist() == [3, 1]
    assert classes_of(np.array([[0.2, 0.7, 0.1]])).tolist() == [1]
    assert classes_of(np.array([[[0, 1], [1, 0]]])).tolist() == [[1, 0]]
    assert classes_of(np.array([[[5], [6]]])).tolist() == [5]


# Candidates and scores ------------------------------------------------------------------------


def test_builders_without_a_signature_take_any_name():
    class Odd:
        __signature__ = "none"

        def __call__(self, **params):
            return linear()

    space.check_names(Odd(), ["whatever"])
    (trial,), which = space.courses_of(Odd(), [{"whatever": 1, "epochs": 2}])
    assert (trial.params, trial.epochs, which) == ({"whatever": 1}, (2,), [0])
    with pytest.raises(ValueError, match=r"^Odd\(\) needs a value for 'units'"):
        space.check_names(type("Odd", (), {"__call__": lambda self, units: None})(), [])
    for what in (keras.layers.Dense(1), "linear"):
        with pytest.raises(TypeError, match="returns a new compiled model each time, got "):
            space.check_names(what, [])


def test_numpys_draws_become_plain_numbers():
    class Drawn:
        def rvs(self, random_state):
            return np.float32(0.5)

    drawn = space.random_candidates({"a": Drawn(), "b": [np.int64(3)], "c": [None]}, 1, 0)
    assert drawn == [{"a": 0.5, "b": 3, "c": None}]
    assert [type(v) for v in drawn[0].values()] == [float, int, type(None)]


def test_classes_have_their_weights_by_output():
    def two(names=("a", "b")):
        x = keras.Input((3,))
        model = keras.Model(x, [keras.layers.Dense(1, name=name)(x) for name in names])
        model.compile("sgd", "binary_crossentropy")
        return model

    y = {"a": np.array([0, 1, 1]), "b": np.array([1, 1, 0])}
    given = Options(class_weight={"b": {0: 1.0, 1: 5.0}})
    rows, model = make_data(two, {}, X[:3], y, given)
    weights = [None if w is None else np.ravel(w).tolist() for w in rows.sample_weight]
    assert weights == [None, [5, 5, 1]]
    assert rows.judged_weight is None
    # Losses of the outputs rank nothing where there is the loss of them all.
    assert ranking_score(model, rows, given) == ("val_loss", "min")


def test_scores_rank_by_the_first_metric(monkeypatch):
    rows, model = make_data(linear, {}, X, Y, Options())
    assert ranking_score(model, rows, Options()) == ("val_mae", "min")
    for names, wanted in (
        (["loss", "a_loss", "r2_score"], "val_r2_score"),
        (["loss", "a_loss"], "val_loss"),
        (["a_loss", "b_loss"], "val_a_loss"),
    ):
        monkeypatch.setattr(options, "reported", lambda *a, n=names: {"test": dict.fromkeys(n, 0)})
        assert ranking_score(model, rows, Options(mode="max")) == (wanted, "max")


def test_a_model_that_cannot_be_made_ready_is_left_to_its_training():
    def build():
        model = keras.Sequential([keras.layers.Dense(1), keras.layers.Reshape((5,))])
        model.compile("sgd", "mse")
        return model

    rows, model = make_data(build, {}, X, Y, Options())
    assert model is None
    assert rows.count == 16
    results = search.grid(build, {"epochs": [1]}, X, Y, folds=2, verbose=0)
    assert results.errors[0].startswith("ValueError: ")


def results_of(scores, mode="max", metric="val_auc"):
    rows = np.arange(6, dtype=np.int32)
    splits = [SeededSplit(i, rows[:4], rows[4:]) for i in range(len(scores[0]))]
    trials = [TrialConfig({}, (1,), parameters=7 - i) for i in range(len(scores))]
    records = [
        Record(i, s, {1: {metric: v}}) for i, row in enumerate(scores) for s, v in enumerate(row)
    ]
    names = [{"a": i} for i in range(len(scores))]
    return Results(names, range(len(scores)), trials, splits, records, metric, mode)


def test_the_mean_of_a_rung_counts_for_what_is_better():
    for mode, sign in (("max", 1), ("min", -1)):
        run = SearchRun(None, None, [TrialConfig({}, (2,))] * 2, [None] * 2, Options(), "m", mode)
        run._records = {
            (0, 0): Record(0, 0, {1: {"m": 1.0}, 2: {"m": 9.0}}),
            (0, 1): Record(0, 1, {1: {"m": 2.0}}, "bad", 2),
            (1, 0): Record(1, 0, {1: {"other": 2.0}}),
        }
        assert run._mean(0, 1) == sign * 1.5
        # Who failed on a fold, lacks the score or was not trained has none.
        assert np.isnan(run._mean(0, 2))
        assert np.isnan(run._mean(1, 1))


def test_columns_of_scores_of_rows_held_back_come_first():
    found = results_of([[0.5, 0.6]])
    found.metrics = ["zeta", "val_loss", "auc", "val_auc", "loss", "val_zeta"]
    assert [c for c in found.to_pandas().columns if c in found.metrics] == [
        *("val_auc", "val_loss", "val_zeta", "zeta", "auc", "loss"),
    ]


# Tables and progress --------------------------------------------------------------------------


def test_long_tables_in_a_notebook_end_somewhere():
    rows = [Row({"a": i}, 0.5, 0.0, "", best=i == 1) for i in range(102)]
    page = candidates_html(rows, ["a"], "val_auc")
    assert page.count("<tr>") == 101
    assert "... and 2 more candidates." in page
    assert page.count("font-weight:bold") == 4
    assert "<th" in page
    assert ">auc<" in page
    assert "... and 1 more candidate." in candidates_html(rows[:101], ["a"], "val_auc")
    assert "more candidate" not in candidates_html(rows[:100], ["a"], "val_auc")


def test_a_live_picture_is_drawn_three_times_a_second(monkeypatch):
    now, drawn = [50.0], []
    monkeypatch.setattr(watch_module.time, "perf_counter", lambda: now[0])
    results = SimpleNamespace(table=lambda rows: drawn.append(rows) or "table")
    watch = Watch(9, lambda: results, verbose=1)
    watch._live = SimpleNamespace(
        update=lambda picture: drawn.append(type(picture).__name__),
        stop=lambda: drawn.append("end"),
    )
    for seconds in (0.0, 0.3, 0.1, 0.25, 0.1):
        now[0] += seconds
        watch.count()
    # At once, then where more than 0.3 s have passed; of a table its first twelve rows.
    assert drawn == [12, "Group"] * 3
    assert watch.finished == 5
    watch.__exit__()
    assert drawn[-3:] == [12, "Group", "end"]


def test_what_is_left_is_told_between_the_first_and_the_last(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(watch_module.time, "perf_counter", lambda: now[0])
    watch = Watch(5)
    now[0] = 8.0
    assert watch._sentence() == "0 of 5 trainings, 8 s spent"
    watch.finished = 2
    assert watch._sentence() == "2 of 5 trainings, 8 s spent, about 12 s left"
    assert watch._line() == watch._sentence()
    watch.finished = 5
    assert watch._sentence() == "5 of 5 trainings, 8 s spent"
    watch.make = lambda: results_of([[np.nan]])
    assert watch._line() == watch._sentence()
    watch.make = lambda: results_of([[0.25], [0.5]])
    assert watch._line() == f"{watch._sentence()}; best val_auc 0.5000 with a=1"


@pytest.mark.parametrize(("count", "said"), [(1, "1 damaged line (2)"), (5, "(2, 3, 4, 5, 6)")]
                         + [(6, "6 damaged lines (2, 3, 4, 5, 6, ...)")])  # fmt: skip
def test_damaged_lines_are_named_up_to_five(tmp_path, count, said):
    path = tmp_path / "journal"
    Journal(path, {"the data": "a"}).close()
    path.write_bytes(path.read_bytes() + b"damage\n" * count)
    with pytest.warns(UserWarning, match=re.escape(f"{said}; what stood there is trained again.")):
        Journal(path, {"the data": "a"}).close()


def test_a_journal_of_another_version_is_refused(tmp_path):
    from kerata.search.journal import _line

    path = tmp_path / "journal"
    path.write_bytes(_line({"kerata search": 1, "the data": "a"}))
    with pytest.raises(ValueError, match="is the journal of a search by another version of Kerata"):
        Journal(path, {"the data": "a"})
    assert json.loads(path.read_bytes())["kerata search"] == 1


# Nested searches ------------------------------------------------------------------------------


def test_how_much_better_winners_looked():
    inner = [results_of([[0.75, 0.85]]), results_of([[0.6, 0.8], [0.9, 0.9]])]
    found = NestedResults("val_auc", np.array([0.75, 0.8]), [{"a": 0}, {"a": 0.00012345}], inner)
    assert found.optimism == pytest.approx(0.85 - 0.775)
    assert str(found).splitlines() == [
        "val_auc 0.7750 ± 0.0354 over 2 folds (in their own searches the winners looked better by "
        "0.0750)",
        "  0.7500  a=0",
        "  0.8000  a=0.0001234",
    ]
    lower = [results_of([[0.5, 0.7]], "min", "val_mae")]
    found = NestedResults("val_mae", np.array([0.75]), [{}], lower)
    assert (found.optimism, found.spread) == (pytest.approx(0.15), 0.0)


def test_a_nested_search_judges_by_rows_of_its_own(capsys):
    grid = {"rate": [0.001, 0.1], "epochs": [1, 3]}
    found = search.nested(linear, grid, X, Y, folds=2, inner_folds=2, seed=3)
    # Two trainings on four inner folds, and each outer fold's winner.
    assert capsys.readouterr().out.startswith("10 of 10 trainings")
    assert [r.metric for r in found.inner] == ["val_mae"] * 2
    outer = folds_of(2, 16, seed=3)
    for fold, (train, held) in enumerate(outer):
        inner = folds_of(2, 8, seed=3)
        scores = found.inner[fold].scores()
        assert scores.shape == (4, 2)
        for number, (part, rest) in list(enumerate(inner))[1 - fold : 2 - fold]:
            # Outer split i and inner split j are trained with the seed of both.
            model = fitted({"rate": 0.1}, 3 + fold + 3 + number, train[part], 3)
            expected = model.evaluate(X[train[rest]], Y[train[rest]], verbose=0, return_dict=True)
            assert scores[3, number] == pytest.approx(expected["mae"], abs=1e-5)
        assert found.chosen[fold] == {"rate": 0.1, "epochs": 3}
        model = fitted({"rate": 0.1}, 3 + fold, train, 3)
        expected = model.evaluate(X[held], Y[held], verbose=0, return_dict=True)
        assert found.scores[fold] == pytest.approx(expected["mae"], abs=1e-5)


# Ensembles ------------------------------------------------------------------------------------


def test_networks_that_fail_are_left_out(monkeypatch):
    calls = []

    def build(rate=0.1):
        calls.append(rate)
        # The data, the structure, the template, then one a network: the second one fails.
        if len(calls) == 5:
            raise ArithmeticError("not this one")
        return linear(rate)

    monkeypatch.setitem(search.ensemble.__globals__, "BATCH", 6)
    several = search.ensemble(build, X, Y, n=3, seed=2, params={"rate": 0.05}, epochs=2, verbose=0)
    assert (len(several), several.failed, repr(several)) == (2, 1, "<Ensemble of 2 networks>")
    assert set(calls) == {0.05}
    # 16 rows are 6, 6 and 4.
    each = several.predict_each(X)
    assert each.shape == (2, 16, 1)
    everything = np.arange(16)
    for place, seed in enumerate((2, 4)):
        expected = fitted({"rate": 0.05}, seed, everything, 2).predict(X, verbose=0)
        np.testing.assert_allclose(each[place], expected, atol=1e-5)
        np.testing.assert_allclose(several.model(place).predict(X, verbose=0), expected, atol=1e-5)
        assert several.reports[place].keys() == {"loss", "mae"}
    np.testing.assert_array_equal(several.predict_each(X), each)
    with pytest.raises(IndexError):
        several.model(2)
    for n in (True, 0, 1.5):
        with pytest.raises(ValueError, match=f"n must be a whole number of at least 1, got {n}"):
            search.ensemble(build, X, Y, n=n)
    with pytest.raises(ValueError, match="params has the name 'rates'"):
        search.ensemble(build, X, Y, params={"rates": 1})


def test_a_network_is_built_with_its_parameters_and_seed():
    rows, _ = make_data(linear, {}, X, Y, Options())
    network = Network(linear, {"rate": 0.5}, rows, 7)
    keras.utils.set_random_seed(7)
    expected = linear()
    expected.build((None, 3))
    np.testing.assert_array_equal(network.model.weights[0], expected.weights[0])
    assert (float(network.model.optimizer.learning_rate), network.parameters) == (0.5, 4)
