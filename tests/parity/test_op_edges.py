"""Operations at their edges: sparse results, half precision, values that make no sense."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax.experimental.sparse import BCOO

import kerata

NAMES = {
    "np": np,
    "i": np.array([1, 2, 2], "int32"),
    "h": jnp.asarray([0.5, 1.0, 2.0], "bfloat16"),
    "s": jnp.asarray([0.5, 1.0, 2.0], "float16"),
    "p": np.array([[0.2, 0.8], [0.6, 0.4]], "float32"),
    "c": np.array([1, 0], "int32"),
}


def told(library, call):
    return eval(call, {"k": library.ops, "K": library.KerasTensor, **NAMES})


@pytest.mark.parametrize(
    "call",
    [
        "k.bincount(i, sparse=True)",
        "k.bincount(i[None], minlength=5, sparse=True)",
        "k.bincount(i, weights=np.array([1.0, 2.0, 3.0], 'float32'), sparse=True)",
        "k.one_hot(i, 4, sparse=True)",
        "k.one_hot(np.array([[0, -1]]), 3, axis=0, dtype='int32', sparse=True)",
        "k.multi_hot(i, 4, sparse=True)",
        "k.multi_hot(np.array([[1, 1, 2], [0, 1, 0]]), 4, dtype='float32', sparse=True)",
    ],
)
def test_sparse_results(call):
    ours, theirs = told(kerata, call), told(keras, call)
    assert isinstance(ours, BCOO)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_array_equal(ours.todense(), theirs.todense())


def test_compiled_programs_keep_sparse_results_dense():
    found = jax.jit(lambda x: kerata.ops.one_hot(x, 4, sparse=True))(NAMES["i"])
    np.testing.assert_array_equal(found, kerata.ops.one_hot(NAMES["i"], 4))
    assert kerata.ops.one_hot(kerata.KerasTensor((None,), "int32"), 4, sparse=True).shape == (
        *(None, 4),
    )


@pytest.mark.parametrize(
    "call",
    [
        *(f"k.{name}(h, 0.5)" for name in ("arctan2", "logaddexp", "logaddexp2", "hypot")),
        *(f"k.{name}(0.5, s)" for name in ("arctan2", "logaddexp", "logaddexp2")),
        "k.arctan2(h, 1)",
        "k.arctan2(i, 0.5)",
        "k.view_as_complex(np.array([[1, 2]]))",
        "k.view_as_complex(np.ones((2, 2), 'float16'))",
        "k.bincount(np.array([1, 2], 'uint8'))",
        "k.one_hot(np.array([0.5, 1.0], 'float32'), 3)",
        "k.sparse_categorical_crossentropy(c, k.cast(p, 'bfloat16'))",
        "k.sparse_categorical_crossentropy(c, k.cast(p, 'float16'), from_logits=True)",
        "k.dot_product_attention(*(k.cast(k.reshape(p, (1, 2, 1, 2)), t) for t in "
        "('float16', 'float32', 'bfloat16')))",
        "k.take(i, [5])",
        "k.average(i, weights=[0, 0, 0])",
    ],
)
def test_values_and_types(call):
    ours, theirs = told(kerata, call), told(keras, call)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_allclose(
        np.asarray(ours, "complex64"), np.asarray(theirs, "complex64"), 1e-3, equal_nan=True
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ("k.sigmoid(i)", TypeError, "sigmoid takes floats, got values of int32"),
        ("k.silu(i)", TypeError, "silu takes floats"),
        ("k.rsqrt(i)", TypeError, "rsqrt takes floats"),
        ("k.glu(i[:2])", TypeError, "glu takes floats"),
        ("k.fft((i, i))", ValueError, "must be floats, got values of int32"),
        ("k.irfft((i, i))", ValueError, "must be floats"),
        ("k.view_as_complex(np.ones((3, 3)))", ValueError, r"got shape \(3, 3\)"),
        ("k.space_to_depth(np.ones((1, 2, 2, 1)), 2, 'last')", ValueError, "data_format"),
        ("k.depth_to_space(np.ones((1, 2, 2, 4)), 2, 'last')", ValueError, "data_format"),
    ],
)
def test_mistakes_that_keras_refuses_too(call, error, message):
    with pytest.raises(error, match=message):
        told(kerata, call)
    with pytest.raises(error):
        told(keras, call)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("k.bincount(np.array([-1]))", "from 0 on, got -1"),
        ("k.quantile(i, 1.5)", "between 0 and 1, got 1.5"),
        ("k.percentile(i, [50, 150])", "between 0 and 100, got 150"),
        ("k.nanquantile(i, -0.5)", "nanquantile"),
        ("k.view(np.ones(4, 'float32'), 'float64')", "jax_enable_x64"),
    ],
)
def test_values_that_make_no_sense_are_refused_where_keras_goes_on(call, message):
    with pytest.raises(ValueError, match=message):
        told(kerata, call)
    told(keras, call)
