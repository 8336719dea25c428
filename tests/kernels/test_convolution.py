from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata.kernels import (
    conv_output_shape,
    conv_transpose_output_shape,
    convolution,
    depthwise_convolution,
    im2col,
    platform,
    transposed_convolution,
)

FORMATS = st.sampled_from(["channels_last", "channels_first"])
few = settings(max_examples=9, deadline=None, derandomize=True)


def images(numbers, batch, spatial, channels, data_format):
    x = numbers(batch, *spatial, channels)
    return x if data_format == "channels_last" else np.moveaxis(x, -1, 1)


@st.composite
def cases(draw, rank=None, causal=True):
    """Everything a convolution can vary in; the input holds the kernel at least once."""
    rank = draw(st.integers(1, 3)) if rank is None else rank

    def each(low, high):
        return [draw(st.integers(low, high)) for _ in range(rank)]

    kernel, dilation = each(1, 3 if rank < 3 else 2), each(1, 2)
    spatial = [
        (k - 1) * d + 1 + extra for k, d, extra in zip(kernel, dilation, each(0, 4), strict=True)
    ]
    paddings = ["valid", "same"] + (["causal"] if rank == 1 and causal else [])
    options = {
        "strides": each(1, 3),
        "dilation": dilation,
        "padding": draw(st.sampled_from(paddings)),
        "data_format": draw(FORMATS),
    }
    return draw(st.integers(1, 3)), spatial, kernel, options


@few
@given(cases(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2))
def test_convolution(agrees_with_xla, numbers, case, groups, fan_in, fan_out):
    batch, spatial, size, options = case
    x = images(numbers, batch, spatial, groups * fan_in, options["data_format"])
    kernel = numbers(*size, fan_in, groups * fan_out, seed=1)
    agrees_with_xla(lambda x, k: convolution(x, k, groups=groups, **options), x, kernel)
    shape = conv_output_shape(x.shape, groups * fan_out, size, **options)
    f = partial(convolution, groups=groups, **options)
    assert shape == jax.eval_shape(f, x, kernel).shape


@few
@given(cases(causal=False), st.integers(1, 3), st.integers(1, 2))
def test_depthwise(agrees_with_xla, numbers, case, channels, multiplier):
    batch, spatial, size, options = case
    x = images(numbers, batch, spatial, channels, options["data_format"])
    kernel = numbers(*size, channels, multiplier, seed=1)
    agrees_with_xla(lambda x, k: depthwise_convolution(x, k, **options), x, kernel)


@few
@given(cases(causal=False), st.integers(1, 2), st.integers(1, 2), st.booleans())
def test_transposed(agrees_with_xla, numbers, case, channels, filters, extra):
    batch, spatial, size, options = case
    options["output_padding"] = [s - 1 for s in options["strides"]] if extra else None
    x = images(numbers, batch, spatial, channels, options["data_format"])
    kernel = numbers(*size, filters, channels, seed=1)
    agrees_with_xla(lambda x, k: transposed_convolution(x, k, **options), x, kernel)
    shape = conv_transpose_output_shape(x.shape, filters, size, **options)
    f = partial(transposed_convolution, **options)
    assert shape == jax.eval_shape(f, x, kernel).shape


@pytest.mark.parametrize("batch", [1, 4, 6, 7])
@pytest.mark.parametrize("groups", [1, 2])
def test_blocks_of_images(agrees_with_xla, numbers, monkeypatch, batch, groups):
    # The columns of one image are 5 * 5 * 9 * 4 channels * 4 bytes: blocks of 3, with leftovers.
    monkeypatch.setattr(im2col, "_BLOCK_BYTES", 3 * 3600 // groups)
    monkeypatch.setattr(im2col, "_WHOLE_BYTES", 0)
    x, kernel = numbers(batch, 5, 5, 4), numbers(3, 3, 4 // groups, 6, seed=1)
    agrees_with_xla(lambda x, k: convolution(x, k, groups=groups, padding="same"), x, kernel)
    if groups == 1:
        kernel = numbers(3, 3, 6, 4, seed=1)
        agrees_with_xla(lambda x, k: transposed_convolution(x, k, strides=2), x, kernel)


def test_blocks_are_in_use(numbers):
    x, kernel = jnp.zeros((64, 13, 13, 32)), jnp.zeros((3, 3, 32, 64))
    assert "scan" in str(jax.make_jaxpr(convolution)(x, kernel))
    assert "scan" not in str(jax.make_jaxpr(convolution)(x[:8], kernel))


def test_many_groups(agrees_with_xla, numbers, monkeypatch):
    monkeypatch.setattr(im2col, "_SEPARATE_GROUPS", 2)
    x, kernel = numbers(2, 5, 8), numbers(3, 2, 12, seed=1)
    agrees_with_xla(lambda x, k: convolution(x, k, groups=4), x, kernel)


@pytest.mark.parametrize("cpu", [True, False])
def test_known_values(monkeypatch, cpu):
    monkeypatch.setattr(platform, "on_cpu", lambda: cpu)
    x = jnp.arange(9.0).reshape(1, 3, 3, 1)
    kernel = jnp.array([[1.0, 0.0], [0.0, -1.0]]).reshape(2, 2, 1, 1)
    np.testing.assert_array_equal(convolution(x, kernel)[0, :, :, 0], [[-4, -4], [-4, -4]])
    spread = transposed_convolution(x[:, :1, :2], kernel, strides=2)[0, :, :, 0]
    np.testing.assert_array_equal(spread, [[0, 0, 1, 0], [0, 0, 0, -1]])


def test_networks_side_by_side(numbers):
    x, kernels = numbers(2, 5, 5, 3), numbers(4, 3, 3, 3, 2)
    together = jax.jit(jax.vmap(lambda k: convolution(x, k)))(kernels)
    apart = [convolution(x, k) for k in kernels]
    np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-5)
    inputs = numbers(4, 2, 5, 5, 3)
    together = jax.jit(jax.vmap(depthwise_convolution))(inputs, kernels)
    apart = [depthwise_convolution(x, k) for x, k in zip(inputs, kernels, strict=True)]
    np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-5)


