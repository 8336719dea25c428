"""What activations promise beyond agreeing with Keras."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from kerata import activations
from kerata.base.symbolic import KerasTensor
from kerata.base.variable import Variable

rows = hnp.arrays(
    np.float32,
    st.sampled_from([(1, 1), (3, 2), (2, 5)]),  # each other shape would cost compiling
    elements=st.floats(-4, 4, width=32),
)


def nearest_probabilities(z):
    """The point of the simplex nearest to z, by bisection."""
    low, high = z.min() - 1, z.max()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(z - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(z - low, 0)


@settings(max_examples=20, deadline=None)
@given(rows)
def test_sparsemax_is_the_nearest_point_of_the_simplex(x):
    # Keras 3.15's own sparsemax doesn't sum to 1, so the definition is the judge here.
    y = jax.jit(activations.sparsemax)(x)
    expected = np.stack([nearest_probabilities(row.astype("float64")) for row in x])
    np.testing.assert_allclose(y, expected, atol=1e-5)
    columns = jax.jit(lambda z: activations.sparsemax(z, axis=0))(x.T)
    np.testing.assert_allclose(columns.T, y, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(rows)
def test_softmax_sums_to_one(x):
    np.testing.assert_allclose(activations.softmax(x).sum(-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(
        jnp.exp(activations.log_softmax(x)), activations.softmax(x), rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1, 1)])
@pytest.mark.parametrize("name", ["relu", "gelu", "tanh", "hard_silu", "exponential"])
def test_edge_shapes(name, shape):
    assert activations.get(name)(np.ones(shape, "float32")).shape == shape


def test_traced_parameters():
    x = jnp.array([-2.0, 0.5, 3.0])
    relu = jax.jit(lambda s, m, t: activations.relu(x, s, m, t))
    np.testing.assert_allclose(relu(0.1, 2.0, 1.0), activations.relu(x, 0.1, 2.0, 1.0))
    np.testing.assert_allclose(relu(0.0, 9.0, 0.0), activations.relu(x))
    slopes = jax.grad(lambda s: activations.leaky_relu(x, s).sum())(0.1)
    assert float(slopes) == -2.0
    assert activations.relu(x.astype("bfloat16"), jnp.float32(0.1)).dtype == "bfloat16"


def test_lists_and_variables():
    assert activations.relu([-1.0, 2.0]).tolist() == [0.0, 2.0]
    assert activations.relu(Variable([-1.0, 2.0])).tolist() == [0.0, 2.0]


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.get("silu")
    assert activations.get(activations.relu) is activations.relu

    def own(x):
        return x + 1

    assert activations.get(own) is own


def test_get_refuses_what_is_no_activation():
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(TypeError, match="an activation"):
        activations.get(3)


def test_symbolic_call_leaves_a_node():
    x = KerasTensor((None, 4))
    y = activations.relu(x, max_value=1.0)
    assert y.shape == (None, 4)
    assert y.node.operation.function == "activations.relu"
    assert y.node.operation(np.float32([3.0])).tolist() == [3.0]
    assert y.node.kwargs == {"max_value": 1.0}
