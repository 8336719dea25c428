"""Kernels against the functions of the same meaning in Keras 3: values and gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import kernels

keras = pytest.importorskip("keras")

QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def check(ours, theirs, *shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype("float32") for shape in shapes]

    @jax.jit
    def outcome(*arrays):
        results = []
        for f in (ours, theirs):
            value, backward = jax.vjp(f, *arrays)
            direction = jnp.cos(jnp.arange(value.size, dtype="float32")).reshape(value.shape)
            results.append((value, *backward(direction)))
        return results

    compiled = outcome.lower(*arrays).compile(compiler_options=QUICK)
    for got, expected in zip(*compiled(*arrays), strict=True):
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


def keras_names(options):
    renamed = {k: v for k, v in options.items() if k not in ("groups", "dilation")}
    return renamed | {"dilation_rate": options.get("dilation", 1)}


@pytest.mark.parametrize(
    ("x", "kernel", "options"),
    [
        ((2, 7, 3), (3, 3, 4), {}),
        ((2, 7, 3), (2, 3, 4), {"padding": "same", "strides": 2}),
        ((2, 8, 3), (2, 3, 4), {"dilation": 3}),
        ((2, 6, 7, 3), (3, 2, 3, 4), {}),
        ((2, 6, 7, 3), (3, 2, 3, 4), {"padding": "same"}),
        ((2, 6, 7, 3), (3, 2, 3, 4), {"padding": "same", "strides": (2, 3)}),
        ((2, 6, 7, 3), (1, 1, 3, 4), {"strides": 2}),
        ((2, 6, 7, 3), (2, 2, 3, 4), {"padding": "same", "dilation": (2, 1)}),
        ((2, 6, 7, 4), (3, 3, 2, 6), {"groups": 2}),
        ((2, 4, 6, 7), (3, 3, 2, 6), {"groups": 2, "data_format": "channels_first"}),
        ((1, 4, 5, 3, 2), (2, 2, 2, 2, 3), {"padding": "same"}),
    ],
)
def test_convolution(x, kernel, options):
    check(
        lambda x, k: kernels.convolution(x, k, **options),
        lambda x, k: keras.ops.conv(x, k, **keras_names(options)),
        x,
        kernel,
    )


@pytest.mark.parametrize(
    ("x", "kernel", "options"),
    [
        ((2, 7, 3), (3, 3, 1), {}),
        ((2, 6, 7, 3), (3, 2, 3, 2), {"padding": "same"}),
        ((2, 6, 7, 3), (3, 3, 3, 2), {"padding": "same", "strides": 2}),
        ((2, 6, 7, 3), (2, 2, 3, 1), {"dilation": 2}),
        ((2, 3, 6, 7), (2, 2, 3, 2), {"data_format": "channels_first"}),
        ((2, 6, 7, 1), (2, 2, 1, 3), {}),
    ],
)
def test_depthwise(x, kernel, options):
    check(
        lambda x, k: kernels.depthwise_convolution(x, k, **options),
        lambda x, k: keras.ops.depthwise_conv(x, k, **keras_names(options)),
        x,
        kernel,
    )


@pytest.mark.parametrize(
    ("x", "kernel", "options"),
    [
        ((2, 4, 3), (3, 2, 3), {}),
        ((2, 4, 3), (2, 2, 3), {"strides": 3}),
        ((2, 4, 3), (3, 2, 3), {"strides": 2, "output_padding": 1}),
        ((2, 4, 3), (3, 2, 3), {"strides": 2, "output_padding": 0, "padding": "same"}),
        ((2, 4, 3), (4, 2, 3), {"strides": 2, "output_padding": 1, "padding": "same"}),
        ((2, 4, 5, 3), (3, 3, 2, 3), {"strides": 2, "padding": "same"}),
        ((2, 4, 5, 3), (4, 2, 2, 3), {"strides": (2, 1), "padding": "same"}),
        ((2, 4, 5, 3), (3, 2, 2, 3), {"dilation": 2}),
        ((2, 4, 5, 3), (1, 1, 2, 3), {"strides": 2, "padding": "same"}),
        ((2, 3, 4, 5), (3, 3, 2, 3), {"strides": 2, "data_format": "channels_first"}),
        ((1, 2, 3, 2, 2), (2, 2, 2, 3, 2), {"strides": 2}),
    ],
)
def test_transposed(x, kernel, options):
    check(
        lambda x, k: kernels.transposed_convolution(x, k, **options),
        lambda x, k: keras.ops.conv_transpose(x, k, **keras_names(options)),
        x,
        kernel,
    )


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize(
    ("x", "size", "options"),
    [
        ((2, 7, 3), 2, {}),
        ((2, 7, 3), 3, {"strides": 2, "padding": "same"}),
        ((2, 6, 7, 3), 2, {}),
        ((2, 6, 7, 3), (3, 2), {"padding": "same"}),
        ((2, 6, 7, 3), 3, {"strides": 1, "padding": "same"}),
        ((2, 6, 7, 3), 2, {"strides": 3}),
        ((2, 3, 6, 7), 2, {"data_format": "channels_first"}),
        ((1, 4, 5, 4, 2), 2, {"padding": "same"}),
    ],
)
def test_pooling(name, x, size, options):
    # Keras 3.15's functions fail on JAX where the strides are left out.
    theirs = {"strides": size} | options
    check(
        lambda x: getattr(kernels, name)(x, size, **options),
        lambda x: getattr(keras.ops, name)(x, size, **theirs),
        x,
    )
