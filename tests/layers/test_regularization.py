"""Random layers: how often, how strongly, when, and from which numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import layers
from kerata.base.randomness import SeedGenerator, set_random_seed
from kerata.layers.functional_call import functional_call
from kerata.layers.regularization.random_bits import keep_mask, quick_bits

ONES = jnp.ones((200, 500))
NORMAL = jnp.asarray(np.random.default_rng(0).normal(size=(200, 500)), "float32")


def sigmas(mask, share):
    """Say by how many standard deviations a share of truth values is off."""
    mask = np.asarray(mask)
    return abs(mask.mean() - share) / np.sqrt(share * (1 - share) / mask.size)


@settings(max_examples=8, deadline=None)
@given(rate=st.floats(0.01, 0.99), seed=st.integers(0, 2**31))
def test_share_that_is_dropped(rate, seed):
    out = layers.Dropout(rate, seed=seed)(ONES, training=True)
    assert sigmas(out == 0, rate) < 5
    np.testing.assert_allclose(out[out != 0], 1 / (1 - rate), rtol=1e-5)


def test_a_tiny_rate_is_not_rounded_away():
    kept = np.mean([keep_mask(jax.random.key(i), 1e-5, (1000, 1000)).mean() for i in range(10)])
    assert 1 - 2e-5 < kept < 1 - 5e-6


@pytest.mark.parametrize("rate", [0.0, 1.0, 0, 1])
def test_nothing_and_everything_dropped(rate):
    out = layers.Dropout(rate)(ONES, training=True)
    np.testing.assert_array_equal(out, ONES * (1 - rate))
    gradient = jax.grad(lambda x: layers.Dropout(rate)(x, training=True).sum())(ONES[:2])
    np.testing.assert_array_equal(gradient, ONES[:2] * (1 - rate))


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dropout(0.5),
        layers.AlphaDropout(0.5),
        layers.GaussianNoise(0.5),
        layers.GaussianDropout(0.5),
    ],
    ids=lambda layer: layer.name,
)
def test_only_in_training_and_new_each_time(layer):
    assert layer(NORMAL) is NORMAL
    assert layer(NORMAL, training=False) is NORMAL
    first, second = (layer(NORMAL, training=True) for _ in range(2))
    assert not np.array_equal(first, NORMAL)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_alpha_dropout_keeps_mean_and_variance(rate):
    out = layers.AlphaDropout(rate, seed=1)(NORMAL, training=True)
    assert abs(float(out.mean())) < 0.02
    assert abs(float(out.std()) - 1) < 0.02


def test_gaussian_layers_have_the_deviation_they_say():
    noise = layers.GaussianNoise(0.3, seed=1)(NORMAL, training=True) - NORMAL
    assert abs(float(noise.std()) - 0.3) < 0.005
    factor = layers.GaussianDropout(0.2, seed=1)(ONES, training=True)
    assert abs(float(factor.mean()) - 1) < 0.01
    assert abs(float(factor.std()) - (0.2 / 0.8) ** 0.5) < 0.01


@pytest.mark.parametrize(
    ("layer", "shape", "axes"),
    [
        (layers.SpatialDropout1D(0.5, seed=1), (30, 4, 20), (1,)),
        (layers.SpatialDropout2D(0.5, seed=1), (30, 3, 4, 20), (1, 2)),
        (layers.SpatialDropout2D(0.5, "channels_first", seed=1), (30, 20, 3, 4), (2, 3)),
        (layers.SpatialDropout3D(0.5, seed=1), (30, 2, 3, 2, 20), (1, 2, 3)),
        (layers.Dropout(0.5, noise_shape=(None, 1, 20), seed=1), (30, 4, 20), (1,)),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_whole_channels_go_together(layer, shape, axes):
    kept = np.asarray(layer(np.ones(shape, "float32"), training=True)) != 0
    first = kept.any(axis=axes, keepdims=True)
    assert (kept == first).all()
    assert sigmas(first, 0.5) < 4


def test_the_same_seed_gives_the_same_stream():
    a, b = layers.Dropout(0.5, seed=3), layers.Dropout(0.5, seed=3)
    for _ in range(2):
        np.testing.assert_array_equal(a(ONES, training=True), b(ONES, training=True))
    draws = []
    for _ in range(2):
        set_random_seed(5)
        draws.append(layers.Dropout(0.5)(ONES, training=True))
    np.testing.assert_array_equal(*draws)


def test_a_config_keeps_the_seed():
    again = layers.Dropout.from_config(layers.Dropout(0.5, seed=3).get_config())
    expected = layers.Dropout(0.5, seed=3)(ONES, training=True)
    np.testing.assert_array_equal(again(ONES, training=True), expected)


def test_keys_of_a_pure_call():
    """One key, one result; two layers in one call don't share their numbers."""
    layer = layers.Dropout(0.5)
    layer(ONES)
    a, b, c = (
        functional_call(layer, [], ONES, training=True, key=jax.random.key(k))[0] for k in (1, 1, 2)
    )
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)

    class Two(layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = [layers.Dropout(0.5), layers.Dropout(0.5)]

        def call(self, x):
            return jnp.stack([part(x) for part in self.parts])

    two = functional_call(Two(), [], ONES, training=True, key=jax.random.key(1))[0]
    assert abs(np.corrcoef(np.ravel(two[0]), np.ravel(two[1]))[0, 1]) < 0.02


@pytest.mark.parametrize(
    "cls",
    [
        layers.Dropout,
        layers.AlphaDropout,
        layers.GaussianDropout,
        layers.GaussianNoise,
        layers.SpatialDropout1D,
    ],
)
def test_rates_may_be_traced(cls):
    """One compiled program for several rates, also mapped over them."""
    x = jnp.ones((50, 4, 40))

    @jax.jit
    def run(rate, key):
        layer = cls(0.1)
        vars(layer)["stddev" if cls is layers.GaussianNoise else "rate"] = rate
        return functional_call(layer, [], x, training=True, key=key)[0]

    outs = jax.vmap(run)(jnp.array([0.0, 0.3]), jax.random.split(jax.random.key(0), 2))
    np.testing.assert_allclose(outs[0], x, rtol=1e-6)
    assert not np.array_equal(outs[1], x)
    if cls is layers.Dropout:
        assert sigmas(outs[1] == 0, 0.3) < 5


def test_penalties_of_activities_may_be_traced():
    def loss(l1):
        layer = layers.ActivityRegularization(l1=l1)
        return functional_call(layer, [], 2 * jnp.ones((4, 3)))[2][0]

    assert float(jax.jit(loss)(0.5)) == pytest.approx(3.0)
    assert float(jax.grad(loss)(0.5)) == pytest.approx(6.0)


# The bits themselves ---------------------------------------------------------------------


def test_bits_are_even_and_independent():
    bits = np.asarray(quick_bits(jax.random.key(0), (2**18,)))
    for shift in (0, 8, 16, 24):
        counts = np.bincount((bits >> shift) & 255, minlength=256)
        expected = bits.size / 256
        assert 170 < ((counts - expected) ** 2 / expected).sum() < 350  # 255 +- 23
    numbers = bits.astype(float)
    for lag in (1, 2, 64, 512):
        assert abs(np.corrcoef(numbers[:-lag], numbers[lag:])[0, 1]) < 4 / 512


@pytest.mark.parametrize("word", [0, 1])
@pytest.mark.parametrize("bit", [0, 7, 16, 31])
def test_keys_that_differ_in_one_bit_give_unrelated_masks(word, bit):
    words = np.array([5, 9], "uint32")
    other = words.copy()
    other[word] ^= np.uint32(1 << bit)
    a, b = (
        np.asarray(keep_mask(jax.random.wrap_key_data(jnp.asarray(w)), 0.3, (2**16,)), float)
        for w in (words, other)
    )
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / 256


def test_masks_of_many_keys_are_independent_at_each_place():
    keys = jax.random.split(jax.random.key(0), 400)
    masks = np.asarray(jax.vmap(lambda k: keep_mask(k, 0.5, (64, 64)))(keys), float)
    # The variance of a place's mean over keys is that of a fair coin.
    assert 0.9 < masks.mean(0).var() / (0.25 / 400) < 1.1
    assert 0.75 < masks.mean((1, 2)).var() / (0.25 / 64**2) < 1.3


def test_old_and_other_keys_work():
    for key in (jax.random.PRNGKey(0), jax.random.key(0, impl="rbg")):
        assert sigmas(keep_mask(key, 0.3, (100, 100)), 0.7) < 4
    assert layers.Dropout(0.5)(np.ones((0, 3)), training=True).shape == (0, 3)
    assert SeedGenerator(1).next().shape == ()
