"""to_categorical and normalize, beside Keras's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from kerata.utils import normalize, to_categorical

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@settings(deadline=None)
@given(data=st.data(), classes=st.integers(1, 6), shape=shapes)
def test_rows_hold_a_single_one_at_the_label(data, classes, shape):
    labels = data.draw(hnp.arrays(np.int64, shape, elements=st.integers(0, classes - 1)))
    out = to_categorical(labels, classes)
    squeezed = labels[..., 0] if labels.ndim > 1 and labels.shape[-1] == 1 else labels
    assert out.shape == (*squeezed.shape, classes)
    np.testing.assert_array_equal(out.sum(-1), np.ones(squeezed.shape))
    if labels.size:
        np.testing.assert_array_equal(out.argmax(-1), squeezed)


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 2],
        [[0], [3]],
        [[0, 1], [2, 0]],
        [[[1], [0]]],
        3,
        [1],
        [[1]],
        (1, 0),
        [True, False],
        [0.0, 2.0],
        np.array([1, 0], "uint8"),
        np.array([1, 0], dtype=object),
    ],
)
@pytest.mark.parametrize("num_classes", [None, 5])
def test_equals_keras(labels, num_classes):
    keras = pytest.importorskip("keras")
    ours, theirs = (
        to_categorical(labels, num_classes),
        keras.utils.to_categorical(labels, num_classes),
    )
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


def test_no_labels_with_known_classes():
    assert to_categorical([], 3).shape == (0, 3)
    assert to_categorical(np.zeros((0, 1)), 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("labels", "num_classes", "message"),
    [
        ([0, -1], None, "from 0 to 0 .* got -1. Start counting at 0"),
        ([1, 2, 3], 3, "from 0 to 2 for num_classes=3, got 3. Start counting at 0."),
        ([0, 7], 3, "got 7"),
        ([0.5, 1], None, "needs integer labels, got 0.5"),
        ([np.nan], None, "needs integer labels, got nan"),
        (["cat", "dog"], None, "got 'cat'.*np.unique"),
        (np.array(["cat", 1], dtype=object), None, "got 'cat'"),
        ([[0, 1], [2]], None, "rows of different lengths"),
        ([], None, "pass num_classes"),
        ([0], 0, "num_classes must be a positive integer, got num_classes=0"),
        ([0], 2.5, "num_classes must be a positive integer"),
    ],
)
def test_wrong_labels_are_named(labels, num_classes, message):
    with pytest.raises(ValueError, match=message):
        to_categorical(labels, num_classes)


def test_jax_arrays_give_jax_arrays():
    out = to_categorical(jnp.array([[1], [0]]))
    assert isinstance(out, jax.Array)
    assert out.dtype == "float32"
    assert out.tolist() == [[0, 1], [1, 0]]
    traced = jax.jit(lambda x: to_categorical(x, 2))(jnp.array([[1], [0]]))
    np.testing.assert_array_equal(traced, out)
    with pytest.raises(ValueError, match="needs num_classes"):
        jax.jit(to_categorical)(jnp.array([0]))


@pytest.mark.parametrize("order", [1, 2, np.inf])
@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("shape", [(2, 3), (1, 1), (2, 3, 2)])
def test_normalize_equals_keras(shape, axis, order):
    keras = pytest.importorskip("keras")
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    x[0, 0] = 0
    expected = keras.utils.normalize(x, axis, order)
    np.testing.assert_allclose(normalize(x, axis, order), expected, atol=1e-6)
    np.testing.assert_allclose(normalize(jnp.asarray(x), axis, order), expected, atol=1e-6)


def test_normalize_along_the_first_axis():
    # Keras 3.15 takes axis=0 for the last axis here.
    np.testing.assert_allclose(
        normalize(np.array([[3.0, 0], [4, 2]]), axis=0), [[0.6, 0], [0.8, 1]]
    )
