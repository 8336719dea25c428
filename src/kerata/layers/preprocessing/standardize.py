"""Texts to words: standardizing, splitting, n-grams."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLIT = ("whitespace", "character")

# Only ASCII letters are made small and only ASCII space splits, as in Keras 3.15.
_LOWER = {ord(a): b for a, b in zip(string.ascii_uppercase, string.ascii_lowercase, strict=True)}
_STRIP = dict.fromkeys(map(ord, string.punctuation))
_WORD = re.compile(r"[^ \t\n\v\f\r]+")
# Functions get this many texts at a time: NumPy makes all as wide as the longest.
_PIECE = 1024


def standardized(texts: np.ndarray, how: Any) -> np.ndarray:
    """Standardize texts.

    Arguments:
        texts: object array of strings.
        how: one of ``STANDARDIZE``, None, or a function from an array of strings to another
            of the same shape.

    >>> standardized(np.array(["Well, YES!"], dtype=object), "lower_and_strip_punctuation")
    array(['well yes'], dtype=object)
    """
    if how is None:
        return texts
    if callable(how):
        flat = texts.ravel()
        parts = [np.asarray(how(piece)).ravel() for piece in _pieces(flat)]
        out = np.array([str(x) for part in parts for x in part], dtype=object)
        if out.shape != flat.shape:
            raise ValueError(
                f"The standardize function must give one text for each, but gave {out.size} "
                f"for {flat.size}."
            )
        return out.reshape(texts.shape)
    table: dict[int, Any] = {}
    if "lower" in how:
        table |= _LOWER
    if "strip" in how:
        table |= _STRIP
    out = np.empty(texts.size, dtype=object)
    out[:] = [text.translate(table) for text in texts.ravel()]
    return out.reshape(texts.shape)


def words_of(texts: np.ndarray, how: Any) -> list[list[str]]:
    """Split each of a flat array of texts into words.

    Arguments:
        texts: object array of strings, one axis.
        how: ``'whitespace'``, ``'character'``, or a function from an array of strings to one
            list of words for each.

    >>> words_of(np.array(["a  bc ", ""], dtype=object), "whitespace")
    [['a', 'bc'], []]
    """
    if how == "whitespace":
        return [_WORD.findall(text) for text in texts]
    if how == "character":
        return [list(text) for text in texts]
    rows = [[str(word) for word in row] for piece in _pieces(texts) for row in how(piece)]
    if len(rows) != len(texts):
        raise ValueError(
            f"The split function must give one list of words for each text, but gave {len(rows)} "
            f"for {len(texts)}."
        )
    return rows


def with_ngrams(rows: Iterable[list[str]], widths: Iterable[int]) -> list[list[str]]:
    """Replace words by all n-grams of one length.

    >>> with_ngrams([["a", "b", "c"]], (1, 2))
    [['a', 'b', 'c', 'a b', 'b c']]
    """
    return [
        [" ".join(row[i : i + n]) for n in widths for i in range(len(row) - n + 1)] for row in rows
    ]


def _pieces(texts: np.ndarray) -> Iterable[np.ndarray]:
    """Cut texts into arrays of NumPy's own string type."""
    return (texts[i : i + _PIECE].astype(str) for i in range(0, len(texts), _PIECE))


def checked(owner: str, name: str, how: Any, known: tuple[str, ...]) -> str | Callable | None:
    """Check a ``standardize`` or ``split`` argument.

    Raises:
        ValueError: neither None, nor a function, nor a known name.
    """
    if how is None or callable(how) or how in known:
        return how
    raise ValueError(f"{owner}: {name} must be None, a function or one of {known}, got {how!r}.")
