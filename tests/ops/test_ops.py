"""What ops promise beyond agreeing with Keras: inputs they take, properties, errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from kerata import ops
from kerata.base.variable import Variable

arrays = hnp.arrays(
    np.float32,
    st.sampled_from([(), (3,), (2, 3), (2, 1, 3)]),  # each other shape would cost compiling
    # XLA takes subnormal numbers for 0 on the CPU.
    elements=st.floats(-100, 100, width=32, allow_subnormal=False),
)


@settings(max_examples=30, deadline=None)
@given(arrays, st.data())
def test_reductions_are_numpys(x, data):
    axes = st.none() | st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none()
    axis, keepdims = data.draw(axes), data.draw(st.booleans())
    for name in ("sum", "mean", "max", "min", "any", "argmax"):
        expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
        actual = getattr(ops, name)(x, axis=axis, keepdims=keepdims)
        assert actual.shape == expected.shape
        np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(arrays)
def test_round_trips(x):
    np.testing.assert_array_equal(ops.reshape(ops.ravel(x), x.shape), x)
    np.testing.assert_array_equal(ops.flip(ops.flip(x)), x)
    np.testing.assert_array_equal(ops.transpose(ops.transpose(x)), x)
    np.testing.assert_array_equal(ops.roll(ops.roll(x, 2), -2), x)
    if x.ndim:
        np.testing.assert_array_equal(ops.stack(ops.unstack(x)), x)
        np.testing.assert_array_equal(ops.take_along_axis(x, ops.argsort(x)), ops.sort(x))


IMAGE = np.arange(64.0).reshape(1, 4, 4, 4)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_space_and_depth_undo_each_other(data_format):
    deep = ops.space_to_depth(IMAGE, 2, data_format)
    np.testing.assert_array_equal(ops.depth_to_space(deep, 2, data_format), IMAGE)


@pytest.mark.parametrize(
    "x", [[1.0, 4.0], (1.0, 4.0), np.array([1.0, 4.0]), Variable([1.0, 4.0]), jnp.array([1.0, 4.0])]
)
def test_everything_that_holds_numbers_is_taken(x):
    assert ops.sqrt(x).tolist() == [1.0, 2.0]
    assert ops.sum(x=x).item() == 5.0
    assert ops.concatenate([x, x]).tolist() == [1.0, 4.0, 1.0, 4.0]
    assert ops.where([True, False], x, x).tolist() == [1.0, 4.0]
    assert ops.convert_to_tensor(x).tolist() == [1.0, 4.0]
    assert ops.convert_to_numpy(x).tolist() == [1.0, 4.0]
    assert ops.shape(x) == (2,)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_zero_width(shape):
    x = np.zeros(shape, "float32")
    assert ops.sum(x).item() == 0.0
    assert ops.relu(x).shape == ops.softmax(x).shape == (x + 1).shape
    assert ops.concatenate([x, x]).shape == (2 * shape[0], *shape[1:])


def test_plain_numbers_take_the_arrays_type():
    x = jnp.ones(2, "bfloat16")
    assert ops.add(x, 1.5).dtype == ops.multiply(2, x).dtype == ops.maximum(x, 0).dtype == x.dtype
    assert ops.clip(x, 0.0, 1.0).dtype == ops.where(x > 0, x, 0.0).dtype == x.dtype


def test_tensors_are_independent_of_numpy_arrays():
    for _ in range(30):  # memory could be shared only where it happens to be aligned
        x = np.zeros(16, "float32")
        tensor = ops.convert_to_tensor(x, "float32")
        other = ops.add(x, 0)
        x[0] = 5
        assert float(tensor[0]) == float(other[0]) == 0.0
        back = ops.convert_to_numpy(tensor)
        back[0] = 7
        assert float(tensor[0]) == 0.0


def test_variables_are_independent_of_numpy_arrays():
    for _ in range(60):
        x = np.zeros(1000, "float32")
        variable = Variable(x, dtype="float32")
        x[0] = 5
        assert variable.numpy()[0] == 0.0
        y = np.ones(1000, "float32")
        variable.assign(y)
        y[0] = 5
        assert variable.numpy()[0] == 1.0


def test_ops_work_inside_jit_vmap_and_grad():
    x = jnp.arange(6.0).reshape(2, 3)

    def f(x):
        y = ops.softmax(ops.matmul(x, ops.transpose(x)))
        return ops.sum(ops.where(y > 0.1, ops.square(y), ops.stop_gradient(y)))

    assert float(jax.jit(f)(x)) == pytest.approx(float(f(x)))
    assert jax.jit(jax.vmap(f))(np.stack([x, x])).shape == (2,)
    assert jnp.isfinite(jax.jit(jax.grad(f))(x)).all()
    assert float(jax.grad(lambda v: ops.sum(ops.stop_gradient(v)))(1.0)) == 0.0


def test_normalize_has_a_finite_gradient_at_zero():
    gradient = jax.jit(jax.grad(lambda x: ops.sum(ops.normalize(x))))(np.zeros((2, 3)))
    assert jnp.isfinite(gradient).all()
    assert ops.normalize(jnp.zeros(3)).tolist() == [0.0, 0.0, 0.0]


def test_custom_gradient_takes_variables():
    @ops.custom_gradient
    def double(x):
        return 2 * x, lambda g: (100 * g,)

    assert double(Variable(3.0)) == 6.0
    assert float(jax.grad(double)(3.0)) == 100.0


def test_vectorize():
    add = ops.vectorize(lambda a, b: a + b.sum(), signature="(),(n)->()")
    assert add(jnp.zeros(3), jnp.ones((3, 2))).tolist() == [2.0, 2.0, 2.0]


def test_halves_in_moments_don_t_overflow():
    x = jnp.full((4, 4), 60000.0, "float16")
    mean, variance = ops.moments(x, axes=[0, 1])
    assert (float(mean), float(variance)) == (60000.0, 0.0)
    assert float(ops.moments(jnp.array([-6e4, 6e4], "float16"), 0)[1]) == 65504.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.segment_sum([1.0], [0]), "needs num_segments"),
        (lambda: ops.pad([1.0], 1, mode="edge", constant_values=2), "only with mode='constant'"),
        (lambda: ops.multi_hot([1]), "needs num_classes"),
        (lambda: ops.convert_to_tensor([1], sparse=True), "sparse or ragged"),
        (lambda: ops.scatter_update([1.0], [[0]], [2.0], reduction="sum"), "reduction must be"),
        (lambda: ops.binary_crossentropy([1.0], [1.0, 0.0]), r"\(1,\).*\(2,\)"),
        (lambda: ops.categorical_crossentropy([[1.0]], [[1.0, 0.0]]), r"\(1, 1\).*\(1, 2\)"),
        (lambda: ops.sparse_categorical_crossentropy([1, 1], [[1.0, 0.0]]), r"\(2,\).*\(1,\)"),
        (lambda: ops.normalize([1.0], order=0), "order must be"),
        (lambda: ops.cdist([[1.0]], [[1.0, 2.0]]), "equally long rows"),
        (lambda: ops.fft([1.0, 2.0, 3.0]), "pair of arrays"),
        (lambda: ops.dot_product_attention([1.0], [1.0], [1.0]), "batch, time, heads, depth"),
        (lambda: ops.psnr([1.0], [1.0, 2.0], 1.0), "one shape"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
