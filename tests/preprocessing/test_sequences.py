"""Sequences of different lengths as arrays, and lists of ids as sparse rows."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import kerata
from kerata.utils import multi_hot, pad_sequences

ROWS = [[1], [2, 3], [], [4, 5, 6]]
lists_of_ids = st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=6)


def test_pad_sequences_at_the_edges():
    assert pad_sequences([]).shape == (0, 0)
    assert pad_sequences([[], []]).shape == (2, 0)
    assert pad_sequences(ROWS, maxlen=0).shape == (4, 0)
    assert kerata.preprocessing.sequence.pad_sequences is pad_sequences


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (ROWS, {"padding": "front"}, "padding must be 'pre' or 'post', got 'front'"),
        (ROWS, {"truncating": "end"}, "truncating must be"),
        (ROWS, {"value": "x"}, "dtype=object"),
        ([[1], 2], {}, "element 1 is 2"),
        (iter(ROWS), {}, "list of sequences"),
        ([[[1, 2]], [[3]]], {}, r"sequence 1 have the shape \(1,\)"),
    ],
)
def test_pad_sequences_says_what_is_wrong(rows, options, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(rows, **options)


@given(lists_of_ids)
def test_multi_hot_equals_the_dense_loop(rows):
    dense = np.zeros((len(rows), 10), "float32")
    for i, row in enumerate(rows):
        dense[i, row] = 1
    sparse = multi_hot(rows, 10)
    assert sparse.format == "csr"
    assert sparse.dtype == np.float32
    assert sparse.has_canonical_format
    np.testing.assert_array_equal(sparse.toarray(), dense)


@pytest.mark.parametrize(
    "rows",
    [
        np.array([[0, 2], [1, 1]]),
        np.array([[0, 2, 2], [1]], dtype=object),
        [np.array([0, 2]), np.array([1.0])],
        ((0, 2), (1,)),
    ],
)
def test_multi_hot_takes_what_holds_ids(rows):
    assert multi_hot(rows, 3).toarray().tolist() == [[1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    ("rows", "num_words", "message"),
    [
        ([[0], [1, 5]], 5, "from 0 to 4 for num_words=5, got 5 in row 1"),
        ([[0], [], [3, -1]], 5, "got -1 in row 2"),
        ([[0], [1, 2.5]], 5, "integers, got 2.5 in row 1"),
        ([[0], ["a"]], 5, "integers, got 'a' in row 1"),
        ([[0], [None]], 5, "integers, got None in row 1"),
        ([[0], [[1, 2]]], 5, r"integers, got \[1, 2\] in row 1"),
        ([[0], 3], 5, "row 1 is 3"),
        ([[0]], 0, "num_words must be a positive integer"),
    ],
)
def test_multi_hot_names_row_and_id(rows, num_words, message):
    with pytest.raises(ValueError, match=message):
        multi_hot(rows, num_words)
