"""Candidates of a search, the trainings that answer them, and the table of their scores."""

import math

import numpy as np
import pytest

from kerata.search.distributions import choice, integers, loguniform, uniform
from kerata.search.space import check_names, courses_of, grid_candidates, random_candidates
from kerata.search.splits import folds_of
from kerata.search.statistics import corrected_t_test
from kerata.search.table import Row, candidates_table, table_text, value_text


def build(units, rate=0.5):
    """Is only asked for its parameters."""


def any_name(**names):
    """Takes whatever a search calls it."""


def test_a_grid_is_every_combination():
    space = {"units": np.array([4, 8]), "rate": (0.5,), "epochs": range(1, 3)}
    assert grid_candidates(space) == [
        {"units": units, "rate": 0.5, "epochs": epochs} for units in (4, 8) for epochs in (1, 2)
    ]
    assert type(grid_candidates(space)[0]["units"]) is int


def test_random_candidates_are_drawn_anew_by_another_seed():
    space = {"rate": uniform(0, 1), "units": [4, 8, 16]}
    drawn = random_candidates(space, 20, 1)
    assert len(drawn) == 20
    assert drawn == random_candidates(space, 20, 1) != random_candidates(space, 20, 2)
    assert {one["units"] for one in drawn} == {4, 8, 16}
    assert len({one["rate"] for one in drawn}) == 20
    for n in (0, 1.5):
        with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
            random_candidates(space, n, 1)
    assert len(random_candidates(space, 1, 1)) == 1


def test_candidates_that_differ_in_epochs_share_a_training():
    candidates = [
        {"units": 4, "epochs": 3},
        {"units": 4},
        {"units": 4.0},
        {"units": 4, "epochs": 2, "batch_size": 8},
        {"units": 4, "epochs": 3, "shuffle": True},
        {"units": 4, "shuffle": False},
    ]
    trials, which = courses_of(build, candidates)
    assert which == [0, 0, 1, 2, 0, 3]
    assert [(t.params, t.epochs, t.batch_size, t.shuffle) for t in trials] == [
        ({"units": 4}, (1, 3), 32, True),
        ({"units": 4.0}, (1,), 32, True),
        ({"units": 4}, (2,), 8, True),
        ({"units": 4}, (1,), 32, False),
    ]


def test_values_that_are_alike_share_a_training():
    lists, dicts = [{"units": [4, 8]}, {"units": [4, 8]}], [{"units": {"a": 1}}] * 2
    arrays = [{"units": np.zeros(2)}, {"units": np.zeros(2)}]
    assert courses_of(build, lists)[1] == [0, 0]
    assert courses_of(build, dicts)[1] == [0, 0]
    # Arrays are told apart by their identity.
    assert courses_of(build, arrays)[1] == [0, 1]


def test_what_fit_takes_goes_to_the_builder_only_if_it_asks():
    assert courses_of(any_name, [{"units": 1, "epochs": 2}])[0][0].params == {"units": 1}

    def wants_epochs(epochs):
        pass

    (trial,), _ = courses_of(wants_epochs, [{"epochs": 2}])
    assert (trial.params, trial.epochs) == ({"epochs": 2}, (2,))


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
@pytest.mark.parametrize("value", [0, 1.5, "2"])
def test_numbers_of_fit_are_whole(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1"):
        courses_of(build, [{"units": 1, name: value}])


def test_names_are_checked():
    check_names(build, ["units"])
    check_names(build, ["units", "rate", "epochs", "batch_size", "shuffle"])
    check_names(any_name, ["whatever"])
    with pytest.raises(ValueError, match=r"The grid has the name 'ratio', .* build\(\)"):
        check_names(build, ["units", "ratio"])
    with pytest.raises(ValueError, match=r"build\(\) needs a value for 'units'"):
        check_names(build, ["rate"])


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ([1], "must be a dictionary"),
        ({}, "is empty; name at least one"),
        ({"units": 3}, r"must be a list, got 3. For this value alone write \[3\]"),
        ({"units": "ab"}, "must be a list, got 'ab'"),
        ({"units": []}, "The list of values of 'units' is empty"),
    ],
    ids=str,
)
def test_spaces_that_are_none(space, said):
    with pytest.raises(ValueError, match=said):
        grid_candidates(space)
    with pytest.raises(ValueError, match=said):
        random_candidates(space, 1, 0)


