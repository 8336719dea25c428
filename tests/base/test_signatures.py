"""Signatures: what counts as the same, what as another, and what can't be told."""

import enum
import functools
import re
import textwrap
import threading
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata.base.code_reading import Reading, global_of, globals_read, imported, imports
from kerata.base.declarations import declared, makes_first_values
from kerata.base.randomness import SeedGenerator
from kerata.base.signature import Signature
from kerata.base.variable import Variable


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Word(str):
    """A text of a type of its own."""


class Holder:
    """An object of the user's."""

    def __init__(self, **kept):
        self.__dict__.update(kept)

    def method(self):
        return 1


class Named:
    """Says that it is kept under a name."""

    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return self.name


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a


def adder(n):
    return lambda x: x + n


def with_default(x, y=1, *, z=2):
    return x


def same(a, b, lasting):
    return Signature(a, lasting=lasting).tokens == Signature(b, lasting=lasting).tokens


# Each is like itself made again, and like none of the others.
KINDS = {
    "numbers": lambda: [1, 2, 1.0, -0.0, 0.0, True, 1j, None, ...],
    "texts": lambda: ["a", b"a", "b", Word("a")],
    "lists": lambda: [[1, 2], (1, 2), [2, 1], [[1], 2], [1, [2]], []],
    "dictionaries": lambda: [{"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}, {"b": 1, "a": 1}, {}],
    "sets": lambda: [{1, 2}, frozenset({1, 2}), {1, 3}, {"a", (1, 2)}],
    "arrays": lambda: [
        np.zeros(2),
        np.zeros(2, "float32"),
        np.zeros((2, 1)),
        np.ones(2),
        jnp.ones(2),
        jnp.zeros(2),
        np.array([{"a": 1}], object),
        np.array([{"a": 2}], object),
        jax.random.key(1),
        jax.random.key(2),
    ],
    "patterns": lambda: [re.compile("a"), re.compile("b"), re.compile("a", re.IGNORECASE)],
    "functions": lambda: [
        adder(1),
        adder(2),
        lambda x: x,
        lambda x: x + 1,
        with_default,
        types.FunctionType(with_default.__code__, globals(), argdefs=(3,)),
        functools.partial(with_default, 1),
        functools.partial(with_default, 2),
        functools.partial(with_default, x=1),
        Holder(a=1).method,
        Holder(a=2).method,
        np.sin,
        np.cos,
        np.linalg.norm,
    ],
    "modules": lambda: [np, re, np.linalg],
    "types": lambda: [np.dtype("int8"), np.dtype("int16"), range(3), range(4), int, float],
    "enumerations": lambda: [Color.RED, Color.BLUE],
    "objects": lambda: [
        Holder(),
        Holder(a=1),
        Holder(a=2),
        Holder(a=1, b=2),
        Holder(b=1),
        Holder(a=Holder(a=1)),
    ],
    "variables": lambda: [
        Variable(np.zeros(2), name="v"),
        Variable(np.zeros(3), name="v"),
        Variable(np.zeros(2, "int32"), name="v"),
        Variable(np.zeros(2), name="w"),
        Variable(np.zeros(2), name="v", trainable=False),
        Variable(np.zeros(2), name="v", autocast=False),
    ],
    "layers": lambda: [
        keras.layers.Dense(2),
        keras.layers.Dense(3),
        keras.layers.Dense(2, name="mine"),
        keras.layers.Dense(2, activation="tanh"),
        keras.layers.Dense(2, kernel_regularizer="l2"),
        keras.layers.Dense(2, kernel_regularizer=keras.regularizers.L2(0.5)),
    ],
}


@pytest.mark.parametrize("lasting", [False, True], ids=["here", "lasting"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_each_is_like_itself_alone(kind, lasting):
    first, again = KINDS[kind](), KINDS[kind]()
    for i, a in enumerate(first):
        for j, b in enumerate(again):
            assert same(a, b, lasting) == (i == j), (a, b)
        assert hash(Signature(a, lasting=lasting).tokens)


def test_one_object_twice_is_not_two_equal_ones():
    one = [1]
    assert not same([one, one], [[1], [1]], False)
    assert same([one, one], [one, one], False)
    # Tuples are values: whether equal ones are one object is the interpreter's affair.
    pair = tuple(iter((1, 2)))
    assert same([pair, pair], [tuple(iter((1, 2))), tuple(iter((1, 2)))], False)
    ring = [1]
    ring.append(ring)
    assert Signature(ring).tokens


def test_values_of_variables_count_where_they_last():
    zero, one = Variable(0.0, name="v"), Variable(1.0, name="v")
    assert same(zero, one, False)
    assert not same(zero, one, True)


def test_names_that_were_given_automatically_do_not_count():
    assert same(Variable(0.0), Variable(0.0), True)
    assert same(keras.layers.Dense(2), keras.layers.Dense(2), True)
    owned, other = Variable(0.0, name="a"), Variable(0.0, name="b")
    owned.belongs_to = other.belongs_to = zero = Variable(0.0)
    assert same(owned, other, False)
    assert not same(Variable(0.0, name="a"), owned, False)
    assert zero is owned.belongs_to


def test_first_values_count_where_they_last():
    ones, zeros = keras.initializers.Ones(), keras.initializers.Zeros()
    assert makes_first_values(ones)
    assert not makes_first_values(keras.layers.Dense(1))
    assert same(ones, zeros, False)
    assert not same(ones, zeros, True)

    class Mine(keras.initializers.Ones):
        pass

    assert not makes_first_values(Mine())


def test_seeds_count_where_they_last():
    assert same(SeedGenerator(1), SeedGenerator(2), False)
    assert not same(SeedGenerator(1), SeedGenerator(2), True)


def test_settings_count():
    before = Signature(1).tokens
    assert keras.config.epsilon() == 1e-7
    try:
        keras.config.set_epsilon(1e-5)
        assert Signature(1).tokens != before
    finally:
        keras.config.set_epsilon(1e-7)
    assert Signature(1).tokens == before


def test_what_can_not_be_looked_into_is_like_itself_here_and_like_nothing_elsewhere():
    lock, other = threading.Lock(), threading.Lock()
    assert same(lock, lock, False)
    assert not same(lock, other, False)
    assert not same(lock, lock, True)
    found = Signature([lock])
    assert found.unknown == found.kept == [lock]
    assert Signature(Slotted(1)).unknown
    assert not Signature(Slotted(1), lasting=True).unknown
    assert same(Slotted(1), Slotted(1), True)
    assert not same(Slotted(1), Slotted(2), True)
    assert same(Named("a"), Named("a"), True)
    assert not same(Named("a"), Named("b"), True)
    assert not same(Named("a"), Slotted("a"), True)
    assert not Signature(Named("a"), lasting=True).unknown
    # One in a set, too.
    assert Signature({lock}).unknown == [lock]


def test_what_the_user_made_is_listed():
    holder, function = Holder(a=1), adder(1)
    found = Signature([holder, function, keras.layers.Dense(1), textwrap.dedent])
    assert holder in found.foreign
    assert function in found.foreign
    assert textwrap.dedent in found.foreign
    assert not any(isinstance(f, keras.layers.Dense) for f in found.foreign)
    assert not Signature([keras.layers.Dense(1), keras.activations.relu]).foreign
    assert holder in Signature({holder}).foreign
    assert found.has_met(holder)
    assert not found.has_met(Holder())


def test_a_quick_look_tells_whether_something_changed():
    layer = keras.layers.Dense(2, activation="tanh")
    layer.build((None, 3))
    signature = Signature(layer)
    assert signature.still_holds()
    layer.kernel.assign(layer.kernel + 1)
    assert signature.still_holds()
    layer.units = 3
    assert not signature.still_holds()
    layer.units = 2
    assert signature.still_holds()
    layer.kernel.trainable = False
    assert not signature.still_holds()
    layer.kernel.trainable = True
    layer.extra = 1
    assert not signature.still_holds()
    del layer.extra
    assert signature.still_holds()
    nested = {"a": [1, 2]}
    signature = Signature(nested)
    nested["a"].append(3)
    assert not signature.still_holds()
    nested["a"].pop()
    assert signature.still_holds()
    nested["b"] = 1
    assert not signature.still_holds()


def test_what_may_have_changed_unseen_is_in_doubt():
    for value in (np.zeros(2), {1}, Holder(), adder(1), threading.Lock()):
        assert not Signature([value]).still_holds()
    for value in (jnp.zeros(2), frozenset({1}), (1, "a"), keras.activations.relu):
        assert Signature([value]).still_holds()
    signature = Signature([1])
    try:
        keras.config.set_floatx("float16")
        assert not signature.still_holds()
    finally:
        keras.config.set_floatx("float32")


def test_digests_are_short_and_differ():
    one, two = Signature([1]).digest, Signature([2]).digest
    assert one == Signature([1]).digest != two
    assert len(one) == 24


def test_traced_arrays_are_all_alike():
    seen = []

    @jax.jit
    def run(x):
        seen.append(Signature(x).tokens[1])
        return x

    run(jnp.ones(2))
    assert seen == [("traced",)]


def test_declarations_of_a_class_and_its_bases():
    class Mine(keras.layers.Dense):
        _not_in_signature = ("scratch",)

    assert {"scratch", "_init_args"} <= declared(Mine, "_not_in_signature")
    assert "scratch" not in declared(keras.layers.Dense, "_not_in_signature")
    one, two = Mine(1), Mine(1)
    one.scratch, two.scratch = 1, 2
    assert same(one, two, True)
    one.other, two.other = 1, 2
    assert not same(one, two, True)


def test_what_a_class_defines_counts_where_it_lasts():
    def make(factor):
        class Mine:
            """A class of the user's."""

            rate = property(lambda self: factor)

            @staticmethod
            def scale(x, by=factor):
                return x

        return Mine()

    assert same(make(1), make(1), True)
    assert not same(make(1), make(2), True)
    assert not same(make(1), make(1), False)


# What functions read ----------------------------------------------------------------------------

limit = 3
helper = None


def reader(x):
    from os import path as somewhere

    def inner():
        import json.decoder

        return limit + json.decoder.NaN

    return np.linalg.norm(x), len(x), inner, somewhere


def test_what_a_function_reads():
    code = reader.__code__
    assert globals_read(code) == ("np", "len", "limit")
    assert imports(code) == (("os", 0), ("json.decoder", 0))
    assert global_of(reader, "limit") == 3
    assert global_of(reader, "len") is len
    assert global_of(reader, "nothing") is None
    read = global_of(reader, "np")
    assert isinstance(read, Reading)
    assert read.module is np
    assert {"linalg", "norm", "limit"} <= set(read.names)
    assert imported(reader, "json.decoder", 0).module.__name__ == "json.decoder"
    assert imported(reader, "no_such_module", 0) == "no module no_such_module"
    code = compile(
        "def f():\n    from . import a\n    from ..b import c\n    import d", "f", "exec"
    )
    assert imports(code) == (("", 1), ("b", 2), ("d", 0))


def test_globals_and_modules_count_by_what_is_read_of_them():
    def module_of(**names):
        found = types.ModuleType("made_up")
        vars(found).update(names)
        return found

    def function_of(**names):
        return types.FunctionType((lambda: helper.rate).__code__, {"helper": module_of(**names)})

    for lasting in (False, True):
        assert same(function_of(rate=1), function_of(rate=1, unread=2), lasting)
        assert not same(function_of(rate=1), function_of(rate=2), lasting)
        assert not same(function_of(rate=1), function_of(), lasting)
