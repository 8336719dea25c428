"""Folds, statistics, distributions, structures: the parts of a search on their own."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

import kerata as keras
from kerata import search
from kerata.search.splits import classes_of, folds_of
from kerata.search.statistics import corrected_t_test, standard_error
from kerata.search.structure import Structure

# Folds ----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 7), st.integers(7, 40), st.integers(0, 3), st.booleans(), st.booleans())
def test_each_row_is_held_back_once(folds, rows, kinds, shuffle, grouped):
    labels = np.arange(rows) % (kinds + 1)
    classes = labels if kinds and not grouped and np.bincount(labels).min() >= folds else None
    groups = np.arange(rows) // 1 if grouped else None
    pairs = folds_of(folds, rows, classes, groups, shuffle=shuffle)
    held = np.concatenate([test for _, test in pairs])
    assert sorted(held.tolist()) == list(range(rows))
    for train, test in pairs:
        assert sorted([*train.tolist(), *test.tolist()]) == list(range(rows))
    sizes = [len(test) for _, test in pairs]
    assert max(sizes) - min(sizes) <= 1
    if classes is not None:
        for label in range(kinds + 1):
            counts = [int((labels[test] == label).sum()) for _, test in pairs]
            assert max(counts) - min(counts) <= 1


def test_groups_stay_together():
    groups = np.array(list("aabbbccddddeef"))
    for train, test in folds_of(3, 14, groups=groups):
        assert not set(groups[train]) & set(groups[test])


def test_repeats_differ_and_seeds_repeat():
    one = folds_of(3, 20, repeats=2)
    assert len(one) == 6
    assert one[0][1].tolist() != one[3][1].tolist()
    assert all(
        (a == b).all()
        for p, q in zip(one, folds_of(3, 20, repeats=2), strict=True)
        for a, b in zip(p, q, strict=True)
    )


def test_given_folds():
    from sklearn.model_selection import KFold

    expected = [(np.arange(5, 10), np.arange(5)), (np.arange(5), np.arange(5, 10))]
    for folds in (KFold(2), expected, [(~(np.arange(10) < 5), np.arange(10) < 5), expected[1]]):
        found = folds_of(folds, 10)
        for pair, other in zip(found, expected, strict=True):
            assert [p.tolist() for p in pair] == [o.tolist() for o in other]
    with pytest.raises(ValueError, match="from 0 to 8, got 9"):
        folds_of(expected, 9)


def test_classes_of_targets():
    assert classes_of(np.eye(3)[[2, 0]]).tolist() == [2, 0]
    assert classes_of(np.array([[1.0], [0.0]])).tolist() == [1, 0]


# Statistics -----------------------------------------------------------------------------------


def test_corrected_t_test_against_its_formula():
    a, b = np.array([0.9, 0.8, 0.85, 0.95]), np.array([0.88, 0.81, 0.8, 0.9])
    d = a - b
    mean, p = corrected_t_test(a, b, 1 / 3)
    t = d.mean() / np.sqrt((1 / 4 + 1 / 3) * d.var(ddof=1))
    assert mean == pytest.approx(d.mean())
    assert p == pytest.approx(2 * stats.t.sf(t, 3))
    # More careful than the plain test, which takes folds for independent.
    assert p > stats.ttest_rel(a, b).pvalue
    assert corrected_t_test(a, a, 0.5) == (0.0, 1.0)
    assert corrected_t_test(a + 1, a, 0.5)[1] < 1e-9
    with pytest.raises(ValueError, match="at least 2 each"):
        corrected_t_test(a[:1], b[:1], 0.5)


def test_the_correction_keeps_its_level():
    """Equally good candidates: 5 % of the leads are called real, by the plain test far more."""
    rng = np.random.default_rng(0)
    # The paper's model: folds share rows, so their differences are correlated by n_test / n.
    shared, own = np.sqrt(0.1) * rng.normal(size=(4000, 1)), rng.normal(size=(4000, 10))
    differences = shared + np.sqrt(0.9) * own
    zeros = np.zeros(10)
    corrected = np.mean([corrected_t_test(d, zeros, 1 / 9)[1] < 0.05 for d in differences])
    plain = np.mean(stats.ttest_1samp(differences, 0, axis=1).pvalue < 0.05)
    assert 0.04 < corrected < 0.06
    assert plain > 0.13


def test_standard_error():
    assert standard_error(np.array([1.0])) == 0
    assert standard_error(np.array([1.0, 3.0])) == pytest.approx(1.0)


# Distributions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "check"),
    [
        (search.uniform(2, 3), lambda v: 2 <= v.min() < 2.1 and 2.9 < v.max() <= 3),
        (search.loguniform(1e-4, 1), lambda v: abs(np.log10(v).mean() + 2) < 0.2),
        (search.integers(1, 4), lambda v: set(v) == {1, 2, 3, 4}),
        (search.integers(1, 1000, log=True), lambda v: 20 < np.median(v) < 50),
        (search.choice(["a", "b"]), lambda v: set(v) == {"a", "b"}),
    ],
    ids=["uniform", "loguniform", "integers", "log-integers", "choice"],
)
def test_draws(distribution, check):
    rng = np.random.default_rng(0)
    values = np.array([distribution.rvs(random_state=rng) for _ in range(500)])
    assert check(values)
    assert distribution.rvs(random_state=1) == distribution.rvs(random_state=1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: search.uniform(1, 0), "the smaller first"),
        (lambda: search.loguniform(0, 1), "above 0"),
        (lambda: search.integers(0.5, 2), "whole numbers"),
        (lambda: search.choice([]), "at least one value"),
    ],
    ids=["uniform", "loguniform", "integers", "choice"],
)
def test_distributions_that_are_none(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# Structures -----------------------------------------------------------------------------------


def structure(units=4, rate=0.5, activation="relu", momentum=0.9, smoothing=0.1, layer=None):
    model = keras.Sequential([keras.layers.Dense(units, activation), keras.layers.Dropout(rate)])
    if layer is not None:
        model.add(layer)
    loss = keras.losses.BinaryCrossentropy(label_smoothing=smoothing)
    model.compile(keras.optimizers.SGD(0.1, momentum=momentum), loss)
    model.build((None, 3))
    model.optimizer.build(model.trainable_weights)
    return Structure(model, model.optimizer, loss)


def test_numbers_are_no_structure():
    one, other = structure(), structure(rate=0.25, momentum=0.5, smoothing=0.3)
    assert one.signature == other.signature
    changed = [p for p in zip(one.numbers, other.numbers, strict=True) if p[0] != p[1]]
    assert sorted(changed) == [(0.1, 0.3), (0.5, 0.25), (0.9, 0.5)]


@pytest.mark.parametrize(
    "change",
    [{"units": 5}, {"rate": 0.0}, {"activation": "tanh"}, {"momentum": 0.0}, {"rate": 1}],
    ids=lambda c: "-".join(map(str, next(iter(c.items())))),
)
def test_structures_differ(change):
    assert structure().signature != structure(**change).signature


def test_closures_and_arrays_are_compared_by_what_they_hold():
    def scaled(factor):
        return keras.layers.Lambda(lambda x: x * factor)

    class Shift(keras.layers.Layer):
        def __init__(self, by):
            super().__init__()
            self.by = np.asarray(by)

        def call(self, x):
            return x + self.by

    same = structure(layer=scaled(2)).signature == structure(layer=scaled(2)).signature
    assert same
    assert structure(layer=scaled(2)).signature != structure(layer=scaled(3)).signature
    assert structure(layer=Shift([1])).signature == structure(layer=Shift([1])).signature
    assert structure(layer=Shift([1])).signature != structure(layer=Shift([2])).signature


def test_numbers_are_replaced_for_a_while():
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    found = Structure(model)
    place = found.numbers.index(0.5)
    with found.replaced([place], [0.25]):
        assert model.layers[0].rate == 0.25
    assert model.layers[0].rate == 0.5


def test_program_groups_are_told_apart_even_by_minus_one_and_minus_two(data):
    """Python gives both the same hash."""
    from kerata.search.options import Options, make_data, make_splits
    from kerata.search.runner import SearchRunner
    from kerata.search.space import courses_of, grid_candidates

    def build(axis=-1, rate=0.5):
        layers = keras.layers
        model = keras.Sequential(
            [layers.Reshape((5, 1)), layers.Softmax(axis), layers.Dropout(rate), layers.Flatten()]
        )
        model.add(layers.Dense(1))
        model.compile("sgd", "mse")
        return model

    trials, _ = courses_of(build, grid_candidates({"axis": [-1, -2], "rate": [0.1, 0.2]}))
    rows, model = make_data(build, {}, *data, Options())
    groups = SearchRunner(build, rows, trials, make_splits(rows, model, 43, Options())).groups()
    assert sorted(sorted({t.trial for t in group.tasks}) for group in groups) == [[0, 1], [2, 3]]
    assert all(len(group.traced) == 1 for group in groups)
