"""Scopes within scopes: of variables' values, and of the user's objects."""

import numpy as np

from kerata.base.custom_objects import custom_object_scope, find_custom
from kerata.base.scope import Scope
from kerata.base.variable import Variable


def test_what_an_inner_scope_does_not_hold_is_read_from_the_outer_one():
    held, other = Variable(np.zeros(1)), Variable(np.zeros(1))
    with Scope([(held, np.ones(1)), (other, np.ones(1))]), Scope([(other, np.full(1, 2.0))]):
        assert float(held.value[0]) == 1.0
        assert float(other.value[0]) == 2.0
        held.assign([3.0])
        assert float(held.value[0]) == 3.0
    assert float(held.value[0]) == 0.0


def test_a_write_in_an_inner_scope_stays_there():
    box = Variable(np.zeros(1))
    with Scope([(box, np.ones(1))]) as outer:
        with Scope() as inner:
            box.assign([5.0])
            assert float(inner.read(box)[0]) == 5.0
        assert float(outer.read(box)[0]) == 1.0


def test_the_innermost_scope_of_custom_objects_wins():
    with custom_object_scope({"f": 1, "g": 10}):
        with custom_object_scope({"f": 2}):
            assert find_custom("f") == 2
            assert find_custom("g") == 10
        assert find_custom("f") == 1
    assert find_custom("f") is None
