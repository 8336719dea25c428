"""Intervals, learning curves, confusion: pure functions of numbers."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from kerata.workbench.core.confusion import confusion_matrix, most_confused
from kerata.workbench.core.intervals import Score, wilson_interval


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
