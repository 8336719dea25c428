"""Convolution layers: shapes, messages, types, configs, training of their weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import layers
from kerata.base.symbolic import KerasTensor
from kerata.layers import convolution
from kerata.layers.convolution import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
)
from kerata.layers.functional_call import functional_call

EACH = [
    (Conv1D, {"filters": 3, "kernel_size": 2}, (2, 5, 4)),
    (Conv2D, {"filters": 3, "kernel_size": 2}, (2, 5, 4, 3)),
    (Conv3D, {"filters": 2, "kernel_size": 2}, (1, 3, 4, 3, 2)),
    (DepthwiseConv1D, {"kernel_size": 2, "depth_multiplier": 2}, (2, 5, 4)),
    (DepthwiseConv2D, {"kernel_size": 2, "depth_multiplier": 2}, (2, 5, 4, 3)),
    (SeparableConv1D, {"filters": 3, "kernel_size": 2}, (2, 5, 4)),
    (SeparableConv2D, {"filters": 3, "kernel_size": 2}, (2, 5, 4, 3)),
    (Conv1DTranspose, {"filters": 3, "kernel_size": 2, "strides": 2}, (2, 5, 4)),
    (Conv2DTranspose, {"filters": 3, "kernel_size": 2, "strides": 2}, (2, 5, 4, 3)),
]
each = pytest.mark.parametrize(("cls", "kwargs", "shape"), EACH)


def traced_shape(layer, shape):
    """Give the real output's shape without computing it."""
    out = jax.eval_shape(
        lambda values, x: functional_call(layer, values, x)[0],
        [w.value for w in layer.weights],
        jax.ShapeDtypeStruct(shape, "float32"),
    )
    return out.shape


@st.composite
def settings_and_shape(draw):
    cls = draw(st.sampled_from([c for c, _, _ in EACH]))
    rank = cls.rank
    small = st.integers(1, 3)
    kwargs = {"kernel_size": draw(st.tuples(*[small] * rank))}
    if "Depthwise" in cls.__name__:
        kwargs["depth_multiplier"] = draw(small)
    else:
        kwargs["filters"] = draw(small)
    kwargs[draw(st.sampled_from(["strides", "dilation_rate"]))] = draw(st.tuples(*[small] * rank))
    kwargs["padding"] = draw(st.sampled_from(["valid", "same", *cls.paddings]))
    kwargs["data_format"] = draw(st.sampled_from(["channels_last", "channels_first"]))
    kwargs["use_bias"] = draw(st.booleans())
    spatial = draw(st.tuples(*[st.integers(7, 9)] * rank))
    batch, channels = draw(st.integers(0, 2)), draw(small)
    last = kwargs["data_format"] == "channels_last"
    return cls, kwargs, (batch, *spatial, channels) if last else (batch, channels, *spatial)


@settings(max_examples=80, deadline=None)
@given(settings_and_shape())
def test_promised_shape_is_the_real_one(drawn):
    cls, kwargs, shape = drawn
    layer = cls(**kwargs)
    promised = layer.compute_output_shape(shape)
    layer.build(shape)
    assert traced_shape(layer, shape) == promised
    unknown = tuple(
        None if i != (-1 if kwargs["data_format"] == "channels_last" else 1) % len(shape) else n
        for i, n in enumerate(shape)
    )
    open_shape = layer.compute_output_shape(unknown)
    assert all(a in (None, b) for a, b in zip(open_shape, promised, strict=True))
    assert open_shape[0] is None


@each
def test_symbolic_call_config_and_counts(cls, kwargs, shape):
    layer = cls(**kwargs)
    symbol = layer(KerasTensor((None, *shape[1:])))
    assert symbol.shape == (None, *traced_shape(layer, shape)[1:])
    again = cls.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    again.build(shape)
    assert [w.shape for w in again.weights] == [w.shape for w in layer.weights]
    assert layer.count_params() == sum(w.value.size for w in layer.weights)


@each
def test_no_rows_give_no_rows(cls, kwargs, shape):
    layer = cls(**kwargs)
    layer.build(shape)
    empty = (0, *shape[1:])
    assert layer(np.zeros(empty, "float32")).shape == layer.compute_output_shape(empty)


