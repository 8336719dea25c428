"""IMDB: 50,000 film reviews as numbers of words, liked (1) or not (0)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kerata.datasets.archives import members, read_npz, reading
from kerata.datasets.corpus import Corpus
from kerata.datasets.parsed import Parsed
from kerata.datasets.sequences import (
    Ragged,
    encode,
    limit,
    mark,
    pack_texts,
    pack_words,
    rank,
    shorter,
    shuffled,
    unpack_texts,
)

Arrays = tuple[np.ndarray, np.ndarray]
Texts = tuple[list[str], np.ndarray]

_REVIEW = re.compile(r"(?:\./)?aclImdb/(train|test)/(neg|pos)/(\d+)_\d+\.txt")


def load_data(
    path: str | Path = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Arrays, Arrays]:
    """Give the reviews as lists of numbers, with Keras's encoding and arguments.

    Words are numbered by frequency in the training reviews; the word of rank ``r`` is
    ``r + index_from``. Words that occur only in test reviews are left out.

    Arguments:
        path: name in ``KERATA_DATA`` or the cache, or the path of a file: Keras's
            ``imdb.npz`` or Stanford's ``aclImdb_v1.tar.gz``. Where Keras's is missing, the
            archive is read; the first time takes some seconds, then what was read is kept.
        num_words: numbers from this on become ``oov_char``; None keeps all but the largest.
        skip_top: numbers below become ``oov_char``.
        maxlen: reviews of this length or longer are left out.
        seed: decides the order of the reviews.
        start_char: number before each review; None for none.
        oov_char: stands for words left out; None drops them.
        index_from: added to each rank.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: arrays of 25,000 lists of integers, and
        labels int64.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged, or ``maxlen`` leaves no review.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)

    Source: Maas and others, Learning Word Vectors for Sentiment Analysis (ACL 2011).
    """
    parts = []
    source = np.random.RandomState(seed)
    stored = _CORPUS.numbers(path)
    for part in ("train", "test"):
        texts = Ragged(stored[f"{part}_ids"], stored[f"{part}_offsets"])
        labels = stored[f"{part}_labels"]
        order = shuffled(len(texts), source)
        texts = mark(texts.rows(order), start_char, index_from)
        parts.append(shorter(texts, labels[order], maxlen))
    (train, y_train), (test, y_test) = parts
    if not len(train) or not len(test):
        raise ValueError(f"No review is shorter than maxlen={maxlen}; use a larger maxlen.")
    texts = limit(Ragged.join(train, test), num_words, skip_top, oov_char)
    lists = texts.to_lists()
    return (lists[: len(train)], y_train), (lists[len(train) :], y_test)


def load_texts(path: str | Path = "aclImdb_v1.tar.gz", seed: int = 113) -> tuple[Texts, Texts]:
    """Give the reviews as they were written, in the rows of :func:`load_data`.

    Arguments:
        path: name in ``KERATA_DATA`` or the cache, or the path, of Stanford's archive;
            Keras's file has no texts. The first time takes some seconds.
        seed: decides the order of the reviews.

    Returns:
        ``(texts, labels), (test_texts, test_labels)``: lists of 25,000 texts with the
        line breaks ``<br />`` of the website, and labels int64, 1 for liked.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged.

    Example::

        (texts, labels), (test_texts, test_labels) = load_texts()
    """
    stored = _CORPUS.texts(path)
    texts = unpack_texts(stored)
    cut = len(stored["train_labels"])
    random = np.random.RandomState(seed)
    parts = []
    for part, rows in (("train", texts[:cut]), ("test", texts[cut:])):
        order = shuffled(len(rows), random)
        parts.append(([rows[row] for row in order], stored[f"{part}_labels"][order]))
    return parts[0], parts[1]


def get_word_index(path: str | Path = "imdb_word_index.json") -> dict[str, int]:
    """Give each word's rank, 1 for the most frequent; add ``index_from`` to find it in a review.

    Arguments:
        path: name or path of Keras's JSON file, which is read where reviews come from
            Keras's ``imdb.npz``; else the ranks are those of the archive.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged.
    """
    return _CORPUS.word_index(path)


def _parse_npz(path: Path) -> Parsed:
    with reading(path, "reviews in Keras's layout"):
        file = read_npz(path)
        parsed: Parsed = {}
        for part in ("train", "test"):
            texts = Ragged.from_lists(file[f"x_{part}"])
            parsed |= _part(part, texts, file[f"y_{part}"])
    return parsed


def _parse_archive(path: Path) -> Parsed:
    with reading(path, "the IMDB reviews"):
        contents, labels, cut = _reviews(path)
        texts, words = encode(contents)
        texts, words = rank(texts, words, counted=cut)
    train, test = np.arange(cut), np.arange(cut, len(labels))
    return {
        **_part("train", texts.rows(train), labels[train]),
        **_part("test", texts.rows(test), labels[test]),
        "words": pack_words(words),
    }


def _parse_texts(path: Path) -> Parsed:
    with reading(path, "the IMDB reviews"):
        contents, labels, cut = _reviews(path)
    return {**pack_texts(contents), "train_labels": labels[:cut], "test_labels": labels[cut:]}


def _reviews(path: Path) -> tuple[list[str], np.ndarray, int]:
    """Give texts and labels, and how many of them, at the front, are for training."""
    found = []
    for name, content in members(path, limit=1 << 20):
        match = _REVIEW.fullmatch(name)
        if match:
            part, opinion, number = match.groups()
            # False sorts before True: training reviews, disliked ones and low numbers first.
            found.append(((part == "test", opinion == "pos", int(number)), content.decode()))
    found.sort(key=lambda review: review[0])
    cut = sum(not key[0] for key, _ in found)
    if not 0 < cut < len(found):
        raise ValueError("training or test reviews are missing")
    labels = np.array([key[1] for key, _ in found], dtype="int64")
    return [text for _, text in found], labels, cut


def _part(part: str, texts: Ragged, labels: np.ndarray) -> Parsed:
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} reviews and {len(labels)} labels")
    return {
        f"{part}_ids": texts.ids,
        f"{part}_offsets": texts.offsets,
        f"{part}_labels": labels,
    }


_CORPUS = Corpus("imdb", _parse_npz, _parse_archive, _parse_texts)
