"""Words of texts numbered by how often they occur."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.preprocessing.words import FILTERS, text_to_word_sequence

_MODES = ("binary", "count", "freq", "tfidf")


class Tokenizer:
    """Numbers the words of texts, the most frequent first, from 1; 0 is no word.

    Arguments:
        num_words: only numbers below this one are given out, so the ``num_words - 1`` most
            frequent words; all by default.
        filters, lower, split: as in ``text_to_word_sequence``.
        char_level: whether each character counts as a word.
        oov_token: word that stands for the unknown ones; it gets the number 1. Without it
            unknown words are left out.
        analyzer: function from a text to its words, instead of ``filters`` and the rest.

    After ``fit_on_texts``: ``word_index`` (word to number), ``index_word`` (number to word),
    ``word_counts``, ``word_docs`` and ``index_docs`` (in how many texts), ``document_count``.

    Source: as in Keras up to version 2.

    >>> tokenizer = Tokenizer(num_words=4)
    >>> tokenizer.fit_on_texts(["the film, the end", "the good film"])
    >>> tokenizer.word_index
    {'the': 1, 'film': 2, 'end': 3, 'good': 4}
    >>> tokenizer.texts_to_sequences(["The good end", "good"])
    [[1, 3], []]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], list[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        num_words = kwargs.pop("nb_words", num_words)
        self.document_count: int = kwargs.pop("document_count", 0)
        if kwargs:
            known = ["num_words", "filters", "lower", "split", "char_level", "oov_token"]
            wrong = next(iter(kwargs))
            raise TypeError(f"Tokenizer has no argument {wrong!r}. {did_you_mean(wrong, known)}")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: dict[str, int] = {}
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> Any:
        """Split a text; a list is taken as words already."""
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [w.lower() for w in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _several(self, texts: Iterable[Any], method: str) -> Iterable[Any]:
        """Refuse a single text, whose characters would be taken for texts."""
        if isinstance(texts, str) and not self.char_level:
            raise TypeError(f"{method} takes a list of texts, got one text: {method}([text]).")
        return texts

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, or of lists of words, and number them again.

        Raises:
            TypeError: a single text instead of a list of them.
        """
        for text in self._several(texts, "fit_on_texts"):
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        # Words that occur equally often keep the order in which they came.
        ordered = sorted(self.word_counts, key=lambda w: -self.word_counts[w])
        special = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: i for i, word in enumerate(special + ordered, start=1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Any) -> None:
        """Count in how many sequences each number occurs, for ``sequences_to_matrix``."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for i in set(sequence):
                self.index_docs[i] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Give the numbers of the words of each text."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Give the numbers of the words of each text, one text at a time."""
        oov = None if self.oov_token is None else self.word_index.get(self.oov_token)
        known = self.word_index
        if self.num_words:
            known = {word: i for word, i in known.items() if i < self.num_words}
        for text in self._several(texts, "texts_to_sequences"):
            numbers = (known.get(word, oov) for word in self._words(text))
            yield [i for i in numbers if i is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Give the words of each sequence of numbers, joined by spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """Give the words of each sequence, one sequence at a time."""
        known = self.index_word
        if self.num_words:
            known = {i: word for i, word in known.items() if i < self.num_words}
        for sequence in sequences:
            words = (known.get(int(i), self.oov_token) for i in sequence)
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """Give one row of word weights for each text; see ``sequences_to_matrix``."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """Give one row of weights, one for each number, for each sequence.

        Arguments:
            sequences: lists of numbers; those not below ``num_words`` are left out.
            mode: ``'binary'``: 1 for a number that occurs; ``'count'``: how often;
                ``'freq'``: how often over the sequence's length; ``'tfidf'``:
                ``(1 + log(count)) * log(1 + documents / (1 + documents with it))``.

        Returns:
            Float64 array of shape ``(sequences, num_words)``.

        Raises:
            ValueError: an unknown mode; neither ``num_words`` nor a fit, or ``'tfidf'``
                without a fit.

        >>> Tokenizer(num_words=4).sequences_to_matrix([[1, 3, 3]], mode="count")
        array([[0., 1., 0., 2.]])
        """
        if mode not in _MODES:
            raise ValueError(
                f"sequences_to_matrix: unknown mode {mode!r}. {did_you_mean(mode, _MODES)}"
            )
        if not self.num_words and not self.word_index:
            raise ValueError(
                "sequences_to_matrix: the width is unknown; pass num_words to Tokenizer, or "
                "call fit_on_texts(texts) first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("sequences_to_matrix: mode 'tfidf' needs fit_on_texts(texts) first.")
        width = self.num_words or len(self.word_index) + 1
        rarity = np.log(
            [1 + self.document_count / (1 + self.index_docs.get(i, 0)) for i in range(width)]
        )
        out = np.zeros((len(sequences), width))
        for row, sequence in zip(out, sequences, strict=True):
            counts = Counter(int(i) for i in sequence if i < width)
            ids, n = list(counts), np.array(list(counts.values()), float)
            if mode == "binary":
                row[ids] = 1
            elif mode == "count":
                row[ids] = n
            elif mode == "freq":
                row[ids] = n / max(len(sequence), 1)
            else:
                row[ids] = (1 + np.log(n)) * rarity[ids]
        return out

    def get_config(self) -> dict[str, Any]:
        """Give the arguments and what was learned, the dictionaries as JSON texts."""
        config: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        }
        config["document_count"] = self.document_count
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index"):
            config[name] = json.dumps(getattr(self, name))
        return config

    def to_json(self, **kwargs: Any) -> str:
        """Write everything as JSON for ``tokenizer_from_json``; ``kwargs`` are ``json.dumps``'s."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Rebuild a tokenizer from what ``Tokenizer.to_json`` wrote here or in Keras.

    Raises:
        ValueError: a text that is no tokenizer's JSON.

    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["a good film"])
    >>> tokenizer_from_json(tokenizer.to_json()).texts_to_sequences(["good film"])
    [[2, 3]]
    """
    try:
        config = dict(json.loads(json_string)["config"])
        learned = {
            name: json.loads(config.pop(name))
            for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        }
        tokenizer = Tokenizer(**config)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "tokenizer_from_json takes what Tokenizer.to_json() wrote; this text is not that."
        ) from error
    tokenizer.word_counts = learned["word_counts"]
    tokenizer.word_docs = defaultdict(int, learned["word_docs"])
    tokenizer.word_index = learned["word_index"]
    # JSON turns the numbers that are keys into strings.
    tokenizer.index_docs = defaultdict(int, {int(i): n for i, n in learned["index_docs"].items()})
    tokenizer.index_word = {int(i): word for i, word in learned["index_word"].items()}
    return tokenizer