@each
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "mixed_bfloat16"])
def test_short_types(cls, kwargs, shape, dtype):
    layer = cls(dtype=dtype, **kwargs)
    out = jax.eval_shape(layer, jax.ShapeDtypeStruct(shape, "float32"))
    assert out.dtype == layer.compute_dtype
    expected = "float32" if dtype.startswith("mixed") else dtype
    assert {w.dtype for w in layer.weights} == {expected}


@each
def test_zero_weights_give_the_bias(cls, kwargs, shape):
    layer = cls(bias_initializer="ones", activation="relu", **kwargs)
    layer.build(shape)
    layer.set_weights([w if w.ndim == 1 else 0 * w for w in layer.get_weights()])
    np.testing.assert_array_equal(layer(np.ones(shape, "float32")), 1)


@each
def test_without_bias(cls, kwargs, shape):
    layer = cls(use_bias=False, **kwargs)
    layer.build(shape)
    assert layer.bias is None
    assert not any(w.ndim == 1 for w in layer.weights)


@each
def test_regularizers_reach_the_losses(cls, kwargs, shape):
    kinds = [
        k
        for k in ("kernel", "depthwise", "pointwise")
        if hasattr(cls(**kwargs), f"{k}_regularizer")
    ]
    regularizers = {f"{k}_regularizer": "l2" for k in kinds}
    layer = cls(**kwargs, **regularizers, activity_regularizer="l2")
    layer(np.ones(shape, "float32"))
    assert len(layer.losses) == 1 + len(kinds)


def test_integers_are_taken():
    x = np.arange(4).reshape(1, 4, 1)
    layer = Conv1D(1, 2, kernel_initializer="ones")
    assert layer(x).ravel().tolist() == [1.0, 3.0, 5.0]


def test_causal_output_sees_nothing_later():
    layer = Conv1D(1, 3, padding="causal", dilation_rate=2)
    x = np.random.default_rng(0).normal(size=(1, 8, 1)).astype("float32")
    gradient = jax.grad(lambda x: layer(x)[0, 4, 0])(jnp.asarray(x)).ravel()
    assert (gradient != 0).tolist() == [True, False, True, False, True, False, False, False]


def test_groups_keep_their_parts_apart():
    layer = Conv2D(4, 1, groups=2, kernel_initializer="ones")
    x = np.array([1.0, 2.0, 10.0, 20.0]).reshape(1, 1, 1, 4)
    assert layer(x).ravel().tolist() == [3.0, 3.0, 30.0, 30.0]


def test_both_formats_give_the_same():
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype("float32")
    last, first = Conv2D(4, 3), Conv2D(4, 3, data_format="channels_first")
    out = last(x)
    first.build((2, 3, 5, 6))
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(first(x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1), out, atol=1e-5)


def test_traced_regularizer_strength():
    from kerata import regularizers

    def penalty(strength):
        layer = Conv1D(
            1, 2, kernel_initializer="ones", kernel_regularizer=regularizers.L2(strength)
        )
        layer.build((1, 4, 1))
        return layer.losses[0]

    assert float(jax.jit(penalty)(0.5)) == 1.0


