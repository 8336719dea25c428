"""Cosines of turns."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata.kernels.waves import cosine_of_turns

TURNS = np.random.default_rng(0).normal(scale=5, size=4000).astype("float32")


def test_values_are_those_of_the_exact_cosine():
    exact = np.cos(2 * np.pi * TURNS.astype("float64"))
    np.testing.assert_allclose(cosine_of_turns(jnp.asarray(TURNS)), exact, atol=3e-7)


def test_slopes_are_those_of_the_exact_cosine():
    slopes = jax.vmap(jax.grad(cosine_of_turns))(jnp.asarray(TURNS))
    exact = -2 * np.pi * np.sin(2 * np.pi * TURNS.astype("float64"))
    np.testing.assert_allclose(slopes, exact, atol=3e-6)


@pytest.mark.parametrize("turn", [0.0, 0.5, -1.0, 7.0])
def test_at_its_tops_the_slope_is_zero(turn):
    assert abs(jax.grad(cosine_of_turns)(turn)) < 1e-6


def test_other_types_keep_theirs():
    turns = jnp.asarray([0.125, 0.5], "bfloat16")
    assert cosine_of_turns(turns).dtype == jnp.bfloat16
