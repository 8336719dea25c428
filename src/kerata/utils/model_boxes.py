"""The boxes of a drawn model: what stands in them, and which of them are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Stripes of the boxes by the kind of layer, seen on white and on black.
_COLOURS = {
    "InputLayer": "#7b8fb0",
    "Dense": "#3f9b63",
    "Conv": "#5b78d6",
    "Pool": "#c98a1b",
    "Drop": "#d06a6a",
    "Norm": "#9a6cc4",
    "Embedding": "#2b9aa3",
}
# So many of the same are drawn as one: single boxes, and blocks of several.
LEAST, LEAST_BLOCKS = 3, 2


@dataclass(frozen=True)
class Drawn:
    """A box.

    Arguments:
        kind: class of the layer, which decides its colour.
        lines: what stands in it, the head first.
        heads: numbers of the lines that are heads.
        count: how many of the same it stands for.
    """

    kind: str
    lines: Sequence[str]
    heads: tuple[int, ...] = (0,)
    count: int = 1

    @property
    def colour(self) -> str:
        """Colour of the stripe."""
        return next((c for key, c in _COLOURS.items() if key in self.kind), "#8a949e")


def size_of(op: Any) -> list[str]:
    """Say how large a layer is: its units, filters, rate, or layers and parameters.

    >>> from kerata import layers
    >>> size_of(layers.Conv2D(8, (3, 5))), size_of(layers.Dropout(0.25))
    (['8 filters', '3×5'], ['rate 0.25'])
    """
    inner = getattr(op, "layers", None)
    if isinstance(inner, list) and hasattr(op, "count_params"):
        return [f"{len(inner)} layers", f"{op.count_params():,} parameters"]
    found = []
    for name, words in (
        ("units", "{} units"),
        ("filters", "{} filters"),
        ("num_heads", "{} heads"),
        ("key_dim", "of {}"),
        ("input_dim", "{} to"),
        ("output_dim", "{} numbers"),
        ("kernel_size", "{}"),
        ("pool_size", "{}"),
        ("rate", "rate {}"),
    ):
        value = getattr(op, name, None)
        if isinstance(value, tuple | list) and value:
            value = "×".join(map(str, value))
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            text = f"{value:,}" if isinstance(value, int) else f"{value}"
            said = words.format(text)
            found.append(said.removesuffix("s") if value == 1 else said)
    return found


def collapsed(
    drawn: dict[int, Drawn], edges: list[tuple[int, int]]
) -> tuple[dict[int, Drawn], list[tuple[int, int]]]:
    """Draw the same as one box: three or more side by side or in a row, blocks from two on.

    Arguments:
        drawn: boxes by key, in running order.
        edges: pairs of keys, who feeds whom.

    >>> same = {key: Drawn("Dense", ["Dense"]) for key in (1, 2, 3)}
    >>> ends = {0: Drawn("InputLayer", ["in"]), 4: Drawn("Add", ["Add"])}
    >>> boxes = {0: ends[0], **same, 4: ends[4]}
    >>> found, edges = collapsed(boxes, [(0, k) for k in same] + [(k, 4) for k in same])
    >>> [box.lines[0] for box in found.values()], edges
    (['in', '3 × Dense', 'Add'], [(0, 1), (1, 4)])
    """
    return _in_a_row(*_side_by_side(drawn, edges))


def _side_by_side(
    drawn: dict[int, Drawn], edges: list[tuple[int, int]]
) -> tuple[dict[int, Drawn], list[tuple[int, int]]]:
    groups: dict[Any, list[int]] = {}
    for key, box in drawn.items():
        before = tuple(sorted(a for a, b in edges if b == key))
        after = tuple(sorted(b for a, b in edges if a == key))
        if before and after:
            groups.setdefault((tuple(box.lines), before, after), []).append(key)
    for same in groups.values():
        if len(same) >= LEAST:
            first, *others = same
            box = drawn[first]
            lines = [f"{len(same)} × {box.lines[0]}", *box.lines[1:]]
            drawn = {k: v for k, v in drawn.items() if k not in others}
            drawn[first] = Drawn(box.kind, lines, count=len(same))
            edges = [(a, b) for a, b in edges if a not in others and b not in others]
    return drawn, edges


def _in_a_row(
    drawn: dict[int, Drawn], edges: list[tuple[int, int]]
) -> tuple[dict[int, Drawn], list[tuple[int, int]]]:
    for chain in _chains(drawn, edges):
        # Only the first of a block may take in another shape.
        labels = [_without_input(drawn[key].lines) for key in chain]
        start = 0
        while start < len(chain):
            length, times = _block(labels, start)
            if times == 1:
                start += 1
                continue
            keys = chain[start : start + length * times]
            drawn, edges = _joined(drawn, edges, keys, length, times)
            start += length * times
    return drawn, edges


def _chains(drawn: dict[int, Drawn], edges: list[tuple[int, int]]) -> list[list[int]]:
    """Give runs of boxes of which each feeds the next alone."""
    after: dict[int, list[int]] = {key: [] for key in drawn}
    before: dict[int, list[int]] = {key: [] for key in drawn}
    for a, b in edges:
        after[a].append(b)
        before[b].append(a)

    def follows(key: int) -> int | None:
        alone = len(after[key]) == 1 and len(before[after[key][0]]) == 1
        return after[key][0] if alone else None

    ends = {follows(key) for key in drawn}
    chains = []
    for key in drawn:
        if key not in ends:
            chain, found = [key], follows(key)
            while found is not None:
                chain.append(found)
                found = follows(found)
            chains.append(chain)
    return chains


def _block(labels: list[tuple[str, ...]], start: int) -> tuple[int, int]:
    """Give length and number of the repetitions that begin at a place and save most boxes."""
    best = (1, 1)
    for length in range(1, (len(labels) - start) // 2 + 1):
        block, times = labels[start : start + length], 1
        while labels[start + times * length : start + (times + 1) * length] == block:
            times += 1
        least = LEAST if length == 1 else LEAST_BLOCKS
        if times >= least and length * (times - 1) > best[0] * (best[1] - 1):
            best = (length, times)
    return best


def _without_input(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if not line.startswith("in "))


def _joined(
    drawn: dict[int, Drawn], edges: list[tuple[int, int]], keys: list[int], length: int, times: int
) -> tuple[dict[int, Drawn], list[tuple[int, int]]]:
    """Put a block that comes several times in a row into one box."""
    first, last = keys[0], keys[-1]
    block = [drawn[key] for key in keys[:length]]
    lines: list[str] = [] if length == 1 else [f"{times} × in a row"]
    heads: list[int] = [] if length == 1 else [0]
    for box in block:
        heads.append(len(lines))
        text = f"{times} × {box.lines[0]}" if length == 1 else box.lines[0]
        lines += [text, *_without_input(box.lines[1:])]
    gone = set(keys[1:])
    kept = {key: box for key, box in drawn.items() if key not in gone}
    kept[first] = Drawn(block[0].kind, lines, tuple(heads), count=times)
    moved = [(first if a == last else a, b) for a, b in edges if b not in gone]
    return kept, [(a, b) for a, b in moved if a not in gone]
