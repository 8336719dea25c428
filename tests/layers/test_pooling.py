"""Pooling layers: shapes, messages, types, masks, configs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata.base.scope import get_mask, set_mask
from kerata.base.symbolic import KerasTensor
from kerata.layers import pooling
from kerata.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)

WINDOWS = [
    *(MaxPooling1D, MaxPooling2D, MaxPooling3D),
    *(AveragePooling1D, AveragePooling2D, AveragePooling3D),
]
WHOLE = [
    *(GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D),
    *(GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D),
]


def real_shape(layer, shape, dtype="float32"):
    return jax.eval_shape(layer, jax.ShapeDtypeStruct(shape, dtype)).shape


@st.composite
def settings_and_shape(draw):
    cls = draw(st.sampled_from(WINDOWS + WHOLE))
    rank = cls.rank
    kwargs = {"data_format": draw(st.sampled_from(["channels_last", "channels_first"]))}
    if cls in WINDOWS:
        kwargs["pool_size"] = draw(st.tuples(*[st.integers(1, 3)] * rank))
        kwargs["strides"] = draw(st.none() | st.tuples(*[st.integers(1, 4)] * rank))
        kwargs["padding"] = draw(st.sampled_from(["valid", "same"]))
    else:
        kwargs["keepdims"] = draw(st.booleans())
    spatial = draw(st.tuples(*[st.integers(3, 7)] * rank))
    batch, channels = draw(st.integers(0, 2)), draw(st.integers(1, 3))
    last = kwargs["data_format"] == "channels_last"
    return cls, kwargs, (batch, *spatial, channels) if last else (batch, channels, *spatial)


@settings(max_examples=80, deadline=None)
@given(settings_and_shape())
def test_promised_shape_is_the_real_one(drawn):
    cls, kwargs, shape = drawn
    layer = cls(**kwargs)
    promised = layer.compute_output_shape(shape)
    assert real_shape(layer, shape) == promised
    symbol = layer(KerasTensor((None,) * len(shape)))
    assert len(symbol.shape) == len(promised)
    assert all(a in (None, b) for a, b in zip(symbol.shape, promised, strict=True))
    assert cls.from_config(layer.get_config()).get_config() == layer.get_config()


@settings(max_examples=12, deadline=None)
@given(
    n=st.integers(4, 7),
    size=st.integers(1, 4),
    stride=st.integers(1, 4),
    padding=st.sampled_from(["valid", "same"]),
)
def test_values_are_those_of_a_plain_loop(n, size, stride, padding):
    x = np.random.default_rng(n).normal(size=n).astype("float32")
    count = -(-n // stride) if padding == "same" else (n - size) // stride + 1
    before = max((count - 1) * stride + size - n, 0) // 2 if padding == "same" else 0
    starts = [i * stride - before for i in range(count)]
    windows = [x[max(s, 0) : s + size] for s in starts]
    batch = x.reshape(1, n, 1)
    found = MaxPooling1D(size, stride, padding)(batch).ravel()
    np.testing.assert_array_equal(found, [w.max() for w in windows])
    found = AveragePooling1D(size, stride, padding)(batch).ravel()
    np.testing.assert_allclose(found, [w.mean() for w in windows], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", WINDOWS + WHOLE)
def test_short_types_stay_short(cls):
    shape = (2, *(4,) * cls.rank, 3)
    out = jax.eval_shape(cls(dtype="bfloat16"), jax.ShapeDtypeStruct(shape, "float32"))
    assert out.dtype == "bfloat16"


@pytest.mark.parametrize("cls", [MaxPooling2D, AveragePooling2D, GlobalAveragePooling1D])
def test_integers_are_taken(cls):
    shape = (1, *(4,) * cls.rank, 1)
    out = cls()(np.arange(4**cls.rank).reshape(shape))
    if "Average" in cls.__name__:
        assert out.dtype == "float32"
    assert float(out.ravel()[-1]) > 0


def test_negative_numbers_survive_padding():
    x = -np.ones((1, 3, 3, 1), "float32")
    np.testing.assert_array_equal(MaxPooling2D(2, padding="same")(x), -1)
    np.testing.assert_array_equal(AveragePooling2D(2, padding="same")(x), -1)


# Masks ---------------------------------------------------------------------------------


def test_average_is_over_what_the_mask_lets_through():
    x = jnp.array([[[2.0], [4.0], [100.0]], [[1.0], [1.0], [1.0]]])
    mask = jnp.array([[True, True, False], [False, False, False]])
    layer = GlobalAveragePooling1D()
    assert layer(x, mask=mask).tolist() == [[3.0], [0.0]]
    set_mask(x, mask)
    found = layer(x)
    assert found.tolist() == [[3.0], [0.0]]
    assert get_mask(found) is None


def test_masked_numbers_can_be_nan():
    x = jnp.array([[[2.0], [jnp.nan]]])
    mask = jnp.array([[True, False]])
    assert GlobalAveragePooling1D()(x, mask=mask).item() == 2.0


def test_nothing_let_through_has_a_finite_gradient():
    mask = jnp.zeros((1, 3), bool)
    layer = GlobalAveragePooling1D()
    gradient = jax.grad(lambda x: layer(x, mask=mask).sum())(jnp.ones((1, 3, 2)))
    np.testing.assert_array_equal(gradient, 0)


# Messages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MaxPooling2D(0), "MaxPooling2D: pool_size must be a positive integer"),
        (lambda: MaxPooling2D((2, 2, 2)), r"got pool_size=\(2, 2, 2\)"),
        (lambda: AveragePooling1D(2, strides=0), "AveragePooling1D: strides must be"),
        (lambda: MaxPooling2D(padding="causal"), "MaxPooling2D: padding must be 'valid' or 'same'"),
        (lambda: GlobalMaxPooling2D("channels"), "data_format must be"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


MISFITS = [
    (MaxPooling2D(3, name="p"), (None, 2, 8, 1), r"Layer 'p' \(MaxPooling2D\): pool_size=\(3, 3\)"),
    (MaxPooling2D(3), (None, 2, 8, 1), r"does not fit into an input of size \(2, 8\)"),
    (MaxPooling2D(), (None, 28, 28), r"\(batch, height, width, channels\).*x\[..., None\]"),
    (AveragePooling1D(), (None, 5), r"expected \(batch, steps, channels\)"),
    (GlobalAveragePooling2D(), (None, 5, 3), r"expected \(batch, height, width, channels\)"),
    (GlobalMaxPooling1D(), (None, 0, 3), r"does not fit into an input of size \(0,\)"),
]


@pytest.mark.parametrize(("layer", "shape", "message"), MISFITS)
@pytest.mark.parametrize("how", ["shape", "call"])
def test_inputs_that_do_not_fit_are_explained(layer, shape, message, how):
    with pytest.raises(ValueError, match=message):
        layer.compute_output_shape(shape) if how == "shape" else layer(KerasTensor(shape))


def test_face_names_and_short_names():
    assert all(hasattr(pooling, name) for name in pooling.__all__)
    assert pooling.MaxPool2D is MaxPooling2D
    assert pooling.AvgPool1D is AveragePooling1D
    assert pooling.GlobalAvgPool2D is GlobalAveragePooling2D
