"""Schedules give Keras 3's learning rates, configs and signatures."""

import inspect

import jax
import numpy as np
import pytest

keras = pytest.importorskip("keras")

from kerata.optimizers import schedules  # noqa: E402  # Keras must be there first

CASES = [
    ("ExponentialDecay", (0.1, 10, 0.5), {}),
    ("ExponentialDecay", (0.1, 10, 0.5), {"staircase": True}),
    ("InverseTimeDecay", (0.1, 10, 0.5), {}),
    ("InverseTimeDecay", (0.1, 10, 0.5), {"staircase": True}),
    ("PiecewiseConstantDecay", ([3, 10], [1.0, 0.5, 0.1]), {}),
    ("PiecewiseConstantDecay", ([7], [1.0, 0.5]), {"name": "mine"}),
    ("PolynomialDecay", (0.1, 10), {}),
    ("PolynomialDecay", (0.1, 10, 0.01, 2.0), {}),
    ("PolynomialDecay", (0.1, 10, 0.01, 0.5), {"cycle": True}),
    ("CosineDecay", (0.1, 10), {}),
    ("CosineDecay", (0.1, 10, 0.2), {}),
    ("CosineDecay", (0.01, 10, 0.2), {"warmup_target": 0.1, "warmup_steps": 5}),
    ("CosineDecay", (0.01, 10), {"warmup_target": 0.1}),
    ("CosineDecayRestarts", (0.1, 4), {}),
    ("CosineDecayRestarts", (0.1, 4, 1.0, 0.5, 0.1), {}),
    ("CosineDecayRestarts", (0.1, 4, 3.0, 0.9, 0.2), {}),
]


def both(name, args, kwargs):
    return (
        getattr(keras.optimizers.schedules, name)(*args, **kwargs),
        getattr(schedules, name)(*args, **kwargs),
    )


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES, ids=str)
def test_values(name, args, kwargs):
    theirs, ours = both(name, args, kwargs)
    steps = np.array([0, 1, 3, 4, 5, 7, 9, 10, 11, 12, 15, 16, 20, 21, 31, 60], "int32")
    expected = jax.jit(jax.vmap(theirs))(steps)
    np.testing.assert_allclose(jax.jit(jax.vmap(ours))(steps), expected, rtol=1e-5, atol=1e-6)
    assert float(ours(7)) == pytest.approx(float(expected[5]), rel=1e-5)


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES, ids=str)
def test_config(name, args, kwargs):
    theirs, ours = both(name, args, kwargs)
    config = schedules.serialize(ours)
    assert config == keras.optimizers.schedules.serialize(theirs)
    assert schedules.deserialize(config).get_config() == ours.get_config()


@pytest.mark.parametrize("name", sorted({case[0] for case in CASES}))
def test_signature(name):
    theirs = inspect.signature(getattr(keras.optimizers.schedules, name)).parameters
    ours = inspect.signature(getattr(schedules, name)).parameters
    assert [(n, p.default) for n, p in ours.items()] == [(n, p.default) for n, p in theirs.items()]
