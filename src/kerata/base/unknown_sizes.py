"""Stand-ins for unknown sizes, so that an operation can be traced on shapes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

Shape = tuple[int | None, ...]
Place = tuple[int, int]  # which shape, which axis

# Two stand-ins for an unknown dimension: where the results differ, the dimension is unknown.
# They have many divisors, so that an unknown dimension can be split.
STAND_INS = (840, 1680)
# The same for operations whose outputs have sizes of the fourth power.
SMALL_STAND_INS = (12, 24)

# So many guesses are made before an operation is taken to be impossible.
_GUESSES = 60


def filled(shapes: Iterable[Shape], stand_in: int) -> list[tuple[int, ...]]:
    """Put a stand-in in the place of each unknown size."""
    return [tuple(stand_in if d is None else d for d in shape) for shape in shapes]


def fitting(
    shapes: list[Shape], numbers: Iterable[int], possible: Callable[[list[Shape]], bool]
) -> list[Shape] | None:
    """Find sizes for unknown dimensions of an operation that can't have them all alike.

    An unknown size beside a known one must be that: first one unknown size is set, then all
    that stand beside a known one when shapes are written flush right, then pairs. What need
    not be set stays unknown.

    Arguments:
        shapes: shapes of the operands that may have unknown sizes.
        numbers: numbers among the other arguments, and sizes of theirs.
        possible: whether the operation takes shapes, unknown sizes being alike.

    Returns:
        Shapes with fewer unknown sizes, or None if none were found.
    """
    places = [(i, j) for i, s in enumerate(shapes) for j, d in enumerate(s) if d is None]
    for sizes in itertools.islice(_guesses(shapes, places, numbers), _GUESSES):
        if not possible(_with(shapes, sizes)):
            continue
        for place in list(sizes) if len(sizes) > 1 else []:
            fewer = {p: d for p, d in sizes.items() if p != place}
            if possible(_with(shapes, fewer)):
                sizes = fewer
        return _with(shapes, sizes)
    return None


def _guesses(
    shapes: list[Shape], places: list[Place], numbers: Iterable[int]
) -> Iterator[dict[Place, int]]:
    sizes = dict.fromkeys([d for s in shapes for d in s if d is not None])
    sizes.update(dict.fromkeys(d for d in numbers if d > 0))
    choices = [*(d for d in sizes if d != 1), 1]
    yield from ({p: d} for p in places for d in choices)
    yield _beside(shapes, places)
    for a, b in itertools.combinations(places, 2):
        yield from ({a: d, b: e} for d in choices for e in choices)


def _with(shapes: list[Shape], sizes: dict[Place, int]) -> list[Shape]:
    return [
        tuple(sizes.get((i, j), d) for j, d in enumerate(shape)) for i, shape in enumerate(shapes)
    ]


def _beside(shapes: list[Shape], places: list[Place]) -> dict[Place, int]:
    sizes = {}
    for i, j in places:
        back = len(shapes[i]) - j
        found = {d for s in shapes if len(s) >= back and (d := s[-back]) is not None and d != 1}
        if len(found) == 1:
            sizes[i, j] = found.pop()
    return sizes
