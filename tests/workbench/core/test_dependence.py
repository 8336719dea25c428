"""Intervals of rows that hang together, and of all figures, beside what chance gives."""

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.intervals import Score, wilson_interval
from kerata.workbench.core.metric_intervals import auc_interval, metric_intervals
from kerata.workbench.core.task import Task
from kerata.workbench.core.wording import number

AMOUNT = Task("regression", "y", [], "")
BINARY = Task("binary", "y", ["a", "b"], "")
CLASSES = Task("classes", "y", ["a", "b", "c"], "")
LABELS = Task("labels", "y", ["a", "b"], "")


def coverage(make, truth, times=400):
    """Give how often an interval holds the truth."""
    ends = [make() for _ in range(times)]
    return np.mean([low <= truth <= high for low, high in ends])


def series(rng, rows, alike):
    values = [rng.normal()]
    for _ in range(rows - 1):
        values.append(alike * values[-1] + np.sqrt(1 - alike**2) * rng.normal())
    return np.abs(values)


def test_errors_that_follow_each_other_cover_as_they_say():
    rng = np.random.default_rng(0)
    truth = np.sqrt(2 / np.pi)
    depends = Dependence("time", np.arange(80))

    def interval(dependence):
        return metrics.interval_of(AMOUNT, series(rng, 80, 0.9), dependence)

    assert coverage(lambda: interval(depends), truth) > 0.87
    assert coverage(lambda: interval(Dependence()), truth) < 0.6


def test_rows_of_one_group_cover_as_they_say():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 8)
    depends = Dependence("groups", groups)

    def right():
        return (rng.random(160) < np.repeat(rng.beta(2, 1, 20), 8)).astype(float)

    for task, truth in ((BINARY, 2 / 3), (AMOUNT, 2 / 3)):
        covered = coverage(lambda t=task: metrics.interval_of(t, right(), depends), truth)
        assert 0.9 < covered < 0.99
    gained = coverage(lambda: metrics.gain(BINARY, right(), right(), depends)[1], 0.0)
    assert 0.9 < gained < 0.99
    alone = coverage(lambda: metrics.interval_of(BINARY, right()), 2 / 3)
    assert alone < 0.85


def test_independent_rows_in_groups_of_their_own_change_nothing_but_the_quantile():
    rng = np.random.default_rng(0)
    values = rng.exponential(size=200)
    alone = metrics.interval_of(AMOUNT, values)
    apart = metrics.interval_of(AMOUNT, values, Dependence("groups", np.arange(200)))
    np.testing.assert_allclose(alone, apart, rtol=1e-6)


@pytest.mark.parametrize("rows", [2, 3, 8])
def test_no_error_begins_below_zero_and_no_share_leaves_its_range(rows):
    rng = np.random.default_rng(rows)
    truth, said = rng.normal(size=rows), rng.normal(size=rows) * 5
    low, high = metrics.interval_of(AMOUNT, metrics.row_values(AMOUNT, truth, said))
    assert 0 < low < high
    labels = np.arange(rows) % 2
    found = metric_intervals(BINARY, labels, rng.random(rows))
    for name in ("accuracy", "balanced_accuracy", "auc"):
        assert 0 <= found[name][0] <= found[name][1] <= 1


@pytest.mark.parametrize("kind", ["groups", "time"])
def test_rows_that_are_all_right_or_of_one_place_leave_room(kind):
    ones = np.ones(40)
    low, high = metrics.interval_of(BINARY, ones, Dependence(kind, np.repeat(np.arange(4), 10)))
    assert low < 0.7
    assert high == 1
    assert metrics.interval_of(BINARY, ones, Dependence(kind, np.zeros(40, int)))[0] < 0.5


def test_intervals_of_figures_hold_the_figures_of_scikit_learn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    y = x + rng.normal(size=60)
    low, high = metric_intervals(AMOUNT, y, x)["r2"]
    assert low < r2_score(y, x) < high
    labels = (y > 0).astype(int)
    shares = 1 / (1 + np.exp(-x))
    area = metrics.area_under_curve(labels, shares)
    assert area == pytest.approx(roc_auc_score(labels, shares))
    low, high = auc_interval(labels, shares)
    samples = [rng.integers(60, size=60) for _ in range(300)]
    drawn = [roc_auc_score(labels[s], shares[s]) for s in samples if np.ptp(labels[s])]
    np.testing.assert_allclose((low, high), np.quantile(drawn, [0.025, 0.975]), atol=0.05)


def test_intervals_of_shares_come_from_those_of_wilson():
    counts = [(10, 7), (8, 2), (5, 5)]
    truth = np.repeat(np.arange(3), [rows for rows, _ in counts])
    right = np.concatenate([np.arange(rows) < good for rows, good in counts])
    found = metric_intervals(CLASSES, truth, np.eye(3)[np.where(right, truth, (truth + 1) % 3)])
    assert found["accuracy"] == wilson_interval(Score(14, 23))
    shares = np.array([good / rows for rows, good in counts])
    ends = np.array([wilson_interval(Score(good, rows)) for rows, good in counts])
    # Zou and Donner (2008): the distances to the ends, as if they were standard errors.
    below, above = np.sqrt(np.square(ends - shares[:, None]).sum(axis=0)) / 3
    expected = shares.mean() - below, shares.mean() + above
    assert found["balanced_accuracy"] == pytest.approx(expected)

    marks = np.array([[0, 1], [1, 1], [0, 0], [1, 0]])
    found = metric_intervals(LABELS, marks, np.array([[0.1, 0.9], [0.2, 0.8], [0, 0.2], [1, 0]]))
    assert found["all_right"] == pytest.approx(wilson_interval(Score(3, 4)))
    low, high = found["label_accuracy"]
    assert low < 7 / 8 < high

    numbers, said = np.arange(6.0), np.arange(6.0) + [1, -1, 2, 1, -2, 1]
    low, high = metric_intervals(AMOUNT, numbers, said)["rmse"]
    squares = metrics.amount_interval((said - numbers) ** 2)
    assert (low**2, high**2) == pytest.approx(squares)


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [
        (1743.2, 3, "1,740"),
        (1.62e3, 4, "1,620"),
        (0.00123456, 3, "0.00123"),
        (-2.5, 3, "-2.5"),
        (99.96, 3, "100"),
        (0.0, 3, "0"),
        (float("nan"), 3, "none"),
        (3e-9, 2, "3e-09"),
    ],
)
def test_numbers_are_written_plainly(value, digits, told):
    assert number(value, digits) == told


def test_places_are_needed():
    with pytest.raises(ValueError, match="need their places"):
        Dependence("groups")
    with pytest.raises(ValueError, match="kind must be"):
        Dependence("clusters", np.arange(3))
