"""Texts as lists of numbers: Keras's encoding of reviews and news, words ranked by frequency."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

_SEPARATORS = string.punctuation.replace("'", "") + "\t\n"
_TO_SPACES = str.maketrans(_SEPARATORS, " " * len(_SEPARATORS))


@dataclass(frozen=True)
class Ragged:
    """Lists of numbers of different lengths, one after another."""

    ids: np.ndarray  # int32, all lists joined
    offsets: np.ndarray  # int64, one more than lists: where each begins and the last ends

    @classmethod
    def from_lists(cls, lists: Iterable[Sequence[int]]) -> Ragged:
        """Join lists.

        >>> Ragged.from_lists([[5, 6], [], [7]]).offsets
        array([0, 2, 2, 3])
        """
        rows = [np.asarray(row, dtype="int32") for row in lists]
        offsets = np.cumsum([0, *map(len, rows)], dtype="int64")
        return cls(np.concatenate([*rows, np.empty(0, "int32")]), offsets)

    def __len__(self) -> int:
        """Count the lists."""
        return len(self.offsets) - 1

    @classmethod
    def join(cls, first: Ragged, second: Ragged) -> Ragged:
        """Put one collection of lists behind another."""
        return cls(
            np.concatenate([first.ids, second.ids]),
            np.concatenate([first.offsets, second.offsets[1:] + first.offsets[-1]]),
        )

    @property
    def lengths(self) -> np.ndarray:
        """Length of each list."""
        return np.diff(self.offsets)

    def rows(self, chosen: np.ndarray) -> Ragged:
        """Take some of the lists, in the given order."""
        lengths = self.lengths[chosen]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        shift = np.repeat(self.offsets[:-1][chosen] - offsets[:-1], lengths)
        return Ragged(self.ids[np.arange(len(shift)) + shift], offsets)

    def keep(self, wanted: np.ndarray) -> Ragged:
        """Drop numbers out of the lists, ``wanted`` says for each whether it stays."""
        ends = np.concatenate([[0], np.cumsum(wanted)])
        return Ragged(self.ids[wanted], ends[self.offsets])

    def start_with(self, first: int) -> Ragged:
        """Put a number before each list."""
        return Ragged(
            np.insert(self.ids, self.offsets[:-1], first), self.offsets + np.arange(len(self) + 1)
        )

    def to_lists(self) -> np.ndarray:
        """Give an array of objects, each a list of Python integers."""
        lists = np.empty(len(self), dtype=object)
        low, high = int(self.ids.min(initial=0)), int(self.ids.max(initial=0))
        if high - low < 1_000_000:
            # Each integer is made once and shared: a tenth of the time and of the memory.
            flat = np.array(range(low, high + 1), dtype=object)[self.ids - low].tolist()
        else:
            flat = self.ids.tolist()
        ends = self.offsets.tolist()
        lists[:] = [flat[start:end] for start, end in pairwise(ends)]
        return lists


def words_of(text: str) -> list[str]:
    """Split a text into lower-cased words, punctuation dropped, apostrophes kept.

    >>> words_of("It's good.<br />Really?")
    ["it's", 'good', 'br', 'really']
    """
    return text.lower().translate(_TO_SPACES).split()


def encode(texts: Iterable[str]) -> tuple[Ragged, list[str]]:
    """Number words from 0 in the order of their first occurrence.

    >>> encode(["a b", "b c"])[0].ids, encode(["a b", "b c"])[1]
    (array([0, 1, 1, 2], dtype=int32), ['a', 'b', 'c'])
    """
    known: dict[str, int] = {}
    ragged = Ragged.from_lists(
        [known.setdefault(word, len(known)) for word in words_of(text)] for text in texts
    )
    return ragged, list(known)


def rank(texts: Ragged, words: Sequence[str], counted: int) -> tuple[Ragged, list[str]]:
    """Number words by frequency: 1 for the most frequent; the earlier of equals comes first.

    Arguments:
        texts: as :func:`encode` gives them.
        words: the word of each number.
        counted: how many texts, from the first, are counted; words only in later ones are dropped.

    Returns:
        Texts as ranks, and the words by rank.

    >>> texts, words = rank(*encode(["a b", "b", "c b"]), counted=2)
    >>> texts.ids, words
    (array([2, 1, 1, 1], dtype=int32), ['b', 'a'])
    """
    counts = np.bincount(texts.ids[: texts.offsets[counted]], minlength=len(words))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    ranks = np.zeros(len(words), dtype="int32")
    ranks[order] = np.arange(1, len(order) + 1)
    ranked = Ragged(ranks[texts.ids], texts.offsets)
    return ranked.keep(ranked.ids > 0), [words[number] for number in order]


def pack_words(words: Iterable[str]) -> np.ndarray:
    """Write words as bytes, one a line, most frequent first."""
    return np.frombuffer("\n".join(words).encode(), dtype="uint8")


def unpack_words(packed: np.ndarray) -> dict[str, int]:
    """Read what :func:`pack_words` wrote, as a dictionary from word to rank.

    >>> unpack_words(pack_words(["the", "and"]))
    {'the': 1, 'and': 2}
    """
    # Not splitlines: a word may hold one of Unicode's rarer line ends.
    words = packed.tobytes().decode().split("\n") if packed.size else []
    return {word: rank for rank, word in enumerate(words, start=1)}


def pack_texts(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """Write texts as bytes, one behind the other, with the places where they end."""
    contents = [text.encode("utf-8", "surrogatepass") for text in texts]
    return {
        "bytes": np.frombuffer(b"".join(contents), dtype="uint8"),
        "ends": np.cumsum([len(content) for content in contents], dtype="int64"),
    }


def unpack_texts(packed: Mapping[str, np.ndarray]) -> list[str]:
    """Read what :func:`pack_texts` wrote.

    >>> unpack_texts(pack_texts(["Größe", "", "b"]))
    ['Größe', '', 'b']
    """
    content, ends = packed["bytes"].tobytes(), [0, *packed["ends"].tolist()]
    return [content[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(ends)]


def mark(ranks: Ragged, start_char: int | None, index_from: int | None) -> Ragged:
    """Move ranks up by ``index_from`` and put the start sign before each text."""
    moved = Ragged(ranks.ids + np.int32(index_from or 0), ranks.offsets)
    return moved if start_char is None else moved.start_with(start_char)


def shorter(texts: Ragged, labels: np.ndarray, maxlen: int | None) -> tuple[Ragged, np.ndarray]:
    """Keep the texts of fewer than ``maxlen`` numbers, as Keras does; all if it is None or 0."""
    if not maxlen:
        return texts, labels
    chosen = np.flatnonzero(texts.lengths < maxlen)
    return texts.rows(chosen), labels[chosen]


def limit(texts: Ragged, num_words: int | None, skip_top: int, oov_char: int | None) -> Ragged:
    """Put ``oov_char`` for numbers below ``skip_top`` or from ``num_words`` on; None drops them.

    Without ``num_words`` the largest number present is the bound and itself left out,
    which is what Keras does.
    """
    bound = num_words or int(texts.ids.max(initial=0))
    wanted = (texts.ids >= skip_top) & (texts.ids < bound)
    if oov_char is None:
        return texts.keep(wanted)
    return Ragged(np.where(wanted, texts.ids, np.int32(oov_char)), texts.offsets)


def shuffled(count: int, source: np.random.RandomState) -> np.ndarray:
    """Give a random order of rows; from ``RandomState(seed)`` it is Keras's."""
    order = np.arange(count)
    source.shuffle(order)
    return order
