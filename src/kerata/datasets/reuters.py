"""Reuters: 11,228 news stories of 1987 as numbers of words, 46 topics."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
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

# A topic with fewer stories is left out; Keras's 46 topics come from this.
_FEWEST_STORIES = 14
_TOPIC = re.compile(r"<TOPICS><D>(.*?)</D>")
_BODY = re.compile(r"<BODY>(.*?)</", re.DOTALL)

_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves
ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin
strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem
dlr gas silver wpi hog lead
"""


def load_data(
    path: str | Path = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Arrays, Arrays]:
    """Give the stories as lists of numbers, with Keras's encoding and arguments.

    A story's label is its first topic, among those with at least 14 stories. Words are
    numbered by frequency in all stories; the word of rank ``r`` is ``r + index_from``.
    Stories, order and labels are those of Keras's file, and so is the text, with its
    flaw: 990 stories that are headlines only carry the text of the next story. Ranks
    differ from Keras's where words are about equally frequent.

    Arguments:
        path: name in ``KERATA_DATA`` or the cache, or the path of a file: Keras's
            ``reuters.npz`` or the SGML files in ``reuters21578.tar.gz``. Where Keras's is
            missing, the archive is read, once; what was read is kept.
        num_words: numbers from this on become ``oov_char``; None keeps all but the largest.
        skip_top: numbers below become ``oov_char``.
        maxlen: stories of this length or longer are left out.
        test_split: share of the stories for the test.
        seed: decides the order of the stories.
        start_char: number before each story; None for none.
        oov_char: stands for words left out; None drops them.
        index_from: added to each rank.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: arrays of 8,982 and 2,246 lists of
        integers, and labels int64 that :func:`get_label_names` gives names to.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged, or ``maxlen`` leaves no story.

    Example::

        (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)

    Source: Reuters-21578, distribution 1.0 (Lewis, 1997).
    """
    stored = _CORPUS.numbers(path)
    texts, labels = Ragged(stored["ids"], stored["offsets"]), stored["labels"]
    order = shuffled(len(texts), np.random.RandomState(seed))
    texts = mark(texts.rows(order), start_char, index_from)
    texts, labels = shorter(texts, labels[order], maxlen)
    if not len(texts):
        raise ValueError(f"No story is shorter than maxlen={maxlen}; use a larger maxlen.")
    lists = limit(texts, num_words, skip_top, oov_char).to_lists()
    cut = int(len(lists) * (1 - test_split))
    return (lists[:cut], labels[:cut]), (lists[cut:], labels[cut:])


def load_texts(
    path: str | Path = "reuters21578.tar.gz", test_split: float = 0.2, seed: int = 113
) -> tuple[Texts, Texts]:
    """Give the stories as they were written, in the rows of :func:`load_data`.

    The 990 headlines without a story carry the next story's text, as in Keras's file, so
    that accuracies can be compared with published ones.

    Arguments:
        path: name in ``KERATA_DATA`` or the cache, or the path, of the SGML files' archive;
            Keras's file has no texts.
        test_split: share of the stories for the test.
        seed: decides the order of the stories.

    Returns:
        ``(texts, labels), (test_texts, test_labels)``: lists of 8,982 and 2,246 texts, and
        labels int64 that :func:`get_label_names` gives names to.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged.

    Example::

        (texts, labels), (test_texts, test_labels) = load_texts()
    """
    stored = _CORPUS.texts(path)
    order = shuffled(len(stored["labels"]), np.random.RandomState(seed))
    texts, labels = unpack_texts(stored), stored["labels"][order]
    texts = [texts[row] for row in order]
    cut = int(len(texts) * (1 - test_split))
    return (texts[:cut], labels[:cut]), (texts[cut:], labels[cut:])


def get_word_index(path: str | Path = "reuters_word_index.json") -> dict[str, int]:
    """Give each word's rank, 1 for the most frequent; add ``index_from`` to find it in a story.

    Arguments:
        path: name or path of Keras's JSON file, which is read where stories come from
            Keras's ``reuters.npz``; else the ranks are those of the archive.

    Raises:
        ConnectionError: it is not here and can't be downloaded.
        ValueError: the file is damaged.
    """
    return _CORPUS.word_index(path)


def get_label_names() -> tuple[str, ...]:
    """Give the topic of each label, as Reuters' editors wrote it.

    >>> get_label_names()[3], len(get_label_names())
    ('earn', 46)
    """
    return tuple(_TOPICS.split())


def _parse_npz(path: Path) -> Parsed:
    with reading(path, "stories in Keras's layout"):
        file = read_npz(path)
        texts = Ragged.from_lists(file["x"])
        if len(texts) != len(file["y"]):
            raise ValueError(f"{len(texts)} stories and {len(file['y'])} labels")
    return {"ids": texts.ids, "offsets": texts.offsets, "labels": file["y"]}


def _parse_archive(path: Path) -> Parsed:
    with reading(path, "the stories of Reuters-21578"):
        contents, labels = _stories(path)
        texts, words = rank(*encode(contents), counted=len(contents))
    return {
        "ids": texts.ids,
        "offsets": texts.offsets,
        "labels": labels,
        "words": pack_words(words),
    }


def _parse_texts(path: Path) -> Parsed:
    with reading(path, "the stories of Reuters-21578"):
        contents, labels = _stories(path)
    return {**pack_texts([html.unescape(text) for text in contents]), "labels": labels}


def _stories(path: Path) -> tuple[list[str], np.ndarray]:
    """Give texts and labels of the topics with enough stories, in the order of the files."""
    files = sorted((name, content) for name, content in members(path) if name.endswith(".sgm"))
    stories = [
        story for _, content in files for story in _topics_and_texts(content.decode("latin-1"))
    ]
    counts = Counter(topic for topic, _ in stories)
    stories = [story for story in stories if counts[story[0]] >= _FEWEST_STORIES]
    names = list(dict.fromkeys(topic for topic, _ in stories))
    if not names:
        raise ValueError("no topic with enough stories")
    labels = np.array([names.index(topic) for topic, _ in stories], dtype="int64")
    return [text for _, text in stories], labels


def _topics_and_texts(file: str) -> Iterator[tuple[str, str]]:
    for topic in _TOPIC.finditer(file):
        # The next body, as in Keras: 990 stories are headlines only and get another's text.
        # Entities such as &lt; stay: "lt" is among Keras's frequent words.
        body = _BODY.search(file, topic.end())
        yield topic[1], body[1] if body else ""


_CORPUS = Corpus("reuters", _parse_npz, _parse_archive, _parse_texts)