def test_inside_a_loop(numbers):
    def loss(kernel, x):
        return (convolution(x, kernel, padding="same") ** 2).mean()

    def step(kernel, x):
        return kernel - 0.1 * jax.grad(loss)(kernel, x), loss(kernel, x)

    batches, kernel = numbers(5, 2, 4, 4, 2), numbers(3, 3, 2, 3, seed=1)
    looped, _ = jax.lax.scan(step, kernel, batches)
    step = jax.jit(step)
    for x in batches:
        kernel, _ = step(kernel, x)
    np.testing.assert_allclose(looped, kernel, rtol=1e-5, atol=1e-6)


def test_forward_mode_and_second_derivatives(numbers):
    x, kernel = numbers(1, 4, 2), numbers(2, 2, 2, seed=1)

    def loss(k):
        return (transposed_convolution(jnp.tanh(convolution(x, k)), k) ** 2).sum()

    twice = jax.jit(lambda k: (jax.hessian(loss)(k), jax.jacrev(jax.grad(loss))(k)))
    np.testing.assert_allclose(*twice(kernel), rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [jnp.bfloat16, jnp.float16])
def test_half_precision(agrees_with_xla, numbers, kind):
    x, kernel = numbers(2, 6, 6, 2).astype(kind), numbers(3, 3, 2, 4, seed=1).astype(kind)
    agrees_with_xla(convolution, x, kernel, tolerance=0.03)
    agrees_with_xla(transposed_convolution, x, kernel.swapaxes(-1, -2), tolerance=0.03)
    agrees_with_xla(depthwise_convolution, x, kernel, tolerance=0.03)


def test_input_is_taken_to_the_type_of_the_kernel(numbers):
    x = jnp.arange(6).reshape(1, 6, 1).astype("uint8")
    assert convolution(x, jnp.ones((2, 1, 1), jnp.bfloat16)).dtype == jnp.bfloat16
    assert transposed_convolution(x, jnp.ones((2, 1, 1))).dtype == jnp.float32


@pytest.mark.parametrize("f", [convolution, depthwise_convolution])
@pytest.mark.parametrize("shape", [(0, 5, 2), (2, 1, 2)])
def test_no_rows_and_no_room(f, shape):
    x, kernel = jnp.ones(shape), jnp.ones((3, 2, 2))
    filters = 2 if f is convolution else 4
    value, gradient = jax.jit(jax.value_and_grad(lambda k: f(x, k).sum()))(kernel)
    assert jax.eval_shape(f, x, kernel).shape == (shape[0], max(shape[1] - 2, 0), filters)
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: convolution(x, jnp.ones((3, 3, 3, 4))), "3 channels"),
        (lambda x: convolution(x, jnp.ones((3, 4, 4))), "1 spatial axes"),
        (lambda x: convolution(x, jnp.ones((3, 3, 2, 3)), groups=2), "divide the 3 filters"),
        (lambda x: convolution(x, jnp.ones((3, 3, 4, 3)), padding="causal"), "'valid' or 'same'"),
        (lambda x: convolution(x, jnp.ones((3, 3, 4, 3)), strides=(1, 2, 3)), "strides"),
        (lambda x: depthwise_convolution(x, jnp.ones((3, 3, 3, 4))), "3 channels"),
        (lambda x: transposed_convolution(x, jnp.ones((3, 3, 4, 3))), "3 channels"),
        (lambda x: transposed_convolution(x, jnp.ones((3, 3, 3, 4)), padding="full"), "'full'"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ValueError, match=words):
        call(jnp.ones((1, 5, 5, 4)))
