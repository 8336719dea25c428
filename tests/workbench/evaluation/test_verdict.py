"""Verdicts are pure functions of numbers: each illness gets its sentence, health gets none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerata.workbench.core.confusion import confusion_matrix, most_confused
from kerata.workbench.core.intervals import Score, difference_interval, wilson_interval
from kerata.workbench.core.learning_curves import best_epoch, rise_after_best
from kerata.workbench.evaluation.verdict import Run, judge, overfits

HEALTHY = Run([0.9, 0.5, 0.3], 3, Score(980, 1000), Score(196, 200), Score(390, 400), 0.1)


def run(**changes):
    return Run(**{**HEALTHY.__dict__, **changes})


def text(found):
    return " ".join((found.quality, found.best_epoch, found.overfitting, *found.advice))


def test_accuracy_with_its_interval():
    told = judge(HEALTHY).quality
    assert "390 of 400" in told
    assert "97.5%" in told
    assert "95% interval 95.5% to 98.6%" in told
    assert "10.0%" in told


def test_best_epoch_last_means_more_epochs():
    found = judge(HEALTHY)
    assert "still getting better" in found.best_epoch
    assert any("more than 3 epochs" in a for a in found.advice)


def test_early_stopping_is_explained():
    found = judge(run(validation_loss=[0.5, 0.2, 0.3, 0.4], epochs_allowed=50))
    assert "Epoch 2 of 4" in found.best_epoch
    assert "2 more epochs" in found.best_epoch
    assert "rose by 100%" in found.overfitting


def test_overfitting_is_named_with_its_size():
    found = judge(run(train=Score(1000, 1000), validation=Score(160, 200)))
    assert "overfits:" in found.overfitting
    assert "20.0 points" in found.overfitting
    assert any("dropout" in a for a in found.advice)
    assert "No sign of overfitting" in judge(HEALTHY).overfitting


def test_a_network_that_learned_nothing():
    found = judge(run(test=Score(40, 400), train=Score(100, 1000), validation=Score(20, 200)))
    assert "not learned anything" in text(found)


def test_underfitting_asks_for_more_network():
    found = judge(run(train=Score(800, 1000), validation=Score(160, 200)))
    assert any("larger network" in a for a in found.advice)


def test_divergence_is_said():
    found = judge(run(validation_loss=[float("nan")] * 3))
    assert "diverged" in found.best_epoch
    assert "learning rate" in found.advice[0]


def test_small_test_sets_cant_tell_networks_apart():
    assert any("40 test rows" in a for a in judge(run(test=Score(38, 40))).advice)


def test_no_epochs_is_an_error():
    with pytest.raises(ValueError, match="no epochs"):
        judge(run(validation_loss=[]))
    with pytest.raises(ValueError, match="'min' or 'max'"):
        best_epoch([1.0], mode="best")
    for correct, total in ((3, 2), (-1, 5), (0, 0)):
        with pytest.raises(ValueError, match="score"):
            Score(correct, total)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_intervals_hold_the_share(pair):
    score = Score(*pair)
    low, high = wilson_interval(score)
    assert 0 <= low <= score.share <= high <= 1
    wider = wilson_interval(score, 0.99)
    assert wider[0] <= low
    assert wider[1] >= high


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(0)
    hits = 0
    for correct in rng.binomial(200, 0.9, size=2000):
        low, high = wilson_interval(Score(int(correct), 200))
        hits += low <= 0.9 <= high
    assert 0.93 <= hits / 2000 <= 0.97


def test_equal_networks_are_no_overfitting():
    assert not overfits(Score(90, 100), Score(89, 100))
    assert overfits(Score(1000, 1000), Score(900, 1000))
    low, high = difference_interval(Score(50, 100), Score(50, 100))
    assert low == pytest.approx(-high)
    assert rise_after_best([0.4, 0.2, 0.2]) == 0.0


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60),
)
def test_confusion_counts_every_row_once(pairs):
    truth, said = np.array(pairs).T
    matrix = confusion_matrix(truth, said, 5)
    assert matrix.sum() == len(pairs)
    assert np.trace(matrix) == np.sum(truth == said)
    np.testing.assert_array_equal(matrix.sum(1), np.bincount(truth, minlength=5))
    for row, column, count in most_confused(matrix):
        assert row != column
        assert count == matrix[row, column]


def test_confusion_refuses_what_cant_be_counted():
    with pytest.raises(ValueError, match="equally long"):
        confusion_matrix(np.array([0, 1]), np.array([0]), 2)
    with pytest.raises(ValueError, match="0 to 1"):
        confusion_matrix(np.array([0, 2]), np.array([0, 1]), 2)
