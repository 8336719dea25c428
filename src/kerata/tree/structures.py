"""Functions on nested structures.

Nested are lists, tuples (named ones too), deques and dictionaries; everything else, None too, is
an item. Items come in order; those of a dictionary by sorted keys, of an ``OrderedDict`` by its
own order.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_SEQUENCES = (list, tuple, deque)


class MAP_TO_NONE:
    """What a function for ``traverse`` gives to put None in the place of a structure."""


def is_nested(structure: Any) -> bool:
    """Say whether a value is a structure: a list, tuple, deque or dictionary.

    Arguments:
        structure: any value.

    >>> is_nested([1]), is_nested({}), is_nested("text")
    (True, True, False)
    """
    return isinstance(structure, (*_SEQUENCES, dict))


def flatten(structure: Any) -> list[Any]:
    """List the items of a nested structure.

    Arguments:
        structure: any value; one that isn't nested is its own only item.

    >>> flatten({"b": [1, (2, None)], "a": 3})
    [3, 1, 2, None]
    """
    return [item for _, item in _items(structure, ())]


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """List the items of a nested structure, each with its path: the positions and keys.

    Arguments:
        structure: any value.

    >>> flatten_with_path([{"a": 5}, 6])
    [((0, 'a'), 5), ((1,), 6)]
    """
    return list(_items(structure, ()))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """Apply a function to the items of nested structures, and keep the structure.

    Arguments:
        func: takes one item of each structure.
        structures: one or more of the same structure.
        none_is_leaf: give the function None too (True), or leave None where it is.

    Raises:
        TypeError: ``func`` can't be called.
        ValueError: no structure, or structures that differ.

    >>> map_structure(lambda x, y: x + y, [1, (2,)], [10, (20,)])
    [11, (22,)]
    """
    _check_callable("map_structure", func)
    if not structures:
        raise ValueError("map_structure needs at least one structure.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)

    def apply(*items: Any) -> Any:
        kept = not none_is_leaf and all(item is None for item in items)
        return None if kept else func(*items)

    return pack_sequence_as(
        structures[0], list(map(apply, *(flatten(structure) for structure in structures)))
    )


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Apply a function to the parts of structures that stand where a shallow one has items.

    Arguments:
        shallow_structure: the structure of the result.
        func: takes one part of each structure.
        structures: one or more; they have the shallow structure, with anything as its items.

    Raises:
        TypeError: no structure, or ``func`` can't be called.
        ValueError: structures that are shallower, or another structure.

    >>> map_structure_up_to([None, None], len, [[1, 2], [3]])
    [2, 1]
    """
    _check_callable("map_structure_up_to", func)
    if not structures:
        raise TypeError("map_structure_up_to needs at least one structure.")
    parts = [list(_parts(shallow_structure, structure, ())) for structure in structures]
    return pack_sequence_as(shallow_structure, [func(*items) for items in zip(*parts, strict=True)])


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Give a function every structure and item within one, and put its results in their place.

    Arguments:
        func: gives what to put in the place; None leaves it as it is, ``MAP_TO_NONE`` puts None
            there.
        structure: any value.
        top_down: structures before what is in them, which is left out where the function gives
            something (True); or after.

    Raises:
        TypeError: ``func`` can't be called.

    >>> traverse(lambda x: len(x) if isinstance(x, tuple) else None, [(1, 2), [3]])
    [2, [3]]
    """
    _check_callable("traverse", func)

    def visit(part: Any) -> Any:
        if top_down:
            found = func(part)
            if found is not None:
                return None if found is MAP_TO_NONE else found
        if is_nested(part):
            part = _rebuilt(part, [visit(child) for _, child in _children(part)])
        if top_down:
            return part
        found = func(part)
        if found is None:
            return part
        return None if found is MAP_TO_NONE else found

    return visit(structure)


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """Put items into a nested structure, in the order in which ``flatten`` lists them.

    Arguments:
        structure: any value; its own items are left out.
        flat_sequence: as many items.

    Raises:
        TypeError: items that can't be looped over.
        ValueError: another number of items.

    >>> pack_sequence_as({"a": [0, 0], "b": 0}, [1, 2, 3])
    {'a': [1, 2], 'b': 3}
    """
    if not isinstance(flat_sequence, Iterable) or isinstance(flat_sequence, (str, bytes)):
        raise TypeError(f"pack_sequence_as takes a list of items, got {flat_sequence!r}.")
    items = list(flat_sequence)
    wanted = len(flatten(structure))
    if len(items) != wanted:
        raise ValueError(
            f"pack_sequence_as got {len(items)} items for a structure with {wanted}: {structure!r}."
        )
    left = iter(items)

    def fill(part: Any) -> Any:
        if not is_nested(part):
            return next(left)
        return _rebuilt(part, [fill(child) for _, child in _children(part)])

    return fill(structure)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Check that two values are nested in the same way; the items may be anything.

    All dictionaries with the same keys count as the same; a list and a tuple do not.

    Arguments:
        a, b: any values.
        check_types: without effect, as in Keras; a value warns.

    Raises:
        ValueError: they are not.

    >>> assert_same_structure([1, (2,)], ["x", (None,)])
    """
    if check_types is not None:
        warnings.warn(
            "check_types has no effect; assert_same_paths leaves the types of sequences open.",
            DeprecationWarning,
            stacklevel=2,
        )
    difference = _difference(a, b, ())
    if difference:
        raise ValueError(f"The two structures don't have the same nested structure: {difference}")


