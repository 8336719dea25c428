"""kerata.activations against keras.activations: values, gradients, symbolic calls."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import activations
from kerata.base.symbolic import KerasTensor

keras = pytest.importorskip("keras")

# Both sides of every kink, none of them exactly, and values where exponentials overflow.
X = np.array([-200, -7, -3.1, -2.9, -1.1, -0.6, -0.4, -1e-3, 0, 1e-3, 0.4, 0.6, 1.1, 2.9, 3.1, 200])
X = X.reshape(2, 8).astype("float32")

NAMES = [
    *("celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu"),
    *("hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish"),
    *("relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus"),
    *("softsign", "sparse_plus", "sparse_sigmoid", "squareplus", "swish", "tanh", "tanh_shrink"),
]
CASES = [
    *((name, {}) for name in NAMES),
    ("celu", {"alpha": 0.5}),
    ("elu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("glu", {"axis": 0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("leaky_relu", {"negative_slope": 0.1}),
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"negative_slope": 0.1, "max_value": 2.0}),
    ("relu", {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5}),
    ("relu", {"threshold": -1.0}),
    ("soft_shrink", {"threshold": 1.0}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("squareplus", {"b": 2}),
    ("threshold", {"threshold": 0.5, "default_value": -1.0}),
]


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_values_and_gradients(name, kwargs, same_program):
    forms = [lambda x, m=m: getattr(m, name)(x, **kwargs) for m in (activations, keras.activations)]
    if same_program(*forms, X):
        return

    def run(module):
        function = getattr(module, name)
        weights = jnp.linspace(0.5, 1.5, 8)

        def total(x):
            y = function(x, **kwargs)
            return jnp.sum(y * weights[: y.shape[-1]]), y

        return jax.jit(jax.grad(total, has_aux=True))(X)

    (gradient, value), (expected_gradient, expected) = run(activations), run(keras.activations)
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
    away_from_zero = X != 0  # where a kink lies, any slope between the two is right
    np.testing.assert_allclose(
        gradient[away_from_zero], expected_gradient[away_from_zero], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", NAMES)
def test_half_precision(name, dtype, same_program):
    x = jnp.asarray([[-2.0, -0.7, 0.3, 1.7]], dtype)
    if same_program(getattr(activations, name), getattr(keras.activations, name), x):
        return
    ours, theirs = getattr(activations, name)(x), getattr(keras.activations, name)(x)
    assert ours.dtype == theirs.dtype == x.dtype
    np.testing.assert_allclose(np.float32(ours), np.float32(theirs), rtol=2e-2, atol=1e-3)


@pytest.mark.parametrize(("name", "kwargs"), [c for c in CASES if c != ("glu", {"axis": 0})])
def test_symbolic_calls(name, kwargs):
    ours = getattr(activations, name)(KerasTensor((None, 8)), **kwargs)
    if name in ("hard_silu", "hard_swish", "mish"):  # Keras refuses symbolic tensors there
        assert ours.shape == (None, 8)
    else:
        theirs = getattr(keras.activations, name)(keras.KerasTensor((None, 8)), **kwargs)
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)


@pytest.mark.parametrize("name", NAMES)
def test_configs(name):
    function = getattr(activations, name)
    config = keras.activations.serialize(getattr(keras.activations, name))
    assert activations.serialize(function) == config
    assert activations.deserialize(config) is function
    assert activations.get(name) is function


def test_every_name_of_keras_is_here():
    names = {n for n in dir(keras.activations) if not n.startswith("_")}
    assert names <= set(dir(activations))
    assert names <= set(activations.__all__)
