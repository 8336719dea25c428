"""A journal gives back scores only for what is surely the same."""

import functools
import os
import subprocess
import sys
import textwrap
import threading
import types

import numpy as np
import pytest

import kerata as keras
from kerata import search
from kerata.base.signature import Signature
from kerata.search.program_group import ProgramGroup

X = np.random.default_rng(0).normal(size=(12, 2)).astype("float32")
Y = X[:, :1]

SOURCE = """
import functools
import kerata as keras

width = 2
settings = {"rates": [0.1, 0.2]}
class Scale(keras.layers.Layer):
    factor = 1.0
    def call(self, inputs):
        return inputs * self.factor

def last():
    return keras.layers.Dense(1)

def build(units=2, *, activation="relu"):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units * width, activation)])
    model.add(Scale())
    model.add(last())
    model.compile(keras.optimizers.SGD(settings["rates"][0]), "mse")
    return model

def maker(units):
    def inner():
        return build(units)
    return inner

class Builder:
    units = 3
    def __init__(self, activation="relu"):
        self.activation = activation
    def __call__(self):
        return build(self.units, activation=self.activation)
    def make(self):
        return self()
"""


def module(*changes):
    source = SOURCE
    for old, new in changes:
        assert old in source
        source = source.replace(old, new, 1)
    found = types.ModuleType("somebodys_program")
    exec(compile(textwrap.dedent(source), "program.py", "exec"), vars(found))
    return found


EDITS = {
    "default": ("units=2", "units=200"),
    "keyword default": ('activation="relu"):\n    model', 'activation="tanh"):\n    model'),
    "global": ("width = 2", "width = 3"),
    "inside a global": ("0.1, 0.2", "0.3, 0.2"),
    "function it calls": ("Dense(1)", "Dense(1, 'tanh')"),
    "attribute of a class": ("factor = 1.0", "factor = 2.0"),
    "method of a class": ("inputs * self", "inputs + self"),
    "its own code": ("units * width", "units + width"),
}


def identity(build):
    return Signature(build, lasting=True).digest


def test_the_same_program_read_again_is_the_same():
    assert identity(module().build) == identity(module().build)
    moved = module(("width = 2", "# a comment\n\nwidth = 2"))
    assert identity(moved.build) == identity(module().build)


@pytest.mark.parametrize("kind", EDITS)
def test_an_edited_program_is_another(kind):
    assert identity(module(EDITS[kind]).build) != identity(module().build)


SAME_CODE = {
    "lambda": lambda m: lambda units: lambda: m.build(units),
    "closure": lambda m: m.maker,
    "partial": lambda m: lambda units: functools.partial(m.build, units),
    "named in a partial": lambda m: lambda units: functools.partial(m.build, units=units),
    "partial of a partial": lambda m: lambda u: functools.partial(functools.partial(m.build, u)),
    "callable object": lambda m: lambda units: m.Builder("relu" if units == 2 else "tanh"),
    "bound method": lambda m: lambda units: m.Builder("relu" if units == 2 else "tanh").make,
}


@pytest.mark.parametrize("kind", SAME_CODE)
def test_what_functions_hold_counts(kind):
    make = SAME_CODE[kind](module())
    assert identity(make(2)) == identity(SAME_CODE[kind](module())(2))
    assert identity(make(2)) != identity(make(3))


def test_two_lambdas_are_two():
    two = [lambda: keras.layers.Dense(1), lambda: keras.layers.Dense(2)]
    assert identity(two[0]) != identity(two[1])


@pytest.mark.slow
def test_another_process_finds_the_same(tmp_path):
    (tmp_path / "program.py").write_text(
        SOURCE
        + "names = {'one', 'two', 'three'}\n"
        + "def named():\n    return build(2) if 'one' in {'one', 'x', 'y'} & names else None\n"
        + "from kerata.base.signature import Signature\n"
        + "for build in (build, named, maker(2), Builder().make):\n"
        + "    found = Signature(build, lasting=True)\n"
        + "    print(found.digest, found.unknown)\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "program.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("[]") == 4


# Parameters ---------------------------------------------------------------------------------


def by_parameter(activation="relu", optimizer=None):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation)])
    model.add(keras.layers.Dense(1))
    model.compile(optimizer or keras.optimizers.SGD(0.01), "mse")
    return model


@pytest.fixture
def trained(monkeypatch):
    found = []
    begin = ProgramGroup._begin

    def counted(self, task, trainer):
        found.append((task.trial, task.split))
        begin(self, task, trainer)

    monkeypatch.setattr(ProgramGroup, "_begin", counted)
    return found


def run(path, **space):
    return search.grid(
        by_parameter, space, X, Y, folds=2, epochs=1, verbose=0, journal=path, scoring="loss"
    )


def power(factor):
    return lambda x: x * factor


class Powered:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return x * self.factor

    def method(self, x):
        return x * self.factor


def times(x, factor=1.0):
    return x * factor


PAIRS = {
    "lambdas": lambda: (lambda x: x * 1, lambda x: x * 5),
    "closures": lambda: (power(1.0), power(5.0)),
    "partials": lambda: (
        functools.partial(times, factor=1.0),
        functools.partial(times, factor=5.0),
    ),
    "methods": lambda: (Powered(1.0).method, Powered(5.0).method),
    "objects": lambda: (Powered(1.0), Powered(5.0)),
    "arrays": lambda: (power(np.float32([1, 2])), power(np.float32([5, 2]))),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_parameters_of_one_name_are_told_apart(kind, tmp_path, trained):
    path = tmp_path / "search.jsonl"
    one, other = PAIRS[kind]()
    first = run(path, activation=[one]).scores()
    trained.clear()
    np.testing.assert_array_equal(run(path, activation=[PAIRS[kind]()[0]]).scores(), first)
    assert not trained
    assert not np.allclose(run(path, activation=[other]).scores(), first)
    assert trained


def test_what_was_excluded_by_hand_counts():
    def optimizer(exclude):
        found = keras.optimizers.SGD(0.01, weight_decay=30.0)
        if exclude:
            found.exclude_from_weight_decay(var_names=["kernel", "bias"])
        return found

    keys = {exclude: Signature(optimizer(exclude), lasting=True).digest for exclude in (0, 1)}
    assert keys[0] != keys[1]
    assert keys[0] == Signature(optimizer(0), lasting=True).digest


def test_what_cannot_be_told_is_trained_again(tmp_path, trained):
    path = tmp_path / "search.jsonl"
    lock = threading.Lock()

    def locked(x):
        with lock:
            return x

    first = run(path, activation=[locked, "relu"]).scores()
    trained.clear()
    np.testing.assert_array_equal(run(path, activation=[locked, "relu"]).scores(), first)
    assert {trial for trial, _ in trained} == {0}


def test_a_builder_that_cannot_be_told_is_refused(tmp_path):
    lock = threading.Lock()

    def build():
        with lock:
            return by_parameter()

    with pytest.raises(ValueError, match=r"builder '.*build'.* an object of type 'lock'"):
        search.cross_validate(build, X, Y, folds=2, journal=tmp_path / "search.jsonl", verbose=0)
