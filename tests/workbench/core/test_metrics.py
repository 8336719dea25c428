"""Figures of a task, their intervals and the gain of one network over another."""

import math

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import metrics as sklearn_metrics

from kerata.workbench.core.intervals import Score, wilson_interval
from kerata.workbench.core.metrics import (
    answers,
    area_under_curve,
    figures,
    gain,
    higher_is_better,
    interval_of,
    row_values,
)
from kerata.workbench.core.task import Task

BINARY, CLASSES, LABELS, REGRESSION = (
    Task(kind, "y", [], "") for kind in ("binary", "classes", "labels", "regression")
)
rng = np.random.default_rng(0)


def test_figures_of_two_classes_are_those_of_scikit_learn():
    truth = rng.integers(0, 2, 60)
    outputs = np.clip(0.3 * truth + rng.normal(0.35, 0.25, 60), 0, 1).round(1)
    said = (outputs > 0.5).astype(int)
    found = figures(BINARY, truth, outputs)
    assert list(found) == ["accuracy", "balanced_accuracy", "log_loss", "auc"]
    assert found["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(truth, said))
    assert found["balanced_accuracy"] == pytest.approx(
        sklearn_metrics.balanced_accuracy_score(truth, said)
    )
    assert found["auc"] == pytest.approx(sklearn_metrics.roc_auc_score(truth, outputs))
    clipped = np.clip(outputs, 1e-7, 1 - 1e-7)
    assert found["log_loss"] == pytest.approx(sklearn_metrics.log_loss(truth, clipped), abs=1e-6)


def test_a_probability_of_a_half_is_for_the_first_class():
    assert answers(BINARY, np.array([0.5, 0.51, 0.49])).tolist() == [0, 1, 0]


def test_a_loss_of_a_sure_mistake_is_finite():
    found = figures(BINARY, np.array([1, 0]), np.array([0.0, 0.0]))
    assert found["log_loss"] == pytest.approx(-math.log(1e-7) / 2)


def test_figures_of_classes_are_those_of_scikit_learn():
    truth = np.append(rng.integers(0, 3, 40), [0, 1, 2])
    outputs = rng.dirichlet(np.ones(3), 43)
    found = figures(CLASSES, truth, outputs)
    said = outputs.argmax(axis=1)
    assert list(found) == ["accuracy", "balanced_accuracy", "log_loss"]
    assert found["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(truth, said))
    assert found["balanced_accuracy"] == pytest.approx(
        sklearn_metrics.balanced_accuracy_score(truth, said)
    )
    assert found["log_loss"] == pytest.approx(sklearn_metrics.log_loss(truth, outputs))


def test_figures_of_labels_are_those_of_scikit_learn():
    truth, outputs = rng.integers(0, 2, (30, 4)), rng.random((30, 4))
    truth[0], outputs[0] = 0, 0.1
    truth[1], outputs[1] = [0, 0, 0, 1], [0.9, 0.1, 0.1, 0.1]
    truth[2], outputs[2] = [0, 0, 0, 1], [0.1, 0.1, 0.1, 0.9]
    said = (outputs > 0.5).astype(int)
    found = figures(LABELS, truth, outputs)
    assert list(found) == ["f1", "label_accuracy", "all_right"]
    assert found["f1"] == pytest.approx(
        sklearn_metrics.f1_score(truth, said, average="samples", zero_division=1)
    )
    assert found["label_accuracy"] == pytest.approx(1 - sklearn_metrics.hamming_loss(truth, said))
    assert found["all_right"] == pytest.approx(sklearn_metrics.accuracy_score(truth, said))
    assert row_values(LABELS, truth, outputs)[:3].tolist() == [1, 0, 1]


def test_figures_of_regression_are_those_of_scikit_learn():
    truth = rng.normal(5, 2, 30)
    outputs = truth + rng.normal(0.5, 1, 30)
    found = figures(REGRESSION, truth, outputs)
    assert list(found) == ["mae", "rmse", "r2"]
    assert found["mae"] == pytest.approx(sklearn_metrics.mean_absolute_error(truth, outputs))
    assert found["rmse"] == pytest.approx(sklearn_metrics.root_mean_squared_error(truth, outputs))
    assert found["r2"] == pytest.approx(sklearn_metrics.r2_score(truth, outputs))
    assert math.isnan(figures(REGRESSION, np.ones(3), np.zeros(3))["r2"])


def test_the_area_under_the_curve_needs_rows_of_both_classes():
    outputs = np.array([0.2, 0.7])
    assert math.isnan(area_under_curve(np.array([0, 0]), outputs))
    assert math.isnan(area_under_curve(np.array([1, 1]), outputs))
    assert area_under_curve(np.array([0, 1]), outputs) == 1
    assert area_under_curve(np.array([0, 1]), np.array([0.5, 0.5])) == 0.5


def test_the_interval_of_classes_is_wilsons():
    values = np.array([1.0] * 7 + [0.0] * 3)
    for task in (BINARY, CLASSES):
        assert interval_of(task, values) == wilson_interval(Score(7, 10))


def test_the_interval_of_errors_is_students_on_the_scale_of_logarithms():
    values = np.array([1.0, 2.0, 4.0, 5.0])
    # scipy.stats.t.ppf(0.975, 3)
    ratio = math.exp(3.182446305284263 * np.std(values, ddof=1) / 2 / 3)
    assert interval_of(REGRESSION, values) == pytest.approx((3 / ratio, 3 * ratio))
    assert interval_of(REGRESSION, values[:1]) == (0.0, math.inf)
    low, high = interval_of(REGRESSION, values[:2])
    assert low > 0
    assert math.isfinite(high)


def test_the_gain_is_above_zero_for_the_better_one():
    mine, others = np.array([1.0, 2.0, 1.5, 1.0]), np.array([2.0, 2.5, 2.0, 3.0])
    # Errors: the smaller ones are better.
    value, (low, high) = gain(REGRESSION, mine, others)
    error = 3.182446305284263 * np.std(others - mine, ddof=1) / 2
    assert value == 1
    assert (low, high) == pytest.approx((1 - error, 1 + error))
    assert gain(LABELS, mine, others)[0] == -1
    assert not higher_is_better(REGRESSION)
    assert all(map(higher_is_better, (BINARY, CLASSES, LABELS)))
    assert gain(LABELS, mine[:1], others[:1]) == (-1, (-math.inf, math.inf))


@pytest.mark.parametrize("task", [BINARY, CLASSES], ids=["binary", "classes"])
def test_the_gain_of_classes_counts_a_row_of_each_kind_more(task):
    mine, others = np.array([1.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    value, (low, high) = gain(task, mine, others)
    # Two rows won, one lost, of four; with the four that are added 3 and 2 of 8.
    error = 1.96 * math.sqrt((5 - 1 / 8) / 8) / math.sqrt(8)
    assert value == 0.25
    assert (low, high) == pytest.approx((1 / 8 - error, 1 / 8 + error))