def assert_same_paths(a: Any, b: Any) -> None:
    """Check that the items of two values have the same paths; kinds of sequences may differ.

    Arguments:
        a, b: any values.

    Raises:
        ValueError: they have not.

    >>> assert_same_paths([1, (2,)], (5, [6]))
    """
    first = {path for path, _ in _items(a, ())}
    second = {path for path, _ in _items(b, ())}
    if first != second:
        raise ValueError(
            "The two structures don't have the same paths: only the first has "
            f"{sorted(first - second, key=str)}, only the second {sorted(second - first, key=str)}."
        )


def lists_to_tuples(structure: Any) -> Any:
    """Make tuples of all lists within a structure.

    Arguments:
        structure: any value.

    >>> lists_to_tuples([1, {"a": [2]}])
    (1, {'a': (2,)})
    """

    def change(part: Any) -> Any:
        return tuple(part) if type(part) is list else None

    return traverse(change, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """Apply a function to the shapes within a structure: tuples and lists of ints and None.

    Arguments:
        func: takes a shape.
        structure: shapes, nested in any way.

    Raises:
        TypeError: ``func`` can't be called.
        ValueError: items that stand in no shape.

    >>> map_shape_structure(len, {"a": (None, 3), "b": [(4,)]})
    {'a': 2, 'b': [1]}
    """
    _check_callable("map_shape_structure", func)
    if isinstance(structure, (list, tuple)) and all(
        d is None or (isinstance(d, int) and not isinstance(d, bool)) for d in structure
    ):
        return func(structure)
    if not is_nested(structure):
        raise ValueError(f"map_shape_structure found {structure!r}, which is no shape.")
    parts = [map_shape_structure(func, child) for _, child in _children(structure)]
    return _rebuilt(structure, parts)


def _children(structure: Any) -> list[tuple[Any, Any]]:
    """Give keys or positions and what stands there, in order."""
    if isinstance(structure, _SEQUENCES):
        return list(enumerate(structure))
    if isinstance(structure, OrderedDict):
        return list(structure.items())
    try:
        return sorted(structure.items(), key=lambda pair: pair[0])
    except TypeError:
        raise TypeError(
            f"The keys of a dictionary must be sortable, got {list(structure)!r}."
        ) from None


def _rebuilt(structure: Any, parts: list[Any]) -> Any:
    """Make a structure of the same kind from its new parts."""
    if isinstance(structure, dict):
        by_key = dict(zip((key for key, _ in _children(structure)), parts, strict=True))
        ordered = {key: by_key[key] for key in structure}
        if isinstance(structure, defaultdict):
            return defaultdict(structure.default_factory, ordered)
        return OrderedDict(ordered) if isinstance(structure, OrderedDict) else ordered
    if isinstance(structure, deque):
        return deque(parts, structure.maxlen)
    if hasattr(structure, "_fields"):
        return type(structure)(*parts)
    return tuple(parts) if isinstance(structure, tuple) else parts


def _items(structure: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if not is_nested(structure):
        yield path, structure
        return
    for key, child in _children(structure):
        yield from _items(child, (*path, key))


def _parts(shallow: Any, structure: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    if not is_nested(shallow):
        yield structure
        return
    difference = _own_difference(shallow, structure, path)
    if difference:
        raise ValueError(f"A structure doesn't have the shallow one's structure: {difference}")
    inner = dict(_children(structure))
    for key, child in _children(shallow):
        yield from _parts(child, inner[key], (*path, key))


def _difference(a: Any, b: Any, path: tuple[Any, ...]) -> str | None:
    if not is_nested(a) and not is_nested(b):
        return None
    own = _own_difference(a, b, path)
    if own:
        return own
    others = dict(_children(b))
    for key, child in _children(a):
        found = _difference(child, others[key], (*path, key))
        if found:
            return found
    return None


def _own_difference(a: Any, b: Any, path: tuple[Any, ...]) -> str | None:
    """Say how two structures differ themselves, whatever is in them."""
    place = f"at {list(path)}, " if path else ""
    both = isinstance(a, dict) and isinstance(b, dict)
    if not both and (type(a) is not type(b) or not is_nested(b)):
        return f"{place}{type(a).__name__} {a!r} against {type(b).__name__} {b!r}."
    if both and a.keys() != b.keys():
        return f"{place}keys {list(a)!r} against {list(b)!r}."
    if len(a) != len(b):
        return f"{place}{len(a)} against {len(b)} items."
    return None


def _check_callable(name: str, func: Any) -> None:
    if not callable(func):
        raise TypeError(f"{name}: func must be a function, got {func!r}.")
