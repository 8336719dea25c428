"""kerata.regularizers against keras.regularizers: values, gradients, configs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import regularizers

keras = pytest.importorskip("keras")

W = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.3}),
    ("L1L2", {"l1": 0.3, "l2": 0.2}),
    ("L1L2", {"l1": None, "l2": 2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_values_and_gradients(name, kwargs):
    ours, theirs = (
        getattr(regularizers, name)(**kwargs),
        getattr(keras.regularizers, name)(**kwargs),
    )
    np.testing.assert_allclose(ours(jnp.asarray(W)), theirs(jnp.asarray(W)), rtol=1e-5, atol=1e-7)
    a, b = jax.jit(jax.grad(ours))(W), jax.jit(jax.grad(theirs))(W)
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_configs(name, kwargs):
    ours, theirs = (
        getattr(regularizers, name)(**kwargs),
        getattr(keras.regularizers, name)(**kwargs),
    )
    config, expected = regularizers.serialize(ours), keras.regularizers.serialize(theirs)
    inner, expected_inner = config.pop("config"), expected.pop("config")
    assert config == expected
    assert inner.keys() == expected_inner.keys()
    for key, value in inner.items():
        # Keras keeps some strengths as float32 and writes 0.30000001192092896.
        same = value if isinstance(value, str) else pytest.approx(value, rel=1e-6)
        assert expected_inner[key] == same
    rebuilt = regularizers.deserialize(keras.regularizers.serialize(theirs))
    assert type(rebuilt) is type(ours)
    np.testing.assert_allclose(rebuilt(W), ours(W), rtol=1e-6)


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(name, dtype):
    w = jnp.asarray(W, dtype)
    ours, theirs = getattr(regularizers, name)(0.1)(w), getattr(keras.regularizers, name)(0.1)(w)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(np.float32(ours), np.float32(theirs), rtol=1e-2)


def test_every_name_of_keras_is_here():
    names = {n for n in dir(keras.regularizers) if not n.startswith("_")}
    assert names <= set(regularizers.__all__)
