"""Texts inside a graph: lower case, spaces, words, numbers for known ones.

Operators of ONNX lower letters by the locale of the machine, which need not be there. That of ``C``
is everywhere and knows ASCII; other letters are looked up in either case.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerata.export.onnx.graph import ML, OnnxGraph, Value, declared

# Operators that onnxruntime brings beside those of ONNX.
RUNTIME = "com.microsoft"
# Words with more letters outside ASCII are looked up in lower case, in upper case and with a first
# letter in upper case, not in a mixture.
_LETTERS = 6
EMPTY = np.array([""], object)


def lowered(g: OnnxGraph, x: Value) -> Value:
    """Give texts ``(rows,)`` with the letters of ASCII in lower case."""
    return g.node("StringNormalizer", x, case_change_action="LOWER", locale="C")


def trimmed(g: OnnxGraph, x: Value) -> Value:
    """Give texts ``(rows,)`` without spaces around them."""
    from onnx import helper

    # With a space before them there is a piece even where all texts are empty: a loop of
    # onnxruntime can't run over none.
    spaced = g.node("StringConcat", np.array([" "], object), x)
    pieces, _ = g.node("StringSplit", spaced, outputs=2, delimiter=" ")
    columns = g.transpose(pieces, [1, 0])
    nothing = g.node("Expand", EMPTY, g.node("Shape", x))
    with g.body() as nodes:
        text, gap, piece = g.name("text"), g.name("gap"), g.name("piece")
        begun = g.node("Not", g.node("Equal", text, EMPTY))
        wider = g.node("Where", begun, g.node("StringConcat", gap, np.array([" "], object)), gap)
        longer = g.node("StringConcat", g.node("StringConcat", text, wider), piece)
        empty = g.node("Equal", piece, EMPTY)
        after = g.node("Where", empty, text, longer)
        kept = g.node("Where", empty, wider, EMPTY)
        body = helper.make_graph(
            list(nodes),
            g.name("trim"),
            [declared(n, "string", ("rows",)) for n in (text, gap, piece)],
            [declared(n, "string", ("rows",)) for n in (after, kept)],
        )
    return g.node("Scan", nothing, nothing, columns, outputs=2, body=body, num_scan_inputs=1)[0]


def joined(g: OnnxGraph, pieces: Value, mark: str) -> Value:
    """Join texts ``(rows, pieces)`` to texts ``(rows,)``, a mark before each piece."""
    from onnx import helper

    columns = g.transpose(pieces, [1, 0])
    rows = g.node("Shape", pieces, start=0, end=1)
    start = g.node("Expand", EMPTY, rows)
    with g.body() as nodes:
        text, piece = g.name("text"), g.name("piece")
        marked = g.node("StringConcat", text, np.array([mark], object))
        # onnxruntime's StringConcat adds to what a buffer holds, and a loop uses its state's
        # buffers again; Where writes a new text.
        empty = g.node("Equal", piece, EMPTY)
        after = g.node("Where", empty, marked, g.node("StringConcat", marked, piece))
        body = helper.make_graph(
            list(nodes),
            g.name("join"),
            [declared(n, "string", ("rows",)) for n in (text, piece)],
            [declared(after, "string", ("rows",))],
        )
    return g.node("Scan", start, columns, body=body, num_scan_inputs=1)


def tokens(g: OnnxGraph, x: Value, pattern: str) -> Value:
    """Give the parts of texts ``(rows,)`` that match: ``(rows, most)``, empty texts behind them."""
    return g.node(
        "Tokenizer", x, domain=RUNTIME, mark=0, mincharnum=1, pad_value="", tokenexp=pattern
    )


def without(g: OnnxGraph, x: Value, pattern: str, mark: str = " ") -> Value:
    """Give texts ``(rows,)`` with a mark in the place of what matches, and a space at the end."""
    # Of empty texts alone the operator makes no piece at all, and loops can't run over none.
    spaced = g.node("StringConcat", x, np.array([" "], object))
    pieces = g.node(
        "Tokenizer",
        spaced,
        domain=RUNTIME,
        mark=0,
        mincharnum=1,
        pad_value="",
        separators=[pattern],
    )
    return joined(g, pieces, mark)


def looked_up(g: OnnxGraph, x: Value, numbers: Mapping[str, int], default: int) -> Value:
    """Give the int64 number of each text, whose letters of ASCII are in lower case.

    Arguments:
        g: the graph.
        x: texts of any shape.
        numbers: by text in lower case.
        default: for the others.
    """
    keys: dict[str, int] = {}
    for text, number in numbers.items():
        for spelling in spellings(text):
            keys.setdefault(spelling, number)
    return exactly(g, x, keys, default)


def spellings(text: str) -> list[str]:
    """List how a text in lower case may come when ASCII alone was lowered.

    >>> spellings("köln"), spellings("ulm")
    (['köln', 'kÖln'], ['ulm'])
    >>> spellings("хороший")
    ['хороший', 'Хороший', 'ХОРОШИЙ']
    """
    choices = [
        (c, c.upper()) if ord(c) > 127 and len(c.upper()) == 1 and c.upper().lower() == c else (c,)
        for c in text
    ]
    changing = sum(len(choice) > 1 for choice in choices)
    if changing > _LETTERS:
        upper = "".join(choice[-1] for choice in choices)
        return list(dict.fromkeys([text, choices[0][-1] + text[1:], upper]))
    return ["".join(c) for c in itertools.product(*(dict.fromkeys(c) for c in choices))]


def exactly(g: OnnxGraph, x: Value, numbers: Mapping[str, int], default: int) -> Value:
    """Give the int64 number of each text, letter for letter."""
    return g.node(
        "LabelEncoder",
        x,
        domain=ML,
        keys_strings=list(numbers) or [""],
        values_int64s=list(numbers.values()) or [default],
        default_int64=default,
    )


def named(g: OnnxGraph, numbers: Value, names: list[str]) -> Any:
    """Give the name ``(rows,)`` of each number ``(rows,)``."""
    return g.node(
        "LabelEncoder",
        g.cast(numbers, np.int64),
        domain=ML,
        keys_int64s=list(range(len(names))),
        values_strings=names,
        default_string="",
    )
