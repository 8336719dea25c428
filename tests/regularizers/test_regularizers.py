"""What regularizers promise beyond agreeing with Keras."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from kerata import regularizers
from kerata.base.variable import Variable

weights = hnp.arrays(
    np.float32,
    st.sampled_from([(), (0,), (5,), (2, 3), (2, 1, 3, 2)]),  # others would cost compiling
    elements=st.floats(-10, 10, width=32),
)


@settings(max_examples=25, deadline=None)
@given(weights, st.floats(0, 2), st.floats(0, 2))
def test_sums(w, l1, l2):
    expected = l1 * np.abs(w.astype("float64")).sum() + l2 * (w.astype("float64") ** 2).sum()
    both = regularizers.L1L2(l1, l2)(w)
    assert both.shape == ()
    assert float(both) == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert float(regularizers.L1(l1)(w) + regularizers.L2(l2)(w)) == pytest.approx(
        expected, rel=1e-4, abs=1e-6
    )


def test_strengths_may_be_traced():
    w = jnp.array([[1.0, -2.0], [0.5, 0.0]])

    def penalty(strength):
        return (
            regularizers.L1(strength)(w)
            + regularizers.L2(strength)(w)
            + regularizers.L1L2(strength, strength)(w)
            + regularizers.OrthogonalRegularizer(strength)(w)
        )

    strengths = jnp.array([0.0, 0.5, 1.0])
    np.testing.assert_allclose(
        jax.jit(jax.vmap(penalty))(strengths), [float(penalty(float(s))) for s in strengths], 1e-6
    )
    assert regularizers.L2(jnp.float32(0.1))(w.astype("bfloat16")).dtype == "bfloat16"


def test_orthogonal_rows_cost_nothing():
    q = jnp.eye(4)[:3]
    assert float(regularizers.OrthogonalRegularizer(1.0)(q)) == 0.0
    same = jnp.ones((3, 4))
    assert float(regularizers.OrthogonalRegularizer(1.0)(same)) == pytest.approx(1.0)
    assert float(regularizers.OrthogonalRegularizer(1.0, "columns")(same)) == pytest.approx(1.0)


def test_orthogonal_gradient_at_zero_is_finite():
    gradient = jax.jit(jax.grad(regularizers.OrthogonalRegularizer(1.0)))(jnp.zeros((3, 2)))
    assert jnp.isfinite(gradient).all()


def test_variables():
    assert float(regularizers.L2(1.0)(Variable([3.0, 4.0]))) == 25.0


@pytest.mark.parametrize(
    ("identifier", "cls"),
    [
        ("l1", "L1"),
        ("L2", "L2"),
        ("l1_l2", "L1L2"),
        ("l1l2", "L1L2"),
        ("orthogonal_regularizer", "OrthogonalRegularizer"),
        (regularizers.l2, "L2"),
        ({"class_name": "L2", "config": {"l2": 0.5}}, "L2"),
    ],
)
def test_get(identifier, cls):
    assert type(regularizers.get(identifier)).__name__ == cls


def test_old_spellings():
    assert regularizers.l2(0.001).l2 == 0.001
    assert regularizers.l1_l2(l1=0.1, l2=0.2).get_config() == {"l1": 0.1, "l2": 0.2}
    assert regularizers.get(None) is None
    own = regularizers.get(lambda w: 3.0)
    assert own(0) == 3.0


def test_the_base_class_costs_nothing():
    assert float(regularizers.Regularizer()(jnp.ones(3))) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regularizers.get("l3"), "Known names: L1,"),
        (lambda: regularizers.L1(-1.0), "l1 must be a number of at least 0"),
        (lambda: regularizers.L2(float("nan")), "l2 must be"),
        (lambda: regularizers.L2(float("inf")), "l2 must be"),
        (lambda: regularizers.L2("0.1x"), "l2 must be"),
        (lambda: regularizers.L1L2(0.1, [0.1]), "l2 must be"),
        (lambda: regularizers.OrthogonalRegularizer(-0.1), "factor must be"),
        (lambda: regularizers.OrthogonalRegularizer(mode="x"), "'rows' or 'columns'"),
        (lambda: regularizers.OrthogonalRegularizer()(jnp.ones(3)), "takes a matrix"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
