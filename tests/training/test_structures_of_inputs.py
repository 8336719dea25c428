"""Which input is which: by keys, names or order; numbers are those of Keras 3.15 on JAX."""

import re

import numpy as np
import pytest

import kerata as keras
from kerata import layers

X = np.linspace(-1, 1, 24).reshape(8, 3).astype("float32")
A, B, C = X, X + 1, X + 2
Y = X.sum(1, keepdims=True)
RIGHT = [325.9565, 412.8260, 499.6957]


def model_of(structure):
    """Sum a + 10 b + 100 c, which no two orders agree about."""
    a, b, c = (keras.Input((3,), name=name) for name in "abc")
    joined = layers.Concatenate()([a, layers.Rescaling(10.0)(b), layers.Rescaling(100.0)(c)])
    model = keras.Model(structure(a, b, c), layers.Dense(1, kernel_initializer="ones")(joined))
    model.compile(keras.optimizers.SGD(1e-9), "mse")
    return model


def by_key(a, b, c):
    return {"b": b, "a": a, "c": c}


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, i):
        return (B, A, C), Y


WAYS = {
    "call": lambda m: m([B, A, C]),
    "predict": lambda m: m.predict([B, A, C], verbose=0),
    "predict_on_batch": lambda m: m.predict_on_batch([B, A, C]),
    "fit": lambda m: m.fit([B, A, C], Y, verbose=0),
    "evaluate": lambda m: m.evaluate((B, A, C), Y, verbose=0),
    "train_on_batch": lambda m: m.train_on_batch([B, A, C], Y),
    "test_on_batch": lambda m: m.test_on_batch([B, A, C], Y),
    "PyDataset": lambda m: m.fit(Batches(), verbose=0),
    "generator": lambda m: m.fit((((B, A, C), Y) for _ in range(2)), verbose=0),
    "validation": lambda m: m.fit(
        {"a": A, "b": B, "c": C}, Y, validation_data=([B, A, C], Y), verbose=0
    ),
    "symbolic": lambda m: m([keras.Input((3,)) for _ in "bac"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_list_does_not_stand_for_keys_out_of_order(way):
    with pytest.raises(ValueError, match=r"takes a dictionary \{'b': ..., 'a': ..., 'c': ...\}"):
        WAYS[way](model_of(by_key))


@pytest.mark.parametrize(
    ("structure", "x"),
    [
        (by_key, {"a": A, "b": B, "c": C}),
        (by_key, {"c": C, "d": A, "b": B, "a": A}),
        (by_key, {"a": [A], "b": (B,), "c": C}),
        (lambda a, b, c: {"a": a, "b": b, "c": c}, [A, B, C]),
        (lambda a, b, c: {"x1": a, "x0": b, "c": c}, {"x0": B, "x1": A, "c": C}),
        (lambda a, b, c: [a, b, c], (A, B, C)),
        (lambda a, b, c: (a, b, c), [A, B, C]),
        (lambda a, b, c: [a, b, c], {"a": A, "b": B, "c": C, "d": C}),
        (lambda a, b, c: [{"b": b, "a": a}, c], ({"a": A, "b": B}, C)),
        (lambda a, b, c: {"n": {"b": b, "a": a}, "c": c}, {"c": C, "n": {"a": A, "b": B}}),
        (lambda a, b, c: {"n": [b, a], "c": c}, {"n": (B, A), "c": C}),
        (lambda a, b, c: [c, [b, a]], [C, (B, A)]),
        (lambda a, b, c: [c, [b, a]], [C, B, A]),
    ],
)
def test_inputs_are_found_by_keys_names_and_order(structure, x):
    model = model_of(structure)
    assert np.asarray(model(x)).ravel()[:3] == pytest.approx(RIGHT, abs=2e-4)
    assert model.predict(x, verbose=0).ravel()[:3] == pytest.approx(RIGHT, abs=2e-4)
    assert model.evaluate(x, Y, verbose=0) == pytest.approx(435807.5625, rel=1e-5)


@pytest.mark.parametrize(
    ("structure", "x", "told"),
    [
        (lambda a, b, c: [{"b": b, "a": a}, c], [B, A, C], "a list of 2 inputs in the place"),
        (lambda a, b, c: [{"b": b, "a": a}, c], [[B, A], C], "takes a dictionary {'b'"),
        (lambda a, b, c: [{"b": b, "a": a}, c], [{"p": B, "q": A}, C], "lacks"),
        (lambda a, b, c: {"n": [b, a], "c": c}, {"n": {"a": A, "b": B}, "c": C}, "keys 'a', 'b'"),
        (lambda a, b, c: {"n": [b, a], "c": c}, {"a": A, "b": B, "c": C}, "input 'n'"),
        (lambda a, b, c: [c, [b, a]], [{"b": B, "a": A}, C], "one array for its input 'c'"),
        (lambda a, b, c: {"x1": a, "x0": b, "c": c}, {"a": A, "b": B, "c": C}, "input 'x1'"),
    ],
)
def test_other_structures_are_refused_in_a_sentence(structure, x, told):
    model = model_of(structure)
    for use in (model, lambda x: model.predict(x, verbose=0)):
        with pytest.raises(ValueError, match=re.escape(told)):
            use(x)


@pytest.mark.parametrize("form", [lambda t: [t], lambda t: (t,), lambda t: {"a": t}, lambda t: t])
def test_one_input_may_come_in_a_container_or_alone(form):
    a = keras.Input((3,), name="a")
    model = keras.Model(form(a), layers.Dense(1, kernel_initializer="ones")(a))
    for x in (A, [A], (A,), {"a": A}):
        assert model.predict(x, verbose=0) == pytest.approx(Y, abs=1e-6)
        assert np.asarray(model(x)) == pytest.approx(Y, abs=1e-6)
