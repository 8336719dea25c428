"""What initializers promise: bounds, seeds, shapes, types, names, errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import initializers
from kerata.base.randomness import SeedGenerator, set_random_seed
from kerata.base.variable import Variable

RANDOM = [
    *("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "GlorotUniform"),
    *("GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "Orthogonal"),
]
shapes = st.lists(st.integers(0, 6), min_size=2, max_size=4).map(tuple)


def make(name, seed=None):
    return getattr(initializers, name)(seed=seed)


@pytest.mark.parametrize("name", RANDOM)
def test_an_integer_seed_gives_the_same_values_at_each_call(name):
    initializer = make(name, seed=3)
    first = initializer((4, 5))
    assert (initializer((4, 5)) == first).all()
    assert (make(name, seed=3)((4, 5)) == first).all()
    assert (initializer.clone()((4, 5)) == first).all()
    assert not (make(name, seed=4)((4, 5)) == first).all()


@pytest.mark.parametrize("name", RANDOM)
def test_without_a_seed_each_call_draws_anew(name):
    set_random_seed(1)
    initializer = make(name)
    first, second = initializer((4, 5)), initializer((4, 5))
    assert not (first == second).all()
    set_random_seed(1)
    again = initializer.clone()
    assert (again((4, 5)) == first).all()
    assert (again((4, 5)) == second).all()


def test_a_seed_generator_gives_its_next_values():
    initializer = initializers.HeNormal(seed=SeedGenerator(5))
    assert not (initializer((3, 3)) == initializer((3, 3))).all()


def test_numpys_global_state_is_neither_read_nor_moved():
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    first = initializers.GlorotUniform(seed=1)((3, 3))
    assert (np.random.get_state()[1] == before).all()
    np.random.seed(5)
    assert (initializers.GlorotUniform(seed=1)((3, 3)) == first).all()


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_types(name, dtype):
    values = make(name, seed=1)((3, 2), dtype=dtype)
    assert isinstance(values, jax.Array)
    assert values.dtype == dtype


def test_nothing_is_compiled():
    compiled = []

    def listen(event, *_, **__):
        if "backend_compile" in event:
            compiled.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    for i, name in enumerate(RANDOM):
        make(name)((7, 11 + i))
    initializers.Zeros()((7, 31), "bfloat16")
    initializers.Constant(2)((7, 32))
    assert compiled == []
    jax.jit(lambda x: x + 1)(np.ones((7, 33)))
    assert compiled


@settings(max_examples=25, deadline=None)
@given(shapes, st.sampled_from(RANDOM))
def test_any_shape(shape, name):
    values = make(name, seed=1)(shape)
    assert values.shape == shape
    assert np.isfinite(np.asarray(values)).all()


@pytest.mark.parametrize("name", [n for n in RANDOM if n != "Orthogonal"])
@pytest.mark.parametrize("shape", [(), (5,)])
def test_scalars_and_vectors(name, shape):
    assert make(name, seed=1)(shape).shape == shape


@settings(max_examples=25, deadline=None)
@given(shapes.filter(lambda s: 0 not in s), st.floats(0.5, 2))
def test_orthogonal(shape, gain):
    q = np.asarray(initializers.Orthogonal(gain, seed=2)(shape)).reshape(-1, shape[-1]) / gain
    small = q @ q.T if q.shape[0] < q.shape[1] else q.T @ q
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-5)


def test_orthogonal_matrices_are_all_equally_likely():
    corners = [float(initializers.Orthogonal()((3, 3))[0, 0]) for _ in range(300)]
    assert abs(np.mean(corners)) < 0.15
    assert np.std(corners) == pytest.approx(3**-0.5, rel=0.15)


@settings(max_examples=15, deadline=None)
@given(st.floats(-2, 2), st.floats(0.1, 3))
def test_bounds(mean, width):
    values = initializers.TruncatedNormal(mean, width, seed=1)((300,))
    assert (abs(values - mean) <= 2 * width * 1.0001).all()
    assert abs(values - mean).max() > 1.7 * width
    values = initializers.RandomUniform(mean, mean + width, seed=1)((300,))
    assert (values >= mean - 1e-6).all()
    assert (values <= mean + width + 1e-6).all()


def test_uniform_whole_numbers():
    values = initializers.RandomUniform(0, 5, seed=1)((200,), dtype="int32")
    assert values.dtype == "int32"
    assert sorted(set(values.tolist())) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("zeros", "Zeros"),
        ("zero", "Zeros"),
        ("one", "Ones"),
        ("normal", "RandomNormal"),
        ("uniform", "RandomUniform"),
        ("glorot_uniform", "GlorotUniform"),
        ("he_normal", "HeNormal"),
        ("lecun_uniform", "LecunUniform"),
        ("orthogonal", "Orthogonal"),
        ("IdentityInitializer", "Identity"),
        (initializers.HeNormal, "HeNormal"),
        ({"class_name": "HeNormal", "config": {"seed": 3}}, "HeNormal"),
    ],
)
def test_get(name, cls):
    assert type(initializers.get(name)).__name__ == cls


def test_get_of_arrays_and_functions():
    given_array = initializers.get(np.arange(3))
    assert given_array((3,), "float32").tolist() == [0.0, 1.0, 2.0]
    assert initializers.get(jnp.arange(3))((3,), "float16").dtype == "float16"
    with pytest.raises(ValueError, match=r"shape \(3,\), but the weight has shape \(4,\)"):
        given_array((4,))
    assert initializers.get(None) is None
    own = initializers.get(lambda shape, dtype=None: jnp.full(shape, 7, dtype))
    assert Variable(own, shape=(2,)).numpy().tolist() == [7.0, 7.0]


def test_constant_of_an_array():
    constant = initializers.Constant([1.0, 2.0])
    assert constant((3, 2)).tolist() == [[1.0, 2.0]] * 3
    copy = initializers.deserialize(initializers.serialize(initializers.Constant(np.arange(2))))
    assert copy((2,)).tolist() == [0.0, 1.0]


def test_constant_may_be_traced():
    filled = jax.vmap(lambda c: initializers.Constant(c)((2,)))(jnp.array([1.0, 2.0]))
    assert filled.tolist() == [[1.0, 1.0], [2.0, 2.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.get("he_norm"), "Did you mean 'he_normal'"),
        (lambda: initializers.HeNormal(seed="x"), "seed must be an integer"),
        (lambda: initializers.HeNormal(seed=1.5), "seed must be an integer"),
        (lambda: initializers.VarianceScaling(0.0), "scale must be positive"),
        (lambda: initializers.VarianceScaling(mode="fan"), "mode must be"),
        (lambda: initializers.VarianceScaling(distribution="x"), "distribution must be"),
        (lambda: initializers.Identity()((2, 2, 2)), "makes matrices"),
        (lambda: initializers.Orthogonal()((2,)), "at least two axes"),
        (lambda: initializers.STFT(side="x"), "side must be"),
        (lambda: initializers.STFT(scaling="x"), "scaling must be"),
        (lambda: initializers.STFT(window=[1.0])((2, 1, 3)), "frame's length"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_subclass_needs_a_call():
    with pytest.raises(NotImplementedError, match="Half has no __call__"):
        type("Half", (initializers.Initializer,), {})()((2,))
