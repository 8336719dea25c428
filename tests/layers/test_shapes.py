"""Layers of any shape beside NumPy, symbolic shapes beside real ones, whole numbers, no rows."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from kerata import layers
from kerata.base.symbolic import KerasTensor

small = st.integers(0, 3)
pairs = st.tuples(small, small)
sizes = st.lists(st.integers(1, 4), min_size=1, max_size=4)
quick = settings(max_examples=15, deadline=None)


def numbers(shape, dtype="float32"):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def check(layer, x, expected):
    """Compare a layer's output with NumPy's, and its symbolic shape with both."""
    out = layer(x)
    np.testing.assert_array_equal(out, expected)
    several = isinstance(x, list)
    symbols = [KerasTensor((None, *a.shape[1:]), a.dtype) for a in (x if several else [x])]
    symbol = layer(symbols if several else symbols[0])
    assert symbol.shape == (None, *expected.shape[1:])
    assert symbol.dtype == out.dtype.name


@quick
@given(batch=st.integers(0, 2), row=sizes, data=st.data())
def test_reshape(batch, row, data):
    target = data.draw(st.permutations(row))
    hidden = data.draw(st.integers(0, len(target) - 1))
    asked = [-1 if i == hidden else n for i, n in enumerate(target)]
    x = numbers((batch, *row))
    check(layers.Reshape(asked), x, x.reshape(batch, *target))
    check(layers.Flatten(), x, x.reshape(batch, int(np.prod(row))))


@quick
@given(row=sizes, data=st.data())
def test_permute(row, data):
    dims = data.draw(st.permutations(range(1, len(row) + 1)))
    x = numbers((2, *row))
    check(layers.Permute(dims), x, x.transpose(0, *dims))


@quick
@given(padding=st.tuples(pairs, pairs), first=st.booleans())
def test_padding_and_cropping_are_inverse(padding, first):
    data_format = "channels_first" if first else "channels_last"
    x = numbers((2, 3, 2, 4))
    around = [(0, 0), (0, 0), *padding] if first else [(0, 0), *padding, (0, 0)]
    padded = np.pad(x, around)
    check(layers.ZeroPadding2D(padding, data_format), x, padded)
    check(layers.Cropping2D(padding, data_format), padded, x)
    x, padded = x[:, :, 0], np.pad(x[:, :, 0], [(0, 0), padding[0], (0, 0)])
    check(layers.ZeroPadding1D(padding[0], "channels_last"), x, padded)
    check(layers.Cropping1D(padding[0]), padded, x)


@pytest.mark.slow
@quick
@given(row=sizes, ones=st.lists(st.booleans(), min_size=8, max_size=8))
def test_joining_shapes_that_broadcast(row, ones):
    a = numbers((2, *(1 if one else n for n, one in zip(row, ones, strict=False))))
    b = numbers((2, *(1 if one else n for n, one in zip(row, ones[4:], strict=False)))) + 1
    check(layers.Add(), [a, b], a + b)
    check(layers.Subtract(), [a, b], a - b)
    check(layers.Multiply(), [a, b], a * b)
    check(layers.Maximum(), [a, b], np.maximum(a, b))
    check(layers.Minimum(), [a, b], np.minimum(a, b))
    check(layers.Average(), [a, b], (a + b) / 2)


@quick
@given(row=sizes, widths=st.lists(st.integers(0, 3), min_size=1, max_size=3), data=st.data())
def test_concatenating(row, widths, data):
    axis = data.draw(st.integers(1, len(row)))
    negative = data.draw(st.booleans())
    parts = [numbers((2, *row[: axis - 1], n, *row[axis:])) for n in widths]
    layer = layers.Concatenate(axis - len(row) - 1 if negative else axis)
    check(layer, parts, np.concatenate(parts, axis))


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        (layers.Flatten(), 1),
        (layers.Reshape((3, 2)), 1),
        (layers.Permute((2, 1)), 1),
        (layers.Cropping1D(1), 1),
        (layers.ZeroPadding1D(1), 1),
        (layers.UpSampling1D(2), 1),
        (layers.Identity(), 1),
        (layers.Concatenate(), 2),
        (layers.Add(), 2),
        (layers.Maximum(), 2),
        (layers.Multiply(), 2),
    ],
    ids=lambda x: getattr(x, "name", x),
)
def test_whole_numbers_stay_whole(layer, count):
    x = jnp.asarray(numbers((1, 3, 2), "int32"))
    out = layer([x] * count if count > 1 else x)
    symbols = [KerasTensor((None, 3, 2), "int32")] * count
    assert out.dtype == layer(symbols if count > 1 else symbols[0]).dtype == "int32"


def test_zero_width():
    empty = np.ones((2, 0), "float32")
    assert layers.Dense(3)(empty).tolist() == [[0.0] * 3] * 2
    assert layers.Flatten()(np.ones((2, 0, 3))).shape == (2, 0)
    assert layers.Reshape((0, 5))(empty).shape == (2, 0, 5)
    assert layers.Concatenate()([empty, np.ones((2, 1), "float32")]).tolist() == [[1.0], [1.0]]
    assert layers.BatchNormalization()(empty, training=True).shape == (2, 0)


def test_layers_called_again_on_other_ranks():
    """Layers without weights don't hold on to the first shape they saw."""
    for layer in (layers.Flatten(), layers.Dropout(0.1), layers.Activation("relu"), layers.Add()):
        for shape in ((2, 3), (1, 4, 5)):
            x = np.ones(shape, "float32")
            assert layer([x, x] if isinstance(layer, layers.Add) else x).shape[0] == shape[0]


def test_identity_takes_any_structure():
    out = layers.Identity()({"a": np.ones((2, 3)), "b": [np.ones(2)]})
    assert out["a"].shape == (2, 3)
    spec = layers.Identity()({"a": KerasTensor((None, 3)), "b": KerasTensor((None,), "int32")})
    assert spec["b"].dtype == "int32"


@pytest.mark.parametrize(
    ("equation", "output_shape", "bias_axes", "shape", "kernel", "bias"),
    [
        ("ab,bc->ac", 4, "c", (2, 3), (3, 4), (4,)),
        ("abc,cde->abde", (None, 4, 5), "de", (2, 3, 6), (6, 4, 5), (4, 5)),
        ("abc,cde->abde", (None, 4, 5), "e", (2, 3, 6), (6, 4, 5), (5,)),
        ("abc,cde->abde", (None, 4, 5), "d", (2, 3, 6), (6, 4, 5), (4, 1)),
        ("...x,xy->...y", 4, "y", (2, 3, 5, 6), (6, 4), (4,)),
        ("...x,xy->...y", 4, "y", (2, 6), (6, 4), (4,)),
        ("ab...,bc->ac...", 4, "c", (2, 3, 5), (3, 4), (4, 1)),
        ("abc,abd->acd", (3, 4), None, (2, 5, 3), None, None),
    ],
)
def test_einsum_shapes(equation, output_shape, bias_axes, shape, kernel, bias):
    layer = layers.EinsumDense(equation, output_shape, bias_axes=bias_axes)
    if kernel is None:
        # The batch may not be an axis of the kernel unless its size is known.
        with pytest.raises(ValueError, match="not fully known"):
            layer.build((None, *shape[1:]))
        return
    x = numbers(shape)
    out = layer(x)
    assert layer.kernel.shape == kernel
    assert layer.bias.shape == bias
    np.testing.assert_allclose(out, np.einsum(equation, x, layer.kernel.numpy()), rtol=1e-4)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *out.shape[1:])
