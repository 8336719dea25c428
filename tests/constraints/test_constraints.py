"""What constraints promise beyond agreeing with Keras."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from kerata import constraints
from kerata.base.variable import Variable

matrices = hnp.arrays(
    np.float32,
    st.sampled_from([(1, 1), (4, 2), (2, 5)]),  # each other shape would cost compiling
    elements=st.floats(-10, 10, width=32).filter(lambda v: v == 0 or abs(v) > 1e-3),
)


def norms(w):
    return np.linalg.norm(np.asarray(w), axis=0)


@settings(max_examples=25, deadline=None)
@given(matrices, st.floats(0.5, 3))
def test_norms_obey(w, limit):
    assert (norms(constraints.MaxNorm(limit)(w)) <= limit * 1.0001).all()
    small = norms(w) <= limit
    np.testing.assert_allclose(
        np.asarray(constraints.MaxNorm(limit)(w))[:, small], w[:, small], rtol=1e-3
    )
    nonzero = norms(w) > 0
    np.testing.assert_allclose(norms(constraints.UnitNorm()(w))[nonzero], 1.0, rtol=1e-3)
    between = norms(constraints.MinMaxNorm(limit, limit + 1)(w))[nonzero]
    assert (between >= limit * 0.999).all()
    assert (between <= (limit + 1) * 1.001).all()
    assert (constraints.NonNeg()(w) >= 0).all()


def test_limits_may_be_traced():
    w = jnp.array([[3.0], [4.0]])
    shrunk = jax.vmap(lambda m: constraints.MaxNorm(m)(w))(jnp.array([1.0, 10.0]))
    np.testing.assert_allclose(shrunk[:, :, 0], [[0.6, 0.8], [3.0, 4.0]], rtol=1e-5)


def test_variables_and_zero_width():
    assert constraints.NonNeg()(Variable([-1.0, 2.0])).tolist() == [0.0, 2.0]
    assert constraints.MaxNorm()(jnp.zeros((0, 3))).shape == (0, 3)
    assert constraints.UnitNorm()(jnp.zeros((3, 0))).shape == (3, 0)


@pytest.mark.parametrize(
    ("identifier", "cls"),
    [
        ("max_norm", "MaxNorm"),
        ("MaxNorm", "MaxNorm"),
        ("maxnorm", "MaxNorm"),
        ("non_neg", "NonNeg"),
        ("nonneg", "NonNeg"),
        ("unit_norm", "UnitNorm"),
        ("min_max_norm", "MinMaxNorm"),
        (constraints.max_norm, "MaxNorm"),
        ({"class_name": "MaxNorm", "config": {"max_value": 3}}, "MaxNorm"),
    ],
)
def test_get(identifier, cls):
    assert type(constraints.get(identifier)).__name__ == cls


def test_get_of_others():
    assert constraints.get(None) is None
    assert constraints.max_norm(3).max_value == 3
    with pytest.raises(ValueError, match="Did you mean 'max_norm'"):
        constraints.get("max_nrm")
    with pytest.raises(TypeError, match="a constraint"):
        constraints.get(2.0)
    assert constraints.Constraint()(3) == 3
