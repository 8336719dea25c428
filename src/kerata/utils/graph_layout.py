"""Places for the boxes of a drawn graph: rows by depth, few crossings, no overlaps."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field


@dataclass
class Box:
    """A box to place; a width of 0 is a bend of a long edge."""

    key: int
    width: float
    rank: int = 0
    x: float = 0.0
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


def place(
    widths: dict[int, float], edges: list[tuple[int, int]], gap: float
) -> tuple[dict[int, Box], list[list[int]]]:
    """Place boxes joined by edges that go downwards.

    Arguments:
        widths: width of each box by its key; the order of keys respects the edges.
        edges: pairs (upper, lower) of keys.
        gap: space between neighbours.

    Returns:
        The boxes with ``rank`` (row from the top) and ``x`` (centre), bends included under
        negative keys, and the course of each edge as a list of keys.

    >>> boxes, courses = place({0: 1.0, 1: 1.0, 2: 1.0}, [(0, 1), (1, 2), (0, 2)], 0.5)
    >>> [boxes[k].rank for k in (0, 1, 2)], courses[2]
    ([0, 1, 2], [0, -1, 2])
    """
    boxes = {key: Box(key, width) for key, width in widths.items()}
    for key in widths:
        for upper, lower in edges:
            if upper == key:
                boxes[lower].rank = max(boxes[lower].rank, boxes[upper].rank + 1)
    courses = [_course(boxes, upper, lower) for upper, lower in edges]
    for course in courses:
        for a, b in itertools.pairwise(course):
            boxes[a].after.append(b)
            boxes[b].before.append(a)
    rows: list[list[Box]] = [[] for _ in range(1 + max(b.rank for b in boxes.values()))]
    for box in boxes.values():
        rows[box.rank].append(box)
    _order(rows, boxes)
    _spread(rows, boxes, gap)
    return boxes, courses


def _course(boxes: dict[int, Box], upper: int, lower: int) -> list[int]:
    course = [upper]
    for rank in range(boxes[upper].rank + 1, boxes[lower].rank):
        key = -1 - sum(k < 0 for k in boxes)
        boxes[key] = Box(key, 0.0, rank)
        course.append(key)
    return [*course, lower]


def _order(rows: list[list[Box]], boxes: dict[int, Box]) -> None:
    """Sort each row by the mean place of its neighbours, down and up a few times."""
    for row in rows:
        for i, box in enumerate(row):
            box.x = float(i)
    for _ in range(4):
        for sweep, neighbours in ((rows, "before"), (rows[::-1], "after")):
            for row in sweep:
                means = [_mean(boxes, getattr(box, neighbours), box.x) for box in row]
                row[:] = [row[i] for i in sorted(range(len(row)), key=means.__getitem__)]
                for i, box in enumerate(row):
                    box.x = float(i)


def _spread(rows: list[list[Box]], boxes: dict[int, Box], gap: float) -> None:
    """Move boxes towards their neighbours' middle, keeping the order and the gaps."""
    for row in rows:
        _pack(row, gap)
    for _ in range(8):
        for sweep, neighbours in ((rows, "before"), (rows[::-1], "after")):
            for row in sweep:
                for box in row:
                    box.x = _mean(boxes, getattr(box, neighbours), box.x)
                _separate(row, gap)


def _pack(row: list[Box], gap: float) -> None:
    total = sum(b.width for b in row) + gap * (len(row) - 1)
    left = -total / 2
    for box in row:
        box.x = left + box.width / 2
        left += box.width + gap


def _separate(row: list[Box], gap: float) -> None:
    wished = [b.x for b in row]
    for a, b in itertools.pairwise(row):
        b.x = max(b.x, a.x + (a.width + b.width) / 2 + gap)
    # Pushing only to the right would drift; shift back by the mean displacement.
    shift = sum(b.x - w for b, w in zip(row, wished, strict=True)) / max(len(row), 1)
    for box in row:
        box.x -= shift


def _mean(boxes: dict[int, Box], keys: list[int], default: float) -> float:
    return sum(boxes[k].x for k in keys) / len(keys) if keys else default
