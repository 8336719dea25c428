"""kerata.constraints against keras.constraints: values, gradients, configs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import constraints

keras = pytest.importorskip("keras")

rng = np.random.default_rng(0)
W = (2 * rng.normal(size=(4, 3))).astype("float32")
KERNEL = (2 * rng.normal(size=(2, 2, 3, 4))).astype("float32")
CASES = [
    ("MaxNorm", {}, W),
    ("MaxNorm", {"max_value": 1.5, "axis": 1}, W),
    ("MaxNorm", {"max_value": 1.5, "axis": [0, 1, 2]}, KERNEL),
    ("NonNeg", {}, W),
    ("UnitNorm", {}, W),
    ("UnitNorm", {"axis": [0, 1, 2]}, KERNEL),
    ("UnitNorm", {"axis": -1}, np.zeros((2, 3), "float32")),
    ("MinMaxNorm", {}, W),
    ("MinMaxNorm", {"min_value": 3.0, "max_value": 4.0, "rate": 0.3, "axis": 1}, W),
]


@pytest.mark.parametrize(("name", "kwargs", "w"), CASES)
def test_values_and_gradients(name, kwargs, w):
    ours, theirs = getattr(constraints, name)(**kwargs), getattr(keras.constraints, name)(**kwargs)
    np.testing.assert_allclose(ours(w), theirs(w), rtol=1e-5, atol=1e-6)
    weights = jnp.linspace(0.5, 1.5, w.size).reshape(w.shape)
    a, b = (jax.jit(jax.grad(lambda x, f=f: jnp.sum(weights * f(x))))(w) for f in (ours, theirs))
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "kwargs", "w"), CASES)
def test_configs(name, kwargs, w):
    config = keras.constraints.serialize(getattr(keras.constraints, name)(**kwargs))
    ours = getattr(constraints, name)(**kwargs)
    assert constraints.serialize(ours) == config
    assert constraints.deserialize(config).get_config() == config["config"]


@pytest.mark.parametrize("name", ["MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(name, dtype):
    w = jnp.asarray(W, dtype)
    ours, theirs = getattr(constraints, name)()(w), getattr(keras.constraints, name)()(w)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(np.float32(ours), np.float32(theirs), rtol=2e-2, atol=1e-3)


def test_every_name_of_keras_is_here():
    names = {n for n in dir(keras.constraints) if not n.startswith("_")}
    assert names <= set(constraints.__all__)
