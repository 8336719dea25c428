"""kerata.random against keras.random: the same keys give the same numbers."""

import inspect

import jax
import numpy as np
import pytest

from kerata import random

keras = pytest.importorskip("keras")

TWO = np.full((5, 2), 2.0, "float32")
X = np.arange(12.0, dtype="float32").reshape(3, 4)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("normal", ((5, 2),), {"mean": 1.0, "stddev": 2.0}),
        ("truncated_normal", ((5, 2),), {"mean": 1.0, "stddev": 2.0}),
        ("uniform", ((5, 2),), {"minval": -1.0, "maxval": 3.0}),
        ("uniform", ((5, 2),), {"dtype": "float16"}),
        ("randint", ((5, 2), 3, 9), {}),
        ("gamma", ((5, 2), TWO), {}),
        ("beta", ((5, 2), TWO, TWO + 1), {}),
        ("binomial", ((5, 2), 5 * TWO, TWO / 6), {}),
        ("dropout", (X, 0.4), {}),
        ("dropout", (X, 0.4), {"noise_shape": (3, 1)}),
        ("shuffle", (X,), {}),
        ("shuffle", (X,), {"axis": 1}),
    ],
)
def test_the_same_key_gives_the_same_numbers(name, args, kwargs, same_program):
    key = jax.random.key(3)
    forms = [
        lambda key, m=m: getattr(m, name)(*args, **kwargs, seed=key) for m in (random, keras.random)
    ]
    if same_program(*forms, key):
        return
    ours, theirs = forms[0](key), forms[1](key)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert ours.dtype == theirs.dtype


def test_categorical_draws_the_same_classes():
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32"))
    ours = np.asarray(random.categorical(logits, 4000, seed=1))
    theirs = np.asarray(keras.random.categorical(logits, 4000, seed=1))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    for ours_row, theirs_row, row in zip(ours, theirs, logits, strict=True):
        shares = np.bincount(ours_row, minlength=3) / 4000
        np.testing.assert_allclose(shares, np.exp(row), atol=0.03)
        np.testing.assert_allclose(shares, np.bincount(theirs_row, minlength=3) / 4000, atol=0.04)


def test_names_and_arguments_are_keras():
    for name in (n for n in dir(keras.random) if n[0].islower()):
        expected = inspect.signature(getattr(keras.random, name)).parameters
        actual = inspect.signature(getattr(random, name)).parameters
        assert [(p.name, p.default) for p in actual.values()] == [
            (p.name, p.default) for p in expected.values()
        ]
