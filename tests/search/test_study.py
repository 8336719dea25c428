"""Searches give the scores of training alone, name what is wrong, and survive what fails."""

import numpy as np
import pytest
from scipy import sparse, stats

import kerata as keras
from kerata import search
from kerata.search.options import Options, make_data, make_splits
from kerata.search.study import SearchRun


def splits_of(build, x, y, folds, **options):
    given = Options(**options)
    rows, model = make_data(build, {}, x, y, given)
    return make_splits(rows, model, folds, given)


SPACE = {"learning_rate": [0.05, 0.2], "rate": [0.25, 0.5], "epochs": [1, 3]}


@pytest.fixture(scope="module")
def found(small, data):
    return search.grid(small, SPACE, *data, folds=3, batch_size=8, seed=5, verbose=0)


def test_a_grid_is_equal_to_training_each_alone(found, small, data, alone):
    splits = splits_of(small, *data, 3, seed=5)
    assert sorted({len(s.test) for s in splits}) == [14, 15]
    assert len(found) == 8
    for index in (0, 5, 7):
        params = dict(found.candidates[index])
        epochs = params.pop("epochs")
        for number, split in enumerate(splits):
            _, expected = alone(
                small, params, split.seed, split.train, split.test, epochs, batch_size=8
            )
            for name, value in expected.items():
                assert found.scores(name)[index, number] == pytest.approx(value, abs=1e-5)


def test_epochs_are_one_axis_of_one_training(found):
    assert len({found._which[i] for i in range(8)}) == 4
    assert found._which[0] == found._which[1]


def test_the_table_has_a_row_a_candidate(found):
    table = found.to_pandas()
    assert list(table.columns[:5]) == [*SPACE, "val_accuracy", "val_accuracy_std"]
    scores = found.scores("val_accuracy")
    np.testing.assert_allclose(table["val_accuracy"], scores.mean(axis=1))
    np.testing.assert_allclose(table["val_accuracy_std"], scores.std(axis=1, ddof=1))
    assert sorted(table["rank"]) == list(range(1, 9))
    assert table["error"].isna().all()
    assert set(table["parameters"]) == {22}


def test_the_best_is_refitted_on_all_rows(found, small, data, alone):
    model = found.refit()
    params = dict(found.best.params)
    everything = np.arange(43)
    expected, _ = alone(small, params, 5, everything, [], params.pop("epochs"), batch_size=8)
    np.testing.assert_allclose(
        model.predict(data[0], verbose=0), expected.predict(data[0], verbose=0), atol=1e-5
    )


def test_it_prints_as_a_table(found):
    text = str(found)
    assert len(text.splitlines()) == 10
    assert text.splitlines()[1].endswith("best")
    assert "p = " in text


def test_cross_validation_scores_every_epoch(small, data, alone):
    results = search.cross_validate(
        small, *data, folds=3, repeats=2, epochs=3, batch_size=8, verbose=0
    )
    assert results.history("val_loss").shape == (6, 3)
    assert results.candidates == [{}]
    splits = splits_of(small, *data, 3, repeats=2)
    _, expected = alone(small, {}, 4, splits[4].train, splits[4].test, 2, batch_size=8)
    assert results.history("val_loss")[4, 1] == pytest.approx(expected["val_loss"], abs=1e-5)
    assert results.history("loss")[4, 1] == pytest.approx(expected["loss"], abs=1e-5)


@pytest.mark.slow
def test_sparse_rows(data, alone):
    dense = np.where(np.random.default_rng(1).random((40, 600)) < 0.01, 1, 0).astype("float32")
    y = dense[:, :300].sum(axis=1) > dense[:, 300:].sum(axis=1)

    def build():
        model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(1)])
        model.compile("rmsprop", "mse")
        return model

    results = search.cross_validate(
        build, sparse.csr_matrix(dense), y, folds=2, epochs=2, batch_size=8, verbose=0
    )
    split = splits_of(build, dense, y, 2)[1]
    _, expected = alone(
        build, {}, 1, split.train, split.test, 2, x=dense, y=y.astype("f4"), batch_size=8
    )
    assert results.scores("val_loss")[0, 1] == pytest.approx(expected["val_loss"], abs=1e-5)


