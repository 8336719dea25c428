"""Texts to numbers with the older names."""

import json

import numpy as np
import pytest
from hypothesis import given, strategies as st

from kerata.preprocessing.text import (
    Tokenizer,
    hashing_trick,
    one_hot,
    text_to_word_sequence,
    tokenizer_from_json,
)

TEXTS = ["The cat sat on the mat.", "The dog sat on the log!", "Dogs and cats"]


@pytest.fixture
def fitted():
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(TEXTS)
    return tokenizer


def test_words():
    assert text_to_word_sequence("A b,c\td\n e") == ["a", "b", "c", "d", "e"]
    assert text_to_word_sequence("A-b", lower=False) == ["A", "b"]
    assert text_to_word_sequence("A-b", filters="") == ["a-b"]
    assert text_to_word_sequence("a;b;;c.", split=";") == ["a", "b", "c"]
    assert text_to_word_sequence("") == []


def test_hashing():
    # MD5 of 'a' is 0cc175b9c0f1b6a831c399e269772661.
    expected = int("0cc175b9c0f1b6a831c399e269772661", 16) % 9 + 1
    assert hashing_trick("a A", 10, "md5") == [expected, expected]
    assert hashing_trick("bb ccc", 10, len) == [3, 4]
    assert hashing_trick("x", 10, len, analyzer=lambda text: ["four", "by"]) == [5, 3]
    assert one_hot("good", 10) == [hash("good") % 9 + 1]
    with pytest.raises(ValueError, match="at least 2"):
        hashing_trick("a", 1)
    with pytest.raises(ValueError, match="'md5' or a function, got 'sha'"):
        hashing_trick("a", 9, "sha")


def test_most_frequent_words_first(fitted):
    # the: 4 times; sat and on: twice; the rest in the order of the texts.
    assert list(fitted.word_index) == [
        *("the", "sat", "on", "cat", "mat", "dog", "log", "dogs", "and", "cats")
    ]
    assert fitted.word_index["the"] == 1
    assert fitted.word_counts["the"] == 4
    assert fitted.word_docs["the"] == fitted.index_docs[1] == 2
    assert fitted.document_count == 3


def test_numbers_of_words(fitted):
    assert fitted.texts_to_sequences(["the dog and the bird", ""]) == [[1, 6, 9, 1], []]
    assert fitted.texts_to_sequences([["The", "dog"]]) == [[1, 6]]
    fitted.num_words = 3
    assert fitted.texts_to_sequences(["the dog sat"]) == [[1, 2]]
    assert fitted.sequences_to_texts([[1, 6, 2]]) == ["the sat"]


def test_unknown_words_have_a_number_of_their_own():
    tokenizer = Tokenizer(num_words=4, oov_token="<unk>")
    tokenizer.fit_on_texts(TEXTS)
    assert tokenizer.word_index["<unk>"] == 1
    assert tokenizer.texts_to_sequences(["the bird sat on a dog"]) == [[2, 1, 3, 1, 1, 1]]
    assert tokenizer.sequences_to_texts([[2, 9, 3, 77]]) == ["the <unk> sat <unk>"]


def test_characters():
    tokenizer = Tokenizer(char_level=True)
    tokenizer.fit_on_texts(["AB", "b a b"])
    assert tokenizer.word_index == {"b": 1, "a": 2, " ": 3}
    assert tokenizer.texts_to_sequences(["ba"]) == [[1, 2]]
    tokenizer.fit_on_texts("bbb")
    assert tokenizer.texts_to_sequences("ba") == [[1], [2]]


def test_matrices_by_hand():
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(["a a b", "a c"])
    texts = ["a a b", "c", ""]
    assert tokenizer.texts_to_matrix(texts).tolist() == [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    assert tokenizer.texts_to_matrix(texts, "count")[0].tolist() == [0, 2, 1, 0]
    np.testing.assert_allclose(tokenizer.texts_to_matrix(texts, "freq")[0], [0, 2 / 3, 1 / 3, 0])
    tfidf = [0, (1 + np.log(2)) * np.log(1 + 2 / 3), np.log(1 + 2 / 2), 0]
    np.testing.assert_allclose(tokenizer.texts_to_matrix(texts, "tfidf")[0], tfidf)


@given(st.lists(st.text("abc ", max_size=12), max_size=5))
def test_numbers_give_the_words_back(texts):
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(texts)
    back = tokenizer.sequences_to_texts(tokenizer.texts_to_sequences(texts))
    assert back == [" ".join(text_to_word_sequence(text)) for text in texts]


def test_json_round_trip(fitted):
    again = tokenizer_from_json(fitted.to_json(indent=1))
    assert again.get_config() == fitted.get_config()
    matrix = again.texts_to_matrix(TEXTS, "tfidf")
    np.testing.assert_array_equal(matrix, fitted.texts_to_matrix(TEXTS, "tfidf"))


def test_what_is_wrong_is_said(fitted):
    with pytest.raises(TypeError, match=r"fit_on_texts\(\[text\]\)"):
        fitted.fit_on_texts("one text")
    with pytest.raises(TypeError, match="Did you mean 'num_words'"):
        Tokenizer(num_word=3)
    with pytest.raises(ValueError, match=r"unknown mode 'tf_idf'. Did you mean 'tfidf'"):
        fitted.texts_to_matrix(TEXTS, "tf_idf")
    with pytest.raises(ValueError, match="width is unknown"):
        Tokenizer().sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="needs fit_on_texts"):
        Tokenizer(num_words=3).sequences_to_matrix([[1]], "tfidf")
    for text in ("", "[]", "{}", json.dumps({"config": {"word_counts": "{}"}})):
        with pytest.raises(ValueError, match="tokenizer_from_json takes"):
            tokenizer_from_json(text)
