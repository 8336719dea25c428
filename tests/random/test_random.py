"""kerata.random: seeds, scopes, bounds, types, errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import random
from kerata.base.randomness import set_random_seed
from kerata.base.registry import deserialize, serialize
from kerata.base.scope import Scope
from kerata.base.symbolic import KerasTensor

DRAWS = {
    "normal": lambda seed: random.normal((6,), seed=seed),
    "truncated_normal": lambda seed: random.truncated_normal((6,), seed=seed),
    "uniform": lambda seed: random.uniform((6,), seed=seed),
    "randint": lambda seed: random.randint((6,), 0, 1000, seed=seed),
    "categorical": lambda seed: random.categorical(np.zeros((1, 50)), 6, seed=seed),
    "gamma": lambda seed: random.gamma((6,), 2.0, seed=seed),
    "dropout": lambda seed: random.dropout(np.ones(60), 0.5, seed=seed),
    "shuffle": lambda seed: random.shuffle(np.arange(20), seed=seed),
}


def same(a, b):
    return bool((a == b).all())


@pytest.mark.parametrize("name", DRAWS)
def test_seeds(name):
    draw = DRAWS[name]
    assert same(draw(3), draw(3))
    assert not same(draw(3), draw(4))
    stream = random.SeedGenerator(3)
    first, second = draw(stream), draw(stream)
    assert not same(first, second)
    again = random.SeedGenerator(3)
    assert same(draw(again), first)
    assert same(draw(again), second)
    set_random_seed(5)
    first, second = draw(None), draw(None)
    set_random_seed(5)
    assert not same(first, second)
    assert same(draw(None), first)
    assert same(draw(jax.random.key(1)), draw(jax.random.key(1)))


def test_a_scope_with_a_key_decides():
    def draws():
        with Scope(key=jax.random.key(0)):
            return [random.normal((3,)), random.normal((3,), seed=random.SeedGenerator(8))]

    assert all(map(same, draws(), draws()))
    assert not same(*draws())


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.floats(-5, 5), st.floats(0.5, 5))
def test_bounds(seed, low, width):
    values = random.uniform((50,), low, low + width, seed=seed)
    assert ((values >= low - 1e-5) & (values <= low + width + 1e-5)).all()
    values = random.truncated_normal((50,), low, width, seed=seed)
    assert (abs(values - low) <= 2 * width * 1.001).all()
    values = random.randint((50,), int(low), int(low) + 3, seed=seed)
    assert set(values.tolist()) <= {int(low), int(low) + 1, int(low) + 2}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", None])
def test_types(dtype):
    expected = dtype or "float32"
    for draw in (random.normal, random.truncated_normal, random.uniform):
        values = jax.eval_shape(lambda draw=draw: draw((2,), dtype=dtype, seed=1))
        assert values.dtype == expected
    assert random.dropout(jnp.ones(3, expected), 0.5, seed=1).dtype == expected


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (1, 3)])
def test_shapes(shape):
    assert jax.eval_shape(lambda: random.normal(shape, seed=1)).shape == shape
    assert jax.eval_shape(lambda: random.uniform(list(shape), seed=1)).shape == shape
    assert jax.eval_shape(lambda: random.beta(shape, 2.0, 3.0, seed=1)).shape == shape
    assert jax.eval_shape(lambda: random.binomial(shape, 9, 0.5, seed=1)).shape == shape
    assert random.dropout(np.ones(shape, "float32"), 0.3, seed=1).shape == shape


def test_dropout_keeps_the_mean_and_scales():
    x = np.full((200, 50), 3.0, "float32")
    y = random.dropout(x, 0.25, seed=1)
    assert sorted(set(np.asarray(y).ravel().tolist())) == [0.0, 4.0]
    assert float(y.mean()) == pytest.approx(3.0, rel=0.03)


def test_dropout_of_whole_rows():
    y = np.asarray(random.dropout(np.ones((20, 4, 3)), 0.5, noise_shape=(None, 1, 3), seed=1))
    assert (y == y[:, :1]).all()
    assert 0 < y.mean() < 2


def test_dropout_at_the_ends():
    x = jnp.arange(4.0)
    assert random.dropout(x, 0.0) is x
    assert random.dropout(x, 0.0, seed=1).tolist() == x.tolist()
    assert random.dropout(x, 1.0, seed=1).tolist() == [0.0] * 4
    gradient = jax.grad(lambda v: random.dropout(v, 1.0, seed=1).sum())(x)
    assert gradient.tolist() == [0.0] * 4


def test_dropout_rate_may_be_traced():
    x = np.ones(4000, "float32")
    kept = jax.jit(jax.vmap(lambda r: (random.dropout(x, r, seed=1) > 0).mean()))(
        jnp.array([0.0, 0.3, 1.0])
    )
    np.testing.assert_allclose(kept, [1.0, 0.7, 0.0], atol=0.03)


def test_shuffle_moves_each_row_by_itself():
    x = np.tile(np.arange(10), (5, 1))
    y = np.asarray(random.shuffle(x, axis=1, seed=1))
    assert (np.sort(y, axis=1) == x).all()
    assert not (y == y[0]).all()


def test_symbolic_dropout():
    y = random.dropout(KerasTensor((None, 3)), 0.5)
    assert (y.shape, y.node.operation.function) == ((None, 3), "dropout")


def test_seed_generator_config():
    config = serialize(random.SeedGenerator(4))
    assert (config["module"], config["class_name"]) == ("keras.random", "SeedGenerator")
    assert deserialize(config).seed == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random.uniform((2,), dtype="int32"), "uniform draws floats"),
        (lambda: random.normal((2,), dtype="int32"), "normal draws floats"),
        (lambda: random.randint((2,), 0, 3, dtype="float32"), "randint draws whole numbers"),
        (lambda: random.categorical([0.0, 1.0], 2), r"\(batch, classes\), got shape \(2,\)"),
        (lambda: random.normal((2,), seed="x"), "seed must be an integer"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
