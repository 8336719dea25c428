"""Texts to words, and words to numbers by hashing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """Split a text into words.

    Arguments:
        input_text: the text.
        filters: characters that separate words like ``split``; punctuation, tab and line
            end by default.
        lower: whether to write everything small.
        split: what separates words.

    >>> text_to_word_sequence("Well... a good film, it's true!")
    ['well', 'a', 'good', 'film', "it's", 'true']
    """
    text = input_text.lower() if lower else input_text
    text = text.translate({ord(c): split for c in filters})
    return [word for word in text.split(split) if word]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Give each word of a text a number from 1 to ``n - 1`` with Python's ``hash``.

    The numbers differ from one run of Python to the next; ``hashing_trick`` with
    ``'md5'`` gives the same ones always. Arguments as in ``hashing_trick``.

    >>> a, b = one_hot("good good", 50)
    >>> a == b
    True
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Give each word of a text a number from 1 to ``n - 1`` by hashing; words can collide.

    Arguments:
        text: the text.
        n: one more than the largest number, at least 2.
        hash_function: ``'md5'``, a function from a word to an integer, or None for
            Python's ``hash``, which differs from run to run.
        filters, lower, split: as in ``text_to_word_sequence``.
        analyzer: function from the text to its words, instead of these.

    Raises:
        ValueError: ``n`` below 2 or an unknown hash function.

    >>> hashing_trick("a good film", 10, "md5")
    [2, 3, 5]
    """
    if n < 2:
        raise ValueError(f"hashing_trick: n must be at least 2, got n={n!r}.")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    elif not callable(hash_function):
        raise ValueError(
            f"hashing_trick: hash_function must be 'md5' or a function, got {hash_function!r}."
        )
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
