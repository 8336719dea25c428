"""Padded sequences and the older Tokenizer beside Keras's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata.preprocessing import text
from kerata.utils import pad_sequences

keras = pytest.importorskip("keras")
legacy = pytest.importorskip("keras.src.legacy.preprocessing.text")

SIDES = st.sampled_from(["pre", "post"])
WORDS = "abc "


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=6),
    st.none() | st.integers(1, 10),
    SIDES,
    SIDES,
)
def test_pad_sequences(rows, maxlen, padding, truncating):
    options = {"maxlen": maxlen, "padding": padding, "truncating": truncating, "value": 7}
    ours, theirs = pad_sequences(rows, **options), keras.utils.pad_sequences(rows, **options)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([[[1, 2]], [[3, 4], [5, 6]]], {}),
        ([["a"], ["b", "c"]], {"dtype": object, "value": "<pad>"}),
        ([[0.25], [1.5, 2.5]], {"dtype": "float32", "value": -1.0}),
        ([np.array([1, 2]), np.array([3])], {"padding": "post"}),
        (((1, 2), (3,)), {"dtype": "int64"}),
    ],
)
def test_pad_sequences_of_other_things(rows, options):
    ours, theirs = pad_sequences(rows, **options), keras.utils.pad_sequences(rows, **options)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_words": 3},
        {"num_words": 3, "oov_token": "?"},
        {"char_level": True},
        {"lower": False, "split": "b"},
    ],
    ids=str,
)
@settings(deadline=None, max_examples=30)
@given(texts=st.lists(st.text(WORDS + "B.", max_size=12), min_size=1, max_size=5))
def test_tokenizer(options, texts):
    ours, theirs = text.Tokenizer(**options), legacy.Tokenizer(**options)
    for tokenizer in (ours, theirs):
        tokenizer.fit_on_texts([*texts, "a"])
    assert ours.word_index == theirs.word_index
    new = [*texts, "a b c d a"]
    numbers = theirs.texts_to_sequences(new)
    assert ours.texts_to_sequences(new) == numbers
    assert ours.sequences_to_texts(numbers) == theirs.sequences_to_texts(numbers)
    for mode in ("binary", "count", "freq", "tfidf"):
        matrices = (t.texts_to_matrix(new, mode) for t in (ours, theirs))
        np.testing.assert_allclose(*matrices, rtol=1e-12)


def test_tokenizers_written_as_json_are_read_on_either_side():
    texts = ["the cat", "the dog"]
    ours, theirs = text.Tokenizer(), legacy.Tokenizer()
    for tokenizer in (ours, theirs):
        tokenizer.fit_on_texts(texts)
    assert text.tokenizer_from_json(theirs.to_json()).word_index == theirs.word_index
    back = legacy.tokenizer_from_json(ours.to_json())
    assert back.texts_to_sequences(texts) == ours.texts_to_sequences(texts)


def test_hashing():
    ours, theirs = (m.hashing_trick("The cat, the dog", 50, "md5") for m in (text, legacy))
    assert ours == theirs
