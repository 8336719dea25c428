"""Words and bags of words inside an ONNX graph."""

from __future__ import annotations

import numpy as np

from kerata.export.onnx import strings
from kerata.export.onnx.graph import OnnxGraph, Value
from kerata.workbench.features.word_bag import WordBag

# Those of ``word_bag`` in the runtime's language of patterns.
_LETTER = r"[\p{L}\p{N}_]"
WORD = rf"{_LETTER}+(?:['’]{_LETTER}+)*|[!?]"
TAG = r"<[a-zA-Z/][^<>]{0,40}>"


def words_in(g: OnnxGraph, x: Value) -> Value:
    """Write ``words_of`` for texts ``(rows,)``: ``(rows, most)``, empty texts behind the words."""
    return strings.tokens(g, strings.lowered(g, strings.without(g, x, TAG)), WORD)


def word_numbers(g: OnnxGraph, x: Value, words: list[str], length: int, first: int) -> Value:
    """Write the lists of word numbers: texts ``(rows,)`` in, int32 ``(rows, length)`` out.

    The last words of a long text are read; 0 is nothing, the number before ``first`` an unknown
    word.
    """
    found = words_in(g, x)
    numbers = {"": 0} | {word: number for number, word in enumerate(words, start=first)}
    ids = strings.looked_up(g, found, numbers, first - 1)
    there = g.cast(g.node("Greater", ids, np.int64(0)), np.int64)
    count = g.node("ReduceSum", there, np.array([1], np.int64), keepdims=1)
    start = g.node("Max", g.node("Sub", count, np.int64(length)), np.int64(0))
    place = g.node("Add", start, np.arange(length, dtype=np.int64)[None])
    inside = g.node("Less", place, count)
    # A last column of nothing is what places beyond the text are read from.
    rows = g.node("Shape", x)
    more = g.node("Expand", np.zeros((1, 1), np.int64), g.node("Concat", rows, _ONE, axis=0))
    ids = g.node("Concat", ids, more, axis=1)
    place = g.node("Where", inside, place, np.int64(0))
    read = g.node("GatherElements", ids, place, axis=1)
    return g.cast(g.node("Where", inside, read, np.int64(0)), np.int32)


_ONE = np.array([1], np.int64)


def bag_weights(g: OnnxGraph, x: Value, bag: WordBag) -> Value:
    """Write ``WordBag.transform``: texts ``(rows,)`` in, float32 ``(rows, terms)`` out."""
    numbers = {word: number for number, word in enumerate(bag.words)}
    ids = strings.looked_up(g, words_in(g, x), numbers, -1)
    # The operator wants a term in each row of words.
    rows = g.node("Shape", x)
    more = g.node("Expand", np.full((1, 1), -1, np.int64), g.node("Concat", rows, _ONE, axis=0))
    ids = g.node("Concat", ids, more, axis=1)
    starts: list[int] = []
    pool: list[int] = []
    for length, keys in enumerate(bag.keys, start=1):
        starts.append(len(pool))
        pool += _runs(bag, keys, length).ravel().tolist()
    counts = g.node(
        "TfIdfVectorizer",
        ids,
        mode="TF",
        min_gram_length=1,
        max_gram_length=len(bag.keys),
        max_skip_count=0,
        ngram_counts=starts,
        ngram_indexes=list(range(bag.width)),
        pool_int64s=pool,
    )
    there = g.cast(g.node("Greater", counts, np.float32(0)), np.float32)
    if bag.weights == "counts":
        weights: Value = counts
    elif bag.weights == "tfidf":
        grown = g.node("Add", g.node("Log", g.node("Max", counts, np.float32(1))), np.float32(1))
        weights = g.node("Mul", grown, there)
    else:
        weights = there
    if not len(bag.scale):
        return weights
    weights = g.node("Mul", weights, bag.scale.astype(np.float32))
    squares = g.node("ReduceSum", g.node("Mul", weights, weights), _ONE, keepdims=1)
    return g.node("Div", weights, g.node("Sqrt", g.node("Max", squares, np.float32(1e-12))))


def _runs(bag: WordBag, keys: np.ndarray, length: int) -> np.ndarray:
    """Give the word numbers of runs of a length, ``(runs, length)``, from their keys."""
    if length == 1:
        return keys[:, None]
    before, last = np.divmod(keys, len(bag.words))
    return np.concatenate([_runs(bag, bag.keys[length - 2], length - 1)[before], last[:, None]], 1)