def test_distributions_print_and_reach_their_limits():
    rng = np.random.default_rng(0)
    drawn = [integers(3, 5).rvs(rng) for _ in range(60)]
    assert set(drawn) == {3, 4, 5}
    drawn = [integers(1, 64, log=True).rvs(rng) for _ in range(2000)]
    assert (min(drawn), max(drawn)) == (1, 64)
    # Half of the logarithms lie below that of 8.06, the root of 65.
    assert np.mean(np.array(drawn) <= 7) == pytest.approx(math.log(8) / math.log(65), abs=0.03)
    drawn = np.log10([loguniform(1e-4, 1).rvs(rng) for _ in range(2000)])
    assert drawn.mean() == pytest.approx(-2, abs=0.1)
    assert {choice("abc").rvs(rng) for _ in range(60)} == set("abc")
    assert [repr(d) for d in (uniform(0, 0.5), loguniform(1e-4, 1), integers(1, 2), choice("a"))]
    assert repr(integers(1, 2)) == "integers(1, 2)"
    assert integers(2, 2).rvs(rng) == 2
    assert integers(1, 1, log=True).rvs(rng) == 1


def test_repeats_of_folds_without_shuffling_differ():
    first, second = (
        [held.tolist() for _, held in folds_of(2, 8, repeats=2, shuffle=False)][part]
        for part in (slice(0, 2), slice(2, 4))
    )
    assert first == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert second != first
    assert sorted([*second[0], *second[1]]) == list(range(8))


def test_folds_of_classes_without_shuffling_hold_neighbours():
    classes = np.array([0] * 5 + [1] * 5)
    held = [part.tolist() for _, part in folds_of(2, 10, classes, shuffle=False)]
    assert held == [[0, 1, 2, 5, 6], [3, 4, 7, 8, 9]]


def test_large_groups_are_put_into_folds_first():
    groups = np.array([0, 1, 1, 2, 2, 2, 3, 3, 3, 3])
    held = [part.tolist() for _, part in folds_of(2, 10, groups=groups, shuffle=False)]
    assert held == [[0, 6, 7, 8, 9], [1, 2, 3, 4, 5]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"folds": 1}, "folds must be at least 2, got 1"),
        ({"folds": 7}, r"folds=7 is more than there are rows \(6\)"),
        ({"folds": 2, "repeats": 0}, "repeats must be a whole number of at least 1, got 0"),
        ({"folds": 3, "groups": [1, 1, 1, 2, 2, 2]}, "3 folds need at least 3 groups, .* are 2"),
        ({"folds": 2, "groups": [1, 2]}, r"a label for each of the 6 rows, got \(2,\)"),
        ({"folds": 3, "classes": np.array([0, 0, 0, 0, 1, 1])}, r"class 1 has rows \(2\)"),
        ({"folds": 1.5}, "folds must be a whole number, pairs of row numbers"),
        ({"folds": []}, "folds is empty"),
        ({"folds": [([0, 1], [2], [3])]}, "must be a pair of row numbers"),
        ({"folds": [([0, 1], [])]}, "neither empty"),
        ({"folds": [([0.5], [1])]}, "must be whole numbers in a list"),
        ({"folds": [([0], [-1])]}, "from 0 to 5"),
        ({"folds": [([0], [6])]}, "from 0 to 5, got 6"),
    ],
    ids=range(13),
)
def test_folds_that_are_none(arguments, said):
    with pytest.raises(ValueError, match=said):
        folds_of(rows=6, **arguments)


def test_as_many_folds_as_rows_groups_or_rows_of_a_class():
    assert len(folds_of(6, 6)) == 6
    assert len(folds_of(2, 6, groups=[1, 1, 1, 2, 2, 2])) == 2
    assert len(folds_of(2, 6, np.array([0, 0, 0, 0, 1, 1]))) == 2


def test_scores_without_noise():
    equal, better = np.array([0.5, 0.5]), np.array([0.75, 0.75])
    assert corrected_t_test(equal, equal, 0.5) == (0, 1)
    assert corrected_t_test(better, equal, 0.5) == (0.25, 0)
    for first, second in ((equal, np.zeros(3)), (np.zeros(1), np.zeros(1)), (0.5, 0.5)):
        with pytest.raises(ValueError, match="at least 2 each"):
            corrected_t_test(first, second, 0.5)


def test_the_table_of_candidates():
    rows = [
        Row({"units": 4, "act": len}, 0.875, 0.0625, "", best=True),
        Row({"units": [4, 8]}, math.nan, math.nan, "[red]failed"),
        Row({"units": 0.00012345}, 0.5, 0.0, "slow"),
    ]
    text = table_text(candidates_table(rows, ["units", "act"], "val_loss"), "A sentence.")
    assert [line.split() for line in text.splitlines()] == [
        ["units", "act", "loss", "±"],
        ["4", "len", "0.8750", "0.0625", "best"],
        ["[4,", "8]", "[red]failed"],
        ["0.0001234", "0.5000", "0.0000", "slow"],
        ["A", "sentence."],
    ]
    assert value_text(1.0) == "1"
    wide = table_text(candidates_table([Row({"a": 12345}, 0.5, 0.0, "")], ["a"], "loss"), "")
    assert wide.splitlines()[1] == "12345  0.5000  0.0000"