# Messages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2D(0, 3), "Conv2D: filters must be a positive integer, got filters=0"),
        (lambda: Conv2D(2.5, 3), "Conv2D: filters must be a positive integer, got filters=2.5"),
        (lambda: Conv2D(2, 0), "Conv2D: kernel_size must be a positive integer or a tuple of 2"),
        (lambda: Conv2D(2, (3, 3, 3)), r"kernel_size .* got kernel_size=\(3, 3, 3\)"),
        (lambda: Conv1D(2, 3, strides=-1), "Conv1D: strides must be a positive integer"),
        (lambda: Conv1D(2, 3, dilation_rate="2"), "Conv1D: dilation_rate must be"),
        (lambda: Conv2D(2, 3, padding="half"), "padding must be .*, got padding='half'"),
        (lambda: Conv2D(2, 3, padding="causal"), "Conv2D: padding must be 'valid' or 'same'"),
        (lambda: Conv1D(2, 3, padding="cause"), "'valid', 'same' or 'causal', got padding='cause'"),
        (lambda: Conv2D(2, 3, data_format="last"), "data_format must be 'channels_last'"),
        (lambda: Conv2D(5, 3, groups=2), "groups must divide filters, got filters=5 and groups=2"),
        (lambda: Conv2D(2, 3, groups=0), "groups must be a positive integer"),
        (
            lambda: Conv2D(2, 3, strides=2, dilation_rate=(1, 2)),
            "can't both be above 1, got strides=",
        ),
        (lambda: Conv2DTranspose(2, 3, strides=2, dilation_rate=2), "can't both be above 1"),
        (lambda: Conv2DTranspose(2, 3, output_padding=1), "output_padding must be below strides"),
        (lambda: Conv2DTranspose(2, 3, output_padding=-1), "output_padding must be an? .*integer"),
        (lambda: DepthwiseConv2D(3, depth_multiplier=0), "Conv2D: depth_multiplier must be"),
        (lambda: SeparableConv2D(3, 2, depth_multiplier=0), "Conv2D: depth_multiplier must"),
        (lambda: Conv2D(2, 3, activation="rleu"), "Did you mean 'relu'"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_misspelt_argument_is_named():
    with pytest.raises(TypeError, match=r"Conv2D has no argument 'stride'. Did you mean 'strides'"):
        Conv2D(2, 3, stride=2)


FIRST = {"data_format": "channels_first"}
MISFITS = [
    (Conv2D(2, 5, name="eyes"), (None, 3, 4, 1), r"Layer 'eyes' \(Conv2D\): kernel_size=\(5, 5\)"),
    (Conv2D(2, 5), (None, 3, 4, 1), r"does not fit into an input of size \(3, 4\); use padding"),
    (Conv2D(2, 3, dilation_rate=3), (None, 6, 9, 1), r"with dilation_rate=\(3, 3\) does not fit"),
    (Conv2D(2, 3, **FIRST), (None, 9, 2, 9), r"does not fit into an input of size \(2, 9\)"),
    (Conv1D(2, 3), (None, 2, 1), r"kernel_size=\(3,\) does not fit into an input of size \(2,\)"),
    (Conv2D(2, 3), (None, 28, 28), r"expected \(batch, height, width, channels\), got"),
    (Conv2D(2, 3), (None, 28, 28), r"shape \(None, 28, 28\); add the axis.*x\[..., None\]"),
    (Conv2D(2, 3, **FIRST), (None, 28, 28), r"\(batch, channels, height, width\).*x\[:, None\]"),
    (Conv2D(2, 3), (None, 784), r"expected .* got an input of shape \(None, 784\)\.$"),
    (Conv1D(2, 3), (None, 100), r"expected \(batch, steps, channels\).*x\[..., None\]"),
    (Conv2D(2, 3), (None, 28, 28, None), r"needs to know the size of axis -1"),
    (Conv2D(2, 3, **FIRST), (None, None, 8, 8), r"needs to know the size of axis 1"),
    (Conv2D(4, 3, groups=2), (None, 8, 8, 3), r"groups=2 must divide .* but the input has 3"),
]


@pytest.mark.parametrize(("layer", "shape", "message"), MISFITS)
@pytest.mark.parametrize("how", ["build", "call"])
def test_inputs_that_do_not_fit_are_explained(layer, shape, message, how):
    with pytest.raises(ValueError, match=message):
        layer.build(shape) if how == "build" else layer(KerasTensor(shape))


def test_data_that_does_not_fit_is_explained():
    with pytest.raises(ValueError, match=r"Conv2D.*x\[..., None\]"):
        Conv2D(2, 3)(np.zeros((4, 28, 28)))
    layer = Conv2D(2, 3)
    layer(np.zeros((1, 8, 8, 3)))
    with pytest.raises(ValueError, match="expected axis -1 to have size 3"):
        layer(np.zeros((1, 8, 8, 1)))
    with pytest.raises(ValueError, match=r"does not fit into an input of size \(2, 8\)"):
        layer(np.zeros((1, 2, 8, 3)))


def test_shape_that_does_not_fit_is_explained_without_building():
    with pytest.raises(ValueError, match="does not fit"):
        Conv2D(2, 3).compute_output_shape((None, 2, 2, 1))
    with pytest.raises(ValueError, match="expected"):
        DepthwiseConv2D(2).compute_output_shape((None,))


def test_face_names_and_old_names():
    assert all(hasattr(convolution, name) for name in convolution.__all__)
    assert convolution.Convolution2D is Conv2D
    assert layers.get("Convolution2D") is layers.get("Conv2D") is layers.Conv2D is Conv2D
    assert convolution.SeparableConvolution1D is SeparableConv1D
    assert convolution.Convolution2DTranspose is Conv2DTranspose
