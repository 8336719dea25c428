"""kerata.config and kerata.backend."""

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import backend as K, config, ops
from kerata.base.naming import auto_name
from kerata.base.symbolic import KerasTensor


@pytest.fixture(autouse=True)
def _restore():
    yield
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    config.set_dtype_policy(None)


def test_settings():
    assert (config.floatx(), config.epsilon(), config.backend()) == ("float32", 1e-7, "jax")
    config.set_floatx("float16")
    assert ops.zeros(2).dtype == ops.convert_to_tensor([1.5]).dtype == "float16"
    config.set_epsilon(1e-3)
    assert K.epsilon() == 1e-3
    config.set_image_data_format("channels_first")
    assert K.image_data_format() == "channels_first"


def test_dtype_policy():
    assert config.dtype_policy().name == "float32"
    config.set_dtype_policy("mixed_bfloat16")
    assert config.dtype_policy().compute_dtype == "bfloat16"
    config.set_dtype_policy(config.DTypePolicy("float16"))
    assert config.dtype_policy().variable_dtype == "float16"
    config.set_dtype_policy(None)
    assert config.dtype_policy().name == config.floatx()


@pytest.mark.parametrize(
    "call",
    [
        lambda: config.set_floatx("float31"),
        lambda: config.set_image_data_format("channels"),
        lambda: config.set_dtype_policy("mixed_int8"),
    ],
)
def test_unknown_settings(call):
    with pytest.raises(ValueError, match="expected"):
        call()


def test_clear_session_starts_names_again():
    K.clear_session()
    assert [auto_name("thing"), auto_name("thing")] == ["thing", "thing_1"]
    K.clear_session()
    assert auto_name("thing") == "thing"


X = np.arange(6.0, dtype="float32").reshape(2, 3)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda: K.mean(X, axis=0), [1.5, 2.5, 3.5]),
        (lambda: K.sum(X), 15.0),
        (lambda: K.sqrt(K.square(X)), X),
        (lambda: K.maximum(X, 2.0), np.maximum(X, 2)),
        (lambda: K.clip(X, 1, 3), X.clip(1, 3)),
        (lambda: K.cast(X, "int32"), X),
        (lambda: K.dot(X, X.T), X @ X.T),
        (lambda: K.flatten(X), X.ravel()),
        (lambda: K.batch_flatten(X.reshape(1, 2, 3)), X.reshape(1, 6)),
        (lambda: K.concatenate([X, X]), np.concatenate([X, X], -1)),
        (lambda: K.expand_dims(X), X[..., None]),
        (lambda: K.argmax(X), [2, 2]),
        (lambda: K.argmin(X), [0, 0]),
        (lambda: K.cumsum(X), X.cumsum(0)),
        (lambda: K.cumprod(X), X.cumprod(0)),
        (lambda: K.permute_dimensions(X, (1, 0)), X.T),
        (lambda: K.repeat(X, 2), np.repeat(X[:, None], 2, 1)),
        (lambda: K.repeat_elements(X, 2, 0), np.repeat(X, 2, 0)),
        (lambda: K.reverse(X, 1), X[:, ::-1]),
        (lambda: K.gather(X, [1]), X[[1]]),
        (lambda: K.squeeze(X[None], 0), X),
        (lambda: K.pow(X, 2), X**2),
        (lambda: K.l2_normalize(X), X / np.linalg.norm(X)),
        (lambda: K.l2_normalize(X, axis=1), X / np.linalg.norm(X, axis=1, keepdims=True)),
        (lambda: K.batch_dot(X, X), (X * X).sum(1, keepdims=True)),
        (lambda: K.batch_dot(X[:, None], X[..., None]), (X * X).sum(1)[:, None, None]),
        (lambda: K.batch_dot(X[:, :, None], X[:, :, None], axes=1), (X * X).sum(1)[:, None, None]),
        (lambda: K.bias_add(X, [1, 2, 3]), X + [1, 2, 3]),
        (lambda: K.bias_add(X[..., None], [1, 2, 3], "channels_first")[..., 0], X + [1, 2, 3]),
        (lambda: K.switch(X > 2, X, -X), np.where(X > 2, X, -X)),
        (lambda: K.switch(True, lambda: 1, lambda: 2), 1),
        (lambda: K.map_fn(lambda r: r.sum(), X), X.sum(1)),
        (lambda: K.hard_sigmoid(X - 2), np.clip(0.2 * (X - 2) + 0.5, 0, 1)),
        (lambda: K.relu(X - 2, negative_slope=0.5), np.where(X > 2, X - 2, (X - 2) / 2)),
        (lambda: K.constant(2, shape=(2,)), [2.0, 2.0]),
        (lambda: K.constant([1, 2]), [1.0, 2.0]),
        (lambda: K.cast_to_floatx([1, 2]), [1.0, 2.0]),
        (lambda: K.random_bernoulli((3,), 1.0), [1.0, 1.0, 1.0]),
        (lambda: K.dropout(X, 0.0), X),
        (lambda: K.eval(K.softmax(np.zeros(2))), [0.5, 0.5]),
    ],
)
def test_old_functions(result, expected):
    np.testing.assert_allclose(result(), expected, rtol=1e-5)


def test_old_variables():
    v = K.variable([1.0, 2.0], name="v")
    K.update(v, [3.0, 4.0])
    K.update_add(v, 1.0)
    K.update_sub(v, [0.0, 1.0])
    assert K.get_value(v).tolist() == [4.0, 4.0]
    K.set_value(v, [0.0, 0.0])
    assert K.eval(v).tolist() == [0.0, 0.0]
    assert K.int_shape(v) == (2,)
    assert K.count_params(v) == 2


def test_types_and_chance():
    assert K.standardize_dtype(np.int64) == "int64"
    assert K.is_int_dtype("uint8")
    assert not K.is_int_dtype("float16")
    assert K.is_float_dtype("bfloat16")
    assert K.result_type("int32", "float16") == "float16"
    assert K.is_keras_tensor(KerasTensor((2,)))
    assert not K.is_keras_tensor(jnp.ones(2))
    assert K.cast_to_floatx(np.array([1, 2])).dtype == "float32"
    assert K.random_normal((2, 3)).shape == K.random_uniform((2, 3)).shape == (2, 3)


def test_old_functions_take_symbolic_tensors():
    x = KerasTensor((None, 2, 3))
    assert K.batch_flatten(x).shape == (None, 6)
    assert K.mean(x, axis=-1).shape == (None, 2)
    assert K.l2_normalize(x, axis=-1).shape == (None, 2, 3)
    assert K.batch_dot(x, x, axes=(2, 2)).shape == (None, 2, 2)


def test_names_of_keras_backend_are_here():
    keras = pytest.importorskip("keras")
    assert {n for n in dir(keras.backend) if not n.startswith("_")} <= set(K.__all__)
