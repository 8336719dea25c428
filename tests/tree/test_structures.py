"""Functions on nested structures give what Keras's give."""

import os
from collections import OrderedDict, defaultdict, deque, namedtuple

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import pytest

from kerata import tree

Point = namedtuple("Point", "x y")
NESTS = {
    "n": [1, (2, None), {"b": 3, "a": [4]}],
    "o": OrderedDict([("z", 1), ("a", (2, 3))]),
    "d": defaultdict(list, {"b": 1, "a": 2}),
    "q": deque([1, [2]], 5),
    "p": Point(1, [2, 3]),
    "e": [[], {}, ()],
    "i": 7,
    "s": {"a": (None, 3), "b": [(4,), [5, 6]]},
}


def told(library, call):
    names = {"t": library, "Point": Point, "OrderedDict": OrderedDict, "deque": deque, **NESTS}
    seen = []
    found = eval(call, {**names, "seen": seen, "NONE": library.MAP_TO_NONE})
    return found, seen


@pytest.mark.parametrize(
    "call",
    [
        *(f"t.{f}({n})" for n in NESTS for f in ("is_nested", "flatten", "flatten_with_path")),
        *(f"t.map_structure(str, {n})" for n in NESTS),
        *(f"t.pack_sequence_as({n}, t.flatten({n})[::-1])" for n in NESTS),
        *(f"t.lists_to_tuples({n})" for n in NESTS),
        *(f"t.traverse(lambda x: seen.append(x), {n})" for n in "nodqpei"),
        *(f"t.traverse(lambda x: seen.append(x), {n}, top_down=False)" for n in "nodqpei"),
        "t.traverse(lambda x: len(x) if isinstance(x, tuple) else None, n)",
        "t.traverse(lambda x: NONE if x == 2 else None, n)",
        "t.traverse(lambda x: tuple(x) if isinstance(x, list) else None, n, top_down=False)",
        "t.map_structure(lambda x: x + 1, [1, None, (2,)], none_is_leaf=False)",
        "t.map_structure(lambda x, y: (x, y), n, n)",
        "t.map_structure_up_to([1, 2], lambda x, y: [x, y], [[1], 2], [{'a': 3}, (4,)])",
        "t.map_structure_up_to({'a': 1}, str, {'a': [1, 2]})",
        "t.map_shape_structure(lambda shape: ('x', len(shape)), s)",
        "t.assert_same_structure(n, t.map_structure(str, n))",
        "t.assert_same_structure(d, {'a': 1, 'b': 2})",
        "t.assert_same_paths([1, (2,)], (5, [6]))",
    ],
)
def test_results(call):
    ours, theirs = told(tree, call), told(keras.tree, call)
    assert repr(ours) == repr(theirs).replace("keras.src.tree.tree_api", "kerata.tree.structures")
    assert type(ours[0]) is type(theirs[0])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("t.pack_sequence_as([1, 2], [1])", ValueError),
        ("t.pack_sequence_as([1, 2], [1, 2, 3])", ValueError),
        ("t.pack_sequence_as([1, 2], 5)", TypeError),
        ("t.map_structure(str)", ValueError),
        ("t.map_structure(5, [1])", TypeError),
        ("t.map_structure(max, [1, 2], (1, 2))", ValueError),
        ("t.map_structure_up_to([1, [2]], str, [1, 2])", ValueError),
        ("t.assert_same_structure([1], (1,))", ValueError),
        ("t.assert_same_structure([1, 2], [1])", ValueError),
        ("t.assert_same_structure({'a': 1}, {'b': 1})", ValueError),
        ("t.assert_same_structure([1], 1)", ValueError),
        ("t.assert_same_structure(p, (1, [2, 3]))", ValueError),
        ("t.assert_same_paths([1, 2], [1])", ValueError),
        ("t.traverse(5, [1])", TypeError),
    ],
)
def test_mistakes(call, error):
    for library in (tree, keras.tree):
        with pytest.raises(error):
            told(library, call)


def test_every_name_of_keras_is_here():
    assert {n for n in dir(keras.tree) if not n.startswith("_")} <= set(dir(tree))
