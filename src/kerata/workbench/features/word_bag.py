"""Bags of words and of runs of words (n-grams), weighted, as sparse matrices."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.datasets.sequences import Ragged
from kerata.workbench.features.preparation import part

WEIGHTS = ("binary", "counts", "tfidf", "naive-bayes")
_TAGS = re.compile(r"<[a-zA-Z/][^<>]{0,40}>")
_WORDS = re.compile(r"\w+(?:['’]\w+)*|[!?]")


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words; marks of feeling stay, tags of web pages go.

    >>> words_of("It's <br /> GOOD, really!")
    ["it's", 'good', 'really', '!']
    """
    return _WORDS.findall(_TAGS.sub(" ", text).lower())


@part
@dataclass
class WordBag:
    """Counts words and n-grams that are frequent enough in training texts, and weights them.

    Arguments:
        ngrams: longest run of words.
        weights: ``'binary'``, ``'counts'``, ``'tfidf'`` (Salton and Buckley 1988, with the
            logarithm of counts, rows of length 1) or ``'naive-bayes'``: a term's presence, times
            its rarity, times its largest log-count ratio between a class and the others, rows of
            length 1 (after Wang and Manning, Baselines and Bigrams, ACL 2012).
        least: terms of fewer occurrences in the training texts are left out.
        most: upper limit of the terms, which are the most frequent ones.

    Attributes:
        words: the known words.
        keys: for each length of runs, sorted: number of the run without its last word, times
            the number of words, plus the last word's number.
        scale: what each term's number is multiplied by.
    """

    ngrams: int = 1
    weights: str = "binary"
    least: int = 2
    most: int = 1_000_000
    words: list[str] = field(default_factory=list)
    keys: list[np.ndarray] = field(default_factory=list)
    scale: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))

    def __post_init__(self) -> None:
        if self.weights not in WEIGHTS:
            raise ValueError(
                f"Unknown weights {self.weights!r}. {did_you_mean(self.weights, WEIGHTS)}"
            )

    @property
    def width(self) -> int:
        """How many terms there are."""
        return sum(len(keys) for keys in self.keys)

    def fit(self, texts: list[str], classes: np.ndarray | None = None) -> Self:
        """Learn terms and weights from training texts.

        Arguments:
            texts: the texts.
            classes: for ``'naive-bayes'``, one column a class, 1 where a text belongs to it.

        Raises:
            ValueError: no term occurs often enough.
        """
        known: dict[str, int] = {}
        ragged = Ragged.from_lists(
            [known.setdefault(word, len(known)) for word in words_of(text)] for text in texts
        )
        counts = np.bincount(ragged.ids, minlength=len(known))
        floor = self._floor(counts)
        order = np.flatnonzero(counts >= floor)
        if not len(order):
            raise ValueError(f"No word occurs {self.least} times in the {len(texts):,} texts.")
        names = list(known)
        self.words = [names[number] for number in order]
        numbers = np.full(len(known), -1, np.int64)
        numbers[order] = np.arange(len(order))
        encoded = Ragged(numbers[ragged.ids], ragged.offsets)
        self.keys = [np.arange(len(order))]
        runs = encoded.ids
        for length in range(2, self.ngrams + 1):
            keys = _extended(runs, encoded, length, len(order))
            distinct, often = np.unique(keys[keys >= 0], return_counts=True)
            self.keys.append(distinct[often >= self._floor(often)])
            runs = _found(self.keys[-1], keys)
        bag = self._counted(encoded, len(texts))
        self.scale = self._scale(bag, classes)
        return self

    def _floor(self, counts: np.ndarray) -> int:
        """Give the fewest occurrences that keep the number of terms in bounds."""
        room = max(1, self.most // self.ngrams)
        if np.count_nonzero(counts >= self.least) <= room:
            return self.least
        last = int(np.sort(counts)[-room])
        # Equally frequent terms stay or go together.
        return last if np.count_nonzero(counts >= last) <= room else last + 1

    def transform(self, texts: list[str]) -> Any:
        """Give the weighted bags as a SciPy CSR matrix ``(texts, terms)``, float32."""
        ids = {word: number for number, word in enumerate(self.words)}
        encoded = Ragged.from_lists([ids.get(w, -1) for w in words_of(text)] for text in texts)
        encoded = Ragged(encoded.ids.astype(np.int64), encoded.offsets)
        bag = self._counted(encoded, len(texts))
        if self.weights == "tfidf":
            bag.data = 1 + np.log(bag.data)
        elif self.weights != "counts":
            bag.data[:] = 1
        if len(self.scale):
            bag.data *= self.scale[bag.indices]
        if len(self.scale):
            lengths = np.sqrt(np.maximum(bag.multiply(bag).sum(axis=1), 1e-12))
            bag.data /= np.repeat(np.asarray(lengths).reshape(-1), np.diff(bag.indptr))
        return bag

    def names(self, terms: np.ndarray | None = None) -> list[str]:
        """Give what terms stand for: all, or those with the given numbers."""
        wanted = np.arange(self.width) if terms is None else np.asarray(terms)
        starts = np.cumsum([0, *(len(keys) for keys in self.keys)])
        return [self._name(int(term), starts) for term in wanted]

    def _name(self, term: int, starts: np.ndarray) -> str:
        length = int(np.searchsorted(starts, term, side="right")) - 1
        place, ends = term - int(starts[length]), []
        while length > 0:
            place, last = divmod(int(self.keys[length][place]), len(self.words))
            ends.append(self.words[last])
            length -= 1
        return " ".join([self.words[place], *reversed(ends)])

    def _counted(self, encoded: Ragged, rows: int) -> Any:
        from scipy import sparse

        owners = np.repeat(np.arange(rows), encoded.lengths)
        places, terms = [owners[encoded.ids >= 0]], [encoded.ids[encoded.ids >= 0]]
        runs, start = encoded.ids, len(self.words)
        for length, known in enumerate(self.keys[1:], start=2):
            runs = _found(known, _extended(runs, encoded, length, len(self.words)))
            places.append(owners[runs >= 0])
            terms.append(runs[runs >= 0] + start)
            start += len(known)
        row, column = np.concatenate(places), np.concatenate(terms)
        ones = np.ones(len(row), np.float32)
        # Duplicates are added up.
        return sparse.csr_matrix((ones, (row, column)), shape=(rows, self.width))

    def _scale(self, bag: Any, classes: np.ndarray | None) -> np.ndarray:
        present = bag.copy()
        present.data[:] = 1
        texts = np.asarray(present.sum(axis=0)).reshape(-1)
        if self.weights not in ("tfidf", "naive-bayes"):
            return np.zeros(0, np.float32)
        rarity = (1 + np.log((1 + bag.shape[0]) / (1 + texts))).astype(np.float32)
        if self.weights == "tfidf" or classes is None:
            return rarity
        inside = 1 + np.asarray(present.T @ classes)
        outside = 1 + texts[:, None] - (inside - 1)
        ratios = np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
        return rarity * np.abs(ratios).max(axis=1).astype(np.float32)


def _extended(runs: np.ndarray, encoded: Ragged, length: int, words: int) -> np.ndarray:
    """Give each place the key of the n-gram that ends there, -1 for none."""
    keys = np.full(len(encoded.ids), -1, np.int64)
    before, last = runs[:-1], encoded.ids[1:]
    keys[1:] = np.where((before >= 0) & (last >= 0), before * words + last, -1)
    # The first words of a text have nothing before them.
    starts = encoded.offsets[:-1][:, None] + np.arange(length - 1)
    keys[starts[starts < encoded.offsets[1:, None]]] = -1
    return keys


def _found(known: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Give each key's place among sorted known ones, -1 where it is not known."""
    if not len(known):
        return np.full(len(keys), -1, np.int64)
    places = np.searchsorted(known, keys).clip(0, len(known) - 1)
    return np.where((keys >= 0) & (known[places] == keys), places, -1)