@pytest.mark.slow
def test_random_draws_from_lists_and_distributions(small, data):
    space = {
        "learning_rate": search.loguniform(1e-3, 1e-1),
        "rate": stats.uniform(0.1, 0.5),
        "l2": [0.01, 0.1],
    }
    one, two = (search.random(small, space, *data, n=3, verbose=0, seed=s) for s in (1, 1))
    assert one.candidates == two.candidates
    assert one.scores().tolist() == two.scores().tolist()
    rates = [c["learning_rate"] for c in one.candidates]
    assert len(set(rates)) == 3
    assert all(1e-3 <= r <= 1e-1 for r in rates)


def test_many_of_one_shape_compile_one_program_a_size(small, data, monkeypatch):
    from kerata.search import vectorized_trainer

    made = []
    begin = vectorized_trainer.VectorizedTrainer.__init__
    monkeypatch.setattr(
        vectorized_trainer.VectorizedTrainer,
        "__init__",
        lambda self, *a, _f=begin: made.append(_f(self, *a)),
    )
    space = {"learning_rate": [0.01, 0.02, 0.03], "rate": [0.1, 0.2], "l2": [0.1, 0.2, 0.3]}
    results = search.grid(small, space, *data, folds=3, verbose=0)
    assert np.isfinite(results.scores()).all()
    assert len(made) == 2


@pytest.mark.slow
def test_progress_is_told_in_lines_or_shown_in_a_terminal(small, data, capsys, monkeypatch):
    space = {"units": [2, 0]}
    search.grid(small, space, *data, folds=2)
    told = capsys.readouterr().out
    assert told.startswith("4 of 4 trainings, ")
    assert "best val_accuracy 0." in told
    assert "with units=2" in told
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    search.grid(small, space, *data, folds=2, epochs=2)
    shown = capsys.readouterr().out
    assert "ArithmeticError: no units, no network" in shown
    assert "4 of 4 trainings" in shown


# What fails -----------------------------------------------------------------------------------


def test_a_candidate_that_raises_or_diverges_is_recorded(small, data):
    space = {"units": [3, 0], "learning_rate": [0.05, 1e30], "epochs": [1, 3]}
    results = search.grid(small, space, *data, folds=2, batch_size=8, verbose=0)
    errors = [
        results.errors[results.candidates.index(dict(zip(space, c, strict=True)))]
        for c in ((3, 0.05, 3), (0, 0.05, 1), (3, 1e30, 3))
    ]
    assert errors[:2] == [None, "ArithmeticError: no units, no network"]
    assert "FloatingPointError: The training loss became" in errors[2]
    assert results.best.params["learning_rate"] == 0.05
    assert len(results.ranking()) < 8
    assert "no units" in str(results)


def test_all_fail(small, data):
    results = search.grid(small, {"units": [0, -1]}, *data, folds=2, verbose=0)
    with pytest.raises(RuntimeError, match="no units, no network"):
        _ = results.best


