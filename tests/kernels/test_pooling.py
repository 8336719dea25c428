from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata.kernels import average_pool, max_pool, platform, pool_output_shape

POOLS = pytest.mark.parametrize("pool", [max_pool, average_pool])


@st.composite
def cases(draw):
    rank = draw(st.integers(1, 3))

    def each(low, high):
        return [draw(st.integers(low, high)) for _ in range(rank)]

    size = each(1, 3)
    spatial = [n + extra for n, extra in zip(size, each(0, 4), strict=True)]
    options = {
        "strides": draw(st.sampled_from([None, size, each(1, 4)])),
        "padding": draw(st.sampled_from(["valid", "same"])),
        "data_format": draw(st.sampled_from(["channels_last", "channels_first"])),
    }
    return (draw(st.integers(1, 3)), *spatial, draw(st.integers(1, 3))), size, options


@settings(max_examples=10, deadline=None, derandomize=True)
@given(cases(), st.sampled_from([max_pool, average_pool]), st.booleans())
def test_pooling(agrees_with_xla, case, pool, ties):
    shape, size, options = case
    if options["data_format"] == "channels_first":
        shape = (shape[0], shape[-1], *shape[1:-1])
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, shape) if ties else rng.normal(size=shape)
    agrees_with_xla(lambda x: pool(x, size, **options), x.astype("float32"))
    pooled = jax.eval_shape(lambda x: pool(x, size, **options), x.astype("float32"))
    assert pool_output_shape(shape, size, **options) == pooled.shape


@POOLS
def test_long_windows(agrees_with_xla, numbers, pool):
    agrees_with_xla(lambda x: pool(x, 20), numbers(2, 45, 2))


@pytest.mark.parametrize("cpu", [True, False])
def test_known_values(monkeypatch, cpu):
    monkeypatch.setattr(platform, "on_cpu", lambda: cpu)
    x = jnp.array([[1.0, 2, 5], [4, 3, 6], [9, 8, 7]]).reshape(1, 3, 3, 1)
    np.testing.assert_array_equal(max_pool(x, 2).ravel(), [4])
    np.testing.assert_array_equal(max_pool(x, 2, strides=1).ravel(), [4, 6, 9, 8])
    np.testing.assert_array_equal(max_pool(-x, 2, padding="same").ravel(), [-1, -5, -8, -7])
    np.testing.assert_array_equal(average_pool(x, 2).ravel(), [2.5])
    same = average_pool(x, 2, padding="same").ravel()
    np.testing.assert_array_equal(same, [2.5, 5.5, 8.5, 7])


@pytest.mark.parametrize("strides", [2, 1])
def test_gradient_goes_to_the_first_of_equals(strides):
    gradient = jax.grad(lambda x: max_pool(x, 2, strides=strides).sum())(jnp.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(gradient.ravel(), [1, 0, 0, 0])


@POOLS
@pytest.mark.parametrize("kind", [jnp.bfloat16, jnp.float16])
def test_half_precision(agrees_with_xla, numbers, pool, kind):
    x = jnp.asarray(numbers(2, 6, 5, 3), kind)
    assert pool(x, 2).dtype == kind
    agrees_with_xla(lambda x: pool(x, 2, padding="same"), x, tolerance=0.02)


def test_integers():
    np.testing.assert_array_equal(
        max_pool(jnp.array([-3, -2, -5]).reshape(1, 3, 1), 2, padding="same").ravel(), [-2, -5]
    )


@POOLS
@pytest.mark.parametrize("strides", [2, 1])
def test_networks_side_by_side_in_a_loop(numbers, pool, strides):
    x = numbers(3, 2, 4, 4, 2)

    @jax.jit
    def slope(x):
        return jax.grad(lambda x: (pool(x, 2, strides=strides) ** 2).sum())(x)

    _, looped = jax.lax.scan(lambda _, x: (0, slope(x)), 0, x)
    np.testing.assert_allclose(jax.vmap(slope)(x), looped, rtol=1e-5)
    np.testing.assert_allclose(slope(x[1]), looped[1], rtol=1e-5)


@POOLS
@pytest.mark.parametrize("strides", [None, 1])
def test_forward_mode(numbers, pool, strides):
    x, t = numbers(1, 5, 4, 2), numbers(1, 5, 4, 2, seed=1)
    f = partial(pool, pool_size=2, strides=strides)

    @jax.jit
    def slopes(x, t):
        forward = jax.jvp(f, (x,), (t,))[1].sum()
        return forward, jnp.vdot(jax.grad(lambda x: f(x).sum())(x), t)

    np.testing.assert_allclose(*slopes(x, t), rtol=1e-4)


@POOLS
@pytest.mark.parametrize("shape", [(0, 4, 2), (2, 1, 2)])
def test_no_rows_and_no_room(pool, shape):
    value, backward = jax.vjp(lambda x: pool(x, 2), jnp.ones(shape))
    assert value.shape == (shape[0], shape[1] // 2, 2)
    assert backward(value)[0].shape == shape


@POOLS
def test_errors(pool):
    with pytest.raises(ValueError, match="padding"):
        pool(jnp.ones((1, 4, 2)), 2, padding="causal")
    with pytest.raises(ValueError, match="pool_size"):
        pool(jnp.ones((1, 4, 2)), (2, 2))
