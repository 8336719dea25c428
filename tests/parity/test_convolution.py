"""Convolution and pooling layers beside Keras's: outputs, gradients, shapes, configs."""

import functools
import inspect

import jax
import numpy as np
import pytest

from kerata import layers
from kerata.layers import convolution, pooling
from kerata.layers.functional_call import functional_call

keras = pytest.importorskip("keras")

FAST_COMPILE = {"xla_backend_optimization_level": 0}
FIRST = {"data_format": "channels_first"}


def ours(name, kwargs):
    module = convolution if hasattr(convolution, name) else pooling
    return getattr(module, name)(**kwargs)


CASES = [
    # Conv1D
    ("Conv1D", {"filters": 3, "kernel_size": 2}, (2, 5, 2)),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "same", "strides": 2}, (2, 6, 2)),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal"}, (2, 5, 2)),
    (
        "Conv1D",
        {"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 2},
        (2, 6, 1),
    ),
    ("Conv1D", {"filters": 2, "kernel_size": 2, "padding": "causal", **FIRST}, (2, 3, 5)),
    ("Conv1D", {"filters": 4, "kernel_size": 2, "groups": 2, "dilation_rate": 2}, (1, 6, 4)),
    ("Conv1D", {"filters": 4, "kernel_size": 1, "use_bias": False, **FIRST}, (2, 3, 4)),
    # Conv2D
    ("Conv2D", {"filters": 3, "kernel_size": 3}, (2, 5, 6, 2)),
    ("Conv2D", {"filters": 3, "kernel_size": (2, 3), "padding": "same"}, (2, 5, 6, 2)),
    (
        "Conv2D",
        {"filters": 3, "kernel_size": 3, "strides": (2, 1), "padding": "same"},
        (1, 7, 6, 1),
    ),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "dilation_rate": (2, 1)}, (1, 7, 6, 2)),
    (
        "Conv2D",
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "padding": "same"},
        (1, 6, 5, 2),
    ),
    ("Conv2D", {"filters": 6, "kernel_size": 2, "groups": 2}, (2, 4, 4, 4)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 4}, (2, 4, 4, 4)),
    ("Conv2D", {"filters": 3, "kernel_size": 2, "activation": "relu", **FIRST}, (2, 2, 5, 4)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2, "strides": 2, **FIRST}, (2, 2, 5, 4)),
    ("Conv2D", {"filters": 3, "kernel_size": 5, "padding": "same"}, (1, 2, 3, 2)),
    # Conv3D
    ("Conv3D", {"filters": 2, "kernel_size": 2}, (1, 3, 4, 3, 2)),
    ("Conv3D", {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same"}, (1, 3, 4, 3, 1)),
    # Depthwise
    ("DepthwiseConv1D", {"kernel_size": 3, "padding": "same", "depth_multiplier": 2}, (2, 5, 3)),
    ("DepthwiseConv1D", {"kernel_size": 2, "strides": 2, **FIRST}, (2, 3, 6)),
    ("DepthwiseConv2D", {"kernel_size": 3}, (2, 5, 6, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "depth_multiplier": 3, "strides": 2}, (2, 5, 6, 2)),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": (1, 2), "padding": "same"}, (1, 5, 6, 2)),
    (
        "DepthwiseConv2D",
        {"kernel_size": 2, "dilation_rate": 2, "depth_multiplier": 2},
        (1, 5, 6, 2),
    ),
    (
        "DepthwiseConv2D",
        {"kernel_size": 2, "padding": "same", "use_bias": False, **FIRST},
        (1, 3, 4, 5),
    ),
    # Separable
    ("SeparableConv1D", {"filters": 4, "kernel_size": 3, "padding": "same"}, (2, 5, 3)),
    ("SeparableConv1D", {"filters": 2, "kernel_size": 2, "dilation_rate": 2, **FIRST}, (2, 3, 6)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3}, (2, 5, 6, 3)),
    (
        "SeparableConv2D",
        {"filters": 4, "kernel_size": 2, "depth_multiplier": 2, "strides": 2},
        (2, 5, 6, 2),
    ),
    (
        "SeparableConv2D",
        {"filters": 3, "kernel_size": (3, 2), "padding": "same", "activation": "tanh", **FIRST},
        (1, 2, 4, 5),
    ),
    # Transposed
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, (2, 4, 2)),
    (
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 2, "strides": 3, "padding": "same"},
        (2, 4, 2),
    ),
    (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"},
        (2, 3, 4, 2),
    ),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": (2, 3), "strides": (3, 2)}, (1, 3, 2, 2)),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1},
        (1, 3, 2, 2),
    ),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": (1, 0), "padding": "same"},
        (1, 3, 2, 2),
    ),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "dilation_rate": 2}, (1, 3, 2, 2)),
    (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", **FIRST},
        (1, 2, 3, 4),
    ),
    # Pooling
    ("MaxPooling1D", {}, (2, 5, 3)),
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same", **FIRST}, (2, 3, 6)),
    ("MaxPooling2D", {}, (2, 5, 6, 3)),
    ("MaxPooling2D", {"pool_size": (2, 3), "strides": 1, "padding": "same"}, (1, 4, 5, 2)),
    ("MaxPooling2D", {"pool_size": 3, "strides": 2}, (1, 5, 6, 2)),
    ("MaxPooling2D", {"padding": "same", **FIRST}, (1, 2, 5, 3)),
    ("MaxPooling3D", {}, (1, 2, 4, 3, 2)),
    ("AveragePooling1D", {"pool_size": 3, "padding": "same"}, (2, 5, 3)),
    ("AveragePooling2D", {"pool_size": 2}, (2, 5, 6, 3)),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (1, 5, 6, 2)),
    ("AveragePooling2D", {"pool_size": (1, 2), "strides": (2, 1), **FIRST}, (1, 2, 5, 4)),
    ("AveragePooling3D", {"pool_size": 2, "padding": "same"}, (1, 2, 3, 3, 2)),
    ("GlobalMaxPooling1D", {}, (2, 5, 3)),
    ("GlobalMaxPooling1D", {"keepdims": True, **FIRST}, (2, 5, 3)),
    ("GlobalMaxPooling2D", FIRST, (2, 5, 4, 3)),
    ("GlobalAveragePooling1D", {}, (2, 5, 3)),
    ("GlobalAveragePooling1D", {"keepdims": True, **FIRST}, (2, 5, 3)),
    ("GlobalAveragePooling2D", {}, (2, 5, 4, 3)),
    ("GlobalAveragePooling2D", {"keepdims": True, **FIRST}, (2, 5, 4, 3)),
    ("GlobalAveragePooling3D", {"keepdims": True}, (2, 2, 2, 2, 3)),
]


