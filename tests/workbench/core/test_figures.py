"""Intervals, learning curves, confusion: pure functions of numbers."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from kerata.workbench.core.confusion import confusion_matrix, confusion_table, most_confused
from kerata.workbench.core.intervals import Score, difference_interval, wilson_interval
from kerata.workbench.core.learning_curves import (
    best_epoch,
    notable_rise,
    rise_after_best,
    still_falling,
)


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


def test_the_most_frequent_mistakes():
    matrix = np.array([[9, 1, 4], [2, 8, 0], [3, 0, 7]])
    assert most_confused(matrix) == [(0, 2, 4), (2, 0, 3), (1, 0, 2)]
    assert most_confused(matrix, top=1) == [(0, 2, 4)]
    # Of equals the first comes first.
    assert most_confused(np.array([[0, 2], [2, 0]])) == [(0, 1, 2), (1, 0, 2)]


def test_the_confusion_table():
    table = confusion_table(np.array([[3, 1], [0, 0]]), ["[b]cat", "dog"])
    columns = [list(column.cells) for column in table.columns]
    assert [column.header for column in table.columns] == ["", "[b]cat", "dog", "right"]
    assert [[str(cell) for cell in cells] for cells in columns] == [
        ["[b]cat", "dog"],
        ["3", "·"],
        ["1", "0"],
        ["75%", "-"],
    ]
    assert [[cell.style for cell in cells] for cells in columns[1:3]] == [
        ["green", "dim"],
        ["bold red", "green"],
    ]


def test_newcombes_intervals_of_differences():
    """The examples of his table II, with method 10."""
    for a, b, expected in (
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ):
        assert difference_interval(Score(*a), Score(*b)) == pytest.approx(expected, abs=6e-5)
    low, high = difference_interval(Score(3, 10), Score(9, 10))
    assert (low, high) == pytest.approx((-0.8090, -0.1705), abs=6e-5)


@pytest.mark.parametrize("pair", [(0, 0), (-1, 3), (4, 3)], ids=str)
def test_scores_that_are_none(pair):
    with pytest.raises(ValueError, match="correct answers from 0 to a total"):
        Score(*pair)
    for confidence in (0, 1):
        with pytest.raises(ValueError, match="must be between 0 and 1"):
            wilson_interval(Score(1, 2), confidence)
    assert Score(0, 1).share == 0


def test_the_best_epoch():
    nan, inf = float("nan"), float("inf")
    assert best_epoch([0.5, 0.25, 0.25, nan]) == 2
    assert best_epoch([0.5, 0.75, 0.75, inf], "max") == 2
    assert best_epoch([nan, -inf]) is None
    with pytest.raises(ValueError, match="'min' or 'max', got 'auto'"):
        best_epoch([1.0], "auto")


def test_the_rise_after_the_best_epoch():
    nan = float("nan")
    assert rise_after_best([0.5, 0.25, 0.75]) == 2
    assert rise_after_best([0.3, 0.2, 0.3]) == 0.5
    for none in ([0.5, 0.0, 0.5], [0.5, -1.0, 0.5], [0.5, 0.25, nan], [nan], [0.5, 0.25]):
        assert rise_after_best(none) == 0
    assert notable_rise([1.25, 0.5, 0.5625]) == 0.0  # 5 % of the highest, no more
    assert notable_rise([1.0, 0.5, 0.5625]) == 0.125
    assert notable_rise([0.6, 0.5, 0.546875]) == 0.0
    assert notable_rise([0.25, 0.25, 0.275]) == 0.1


def test_a_loss_that_falls_to_the_end_falls_by_a_hundredth_of_where_it_was():
    assert still_falling([1.0, 0.995, 0.98])
    assert not still_falling([1.0, 0.995, 0.99005])
    assert not still_falling([2.0, 1.995, 1.985])
