"""Attention in blocks of heads gives what JAX's own gives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata.kernels.attention import attend, can_attend

RNG = np.random.default_rng(0)
# Of three rows and four heads: more scores than a block has, and blocks that don't divide them.
QUERY, KEY, VALUE = (
    jnp.asarray(RNG.normal(size=(3, steps, 4, depth)), jnp.float32)
    for steps, depth in ((400, 4), (300, 4), (300, 6))
)
MASKS = {
    "none": None,
    "of keys": RNG.random((3, 1, 1, 300)) > 0.3,
    "of pairs": np.tril(np.ones((400, 300), bool))[None, None],
    "some see nothing": (np.arange(400) > 5)[None, None, :, None] & (RNG.random((3, 4, 1, 1)) < 2),
}


@pytest.mark.parametrize("name", MASKS)
def test_values_and_gradients_are_those_of_jax(name):
    mask = None if MASKS[name] is None else jnp.asarray(MASKS[name])
    assert can_attend(QUERY, KEY, VALUE, mask)

    def ours(q, k, v):
        return attend(q, k, v, mask, 0.5)

    def plain(q, k, v):
        scores = jnp.einsum("btnh,bsnh->bnts", q, k) * 0.5
        if mask is not None:
            scores = jnp.where(mask, scores, -1e30)
        return jnp.einsum("bnts,bsnh->btnh", jax.nn.softmax(scores), v)

    weights = jnp.asarray(RNG.normal(size=(3, 400, 4, 6)), jnp.float32)

    def both(f):
        given = (QUERY, KEY, VALUE)
        return jax.jit(jax.value_and_grad(lambda *a: jnp.sum(f(*a) * weights), (0, 1, 2)))(*given)

    for found, want in zip(jax.tree.leaves(both(ours)), jax.tree.leaves(both(plain)), strict=True):
        np.testing.assert_allclose(found, want, rtol=2e-4, atol=2e-4)


def test_what_it_is_not_for():
    assert not can_attend(QUERY, KEY[:, :, :2], VALUE, None)
    assert not can_attend(QUERY.astype(jnp.bfloat16), KEY, VALUE, None)
    assert not can_attend(QUERY, KEY, VALUE, jnp.ones((400, 300), bool))