def test_numbers_that_cant_be_traced_get_programs_of_their_own(data, alone):
    class Picky(keras.layers.Layer):
        def __init__(self, share):
            super().__init__()
            self.share = share

        def call(self, x):
            return x[:, : int(self.share * x.shape[1])]

    def build(share=0.4):
        model = keras.Sequential([Picky(share), keras.layers.Lambda(lambda x: x), Mean()])
        model.compile("sgd", "mse")
        return model

    class Mean(keras.layers.Layer):
        def build(self, shape):
            self.factor = self.add_weight(shape=(), initializer="ones")

        def call(self, x):
            return self.factor * x.mean(axis=1)

    results = search.grid(build, {"share": [0.4, 0.8]}, *data, folds=2, verbose=0)
    split = splits_of(build, *data, 2)[0]
    assert results.errors == [None, None]
    for index, share in enumerate((0.4, 0.8)):
        _, expected = alone(build, {"share": share}, 0, split.train, split.test, 1)
        assert results.scores()[index, 0] == pytest.approx(expected["val_loss"], abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"space": {"unit": [1]}}, r"'unit'.* Did you mean 'units'\?"),
        ({"space": {"batchsize": [1]}}, r"Did you mean 'batch_size'\?"),
        ({"space": {}}, "empty; name at least one"),
        ({"space": {"units": []}}, "list of values of 'units' is empty"),
        ({"space": {"units": 3}}, r"must be a list, got 3. .* write \[3\]"),
        ({"space": {"epochs": [0]}}, "epochs must be a whole number of at least 1, got 0"),
        ({"space": {"epochs": [1]}, "epochs": 2}, "epochs is given twice"),
        ({"folds": 1}, "folds must be at least 2"),
        ({"folds": 44}, r"folds=44 is more than there are rows \(43\)"),
        ({"folds": 30}, r"folds=30 is more than class [01].0 has rows"),
        ({"folds": []}, "folds is empty"),
        ({"repeats": 0}, "repeats must be"),
        ({"scoring": "acuracy"}, r"Did you mean 'accuracy'\?"),
        ({"mode": "up"}, "mode must be 'auto', 'min' or 'max'"),
        ({"seed": -1}, "seed must be"),
        ({"halving": -3}, "halving must be"),
        ({"groups": [1, 2]}, "a label for each of the 43 rows"),
        ({"y": np.zeros(3)}, "must have the same number"),
    ],
    ids=lambda v: "" if isinstance(v, str) else "-".join(v),
)
def test_bad_input(small, data, change, message):
    x, y = data
    arguments = {"space": {"units": [3]}, "x": x, "y": y, "verbose": 0} | change
    with pytest.raises(ValueError, match=message):
        search.grid(small, **arguments)


def test_an_unknown_option_comes_with_a_suggestion(small, data):
    with pytest.raises(TypeError, match=r"no argument 'fold_s'. Did you mean 'folds'|Known names"):
        search.grid(small, {"units": [3]}, *data, fold_s=3)


def test_builders_that_are_none(data):
    with pytest.raises(TypeError, match="build must be a function"):
        search.grid(keras.Sequential(), {"units": [3]}, *data)
    results = search.grid(lambda units: None, {"units": [3]}, *data, verbose=0)
    assert "must return a model, got NoneType" in results.errors[0]
    results = search.grid(
        lambda units: keras.Sequential([keras.layers.Dense(1)]), {"units": [3]}, *data, verbose=0
    )
    assert "without compiling it" in results.errors[0]
    with pytest.raises(ValueError, match="needs a value for 'width'"):
        search.cross_validate(lambda width: None, *data)


@pytest.mark.slow
def test_the_callers_random_numbers_are_left_alone(small, data):
    keras.utils.set_random_seed(3)
    expected = keras.random.normal((2,)).tolist(), np.random.random()
    keras.utils.set_random_seed(3)
    search.cross_validate(small, *data, folds=2, verbose=0)
    assert (keras.random.normal((2,)).tolist(), np.random.random()) == expected


def test_ctrl_c_ends_the_search(small, data, monkeypatch):
    def interrupted(self, watch):
        for _ in self._train():
            raise KeyboardInterrupt

    monkeypatch.setattr(SearchRun, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        search.grid(small, {"rate": [0.1, 0.2, 0.3]}, *data, folds=2, verbose=0)


def test_random_tries_twenty_by_default(small, data):
    failing = {"units": search.integers(-40, 0)}
    assert len(search.random(small, failing, *data, folds=2, verbose=0).candidates) == 20