def label(value):
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(("name", "kwargs", "shape"), CASES, ids=label)
@pytest.mark.one_in(2)
def test_outputs_gradients_shape_and_config(name, kwargs, shape):
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype("float32")
    layer, reference = ours(name, kwargs), getattr(keras.layers, name)(**kwargs)
    assert config(layer) == config(reference)
    layer.build(shape)
    build_fast(reference, shape)
    weights = [rng.normal(size=w.shape).astype("float32") for w in reference.get_weights()]
    assert [w.shape for w in layer.weights] == [w.shape for w in weights]
    assert [w.name for w in layer.weights] == [w.name for w in reference.weights]
    expected_shape = tuple(reference.compute_output_shape(shape))
    target = rng.normal(size=expected_shape).astype("float32")

    def ours_of(weights, x):
        return functional_call(layer, weights, x)[0]

    def theirs_of(weights, x):
        return reference.stateless_call(weights, [], x)[0]

    @functools.partial(jax.jit, compiler_options=FAST_COMPILE)
    def both(weights, x):
        def results(function):
            outputs, back = jax.vjp(function, weights, x)
            return outputs, back(target)

        return results(ours_of), results(theirs_of)

    found, expected = both(weights, x)
    close = functools.partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-5)
    jax.tree.map(close, found, expected)
    assert found[0].shape == expected_shape
    assert layer.compute_output_shape(shape) == expected_shape
    unknown = (None, *shape[1:])
    assert layer.compute_output_shape(unknown) == tuple(reference.compute_output_shape(unknown))


def build_fast(layer, shape):
    """Build a layer of Keras's, whose random first values would cost a second each."""
    for name in ("kernel_initializer", "depthwise_initializer", "pointwise_initializer"):
        if hasattr(layer, name):
            setattr(layer, name, keras.initializers.Zeros())
    layer.build(shape)


def config(layer):
    """Give a config without what can't be equal: the automatic name and home of the library."""

    def bare(value):
        if isinstance(value, dict) and "class_name" in value:
            return value["class_name"], bare(value["config"])
        if isinstance(value, dict):
            return {k: bare(v) for k, v in value.items()}
        return list(value) if isinstance(value, (list, tuple)) else value

    return {k: bare(v) for k, v in layer.get_config().items() if k != "name"}


@pytest.mark.parametrize("name", sorted({*convolution.__all__, *pooling.__all__}))
def test_arguments_are_those_of_keras(name):
    module = convolution if hasattr(convolution, name) else pooling

    def arguments(cls):
        parameters = list(inspect.signature(cls).parameters.values())
        return [p.name for p in parameters if p.kind != p.VAR_KEYWORD]

    theirs = getattr(keras.layers, name)
    assert arguments(getattr(module, name)) == arguments(theirs)
    assert getattr(module, name).__name__ == theirs.__name__


def test_regularizers_and_constraints_are_in_the_config():
    kwargs = {
        "filters": 2,
        "kernel_size": 2,
        "kernel_regularizer": "l2",
        "bias_regularizer": "l2",
        "activity_regularizer": "l2",
        "kernel_constraint": "max_norm",
        "bias_constraint": "non_neg",
        "kernel_initializer": "he_normal",
        "trainable": False,
    }
    assert config(ours("Conv2D", kwargs)) == config(keras.layers.Conv2D(**kwargs))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_masked_average(data_format, keepdims):
    x = np.random.default_rng(0).normal(size=(3, 4, 4)).astype("float32")
    mask = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1]], bool)
    kwargs = {"data_format": data_format, "keepdims": keepdims}
    found = ours("GlobalAveragePooling1D", kwargs)(x, mask=mask)
    expected = keras.layers.GlobalAveragePooling1D(**kwargs)(x, mask=mask)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(("name", "kwargs", "shape"), CASES[::5], ids=label)
def test_each_library_reads_the_other_ones_configs(name, kwargs, shape):
    layer, reference = ours(name, kwargs), getattr(keras.layers, name)(**kwargs)
    there = keras.layers.deserialize(layers.serialize(layer))
    back = layers.deserialize(keras.layers.serialize(reference))
    assert type(there) is type(reference)
    assert type(back) is type(layer)
    assert config(there) == config(back) == config(layer)
