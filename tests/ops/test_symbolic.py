"""Calls of ops on symbolic tensors: shapes, nodes, operators, rebuilding."""

import inspect
import operator

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import ops
from kerata.base.registry import deserialize, serialize
from kerata.base.symbolic import KerasTensor, is_symbolic
from kerata.base.variable import Variable
from kerata.ops.symbolic_call import OpCall, jax_op

X = KerasTensor((None, 3, 4), name="x")
Y = KerasTensor((None, 4), name="y")
N = KerasTensor((None,), "int32", name="n")


def evaluate(tensor, feed):
    """Compute a symbolic tensor by calling its operations on arrays again."""
    if tensor.name in feed:
        return feed[tensor.name]

    def fill(value):
        if is_symbolic(value):
            return evaluate(value, feed)
        return type(value)(map(fill, value)) if isinstance(value, (list, tuple)) else value

    node = tensor.node
    kwargs = {k: fill(v) for k, v in node.kwargs.items()}
    outputs = node.operation(*fill(node.args), **kwargs)
    several = isinstance(node.outputs, (list, tuple))
    pairs = zip(node.outputs, outputs, strict=True) if several else [(node.outputs, outputs)]
    return next(value for symbol, value in pairs if symbol is tensor)


@pytest.mark.parametrize(
    ("make", "shape", "dtype"),
    [
        (lambda: X + 1, (None, 3, 4), "float32"),
        (lambda: N + 1.5, (None,), "float32"),
        (lambda: X + np.ones(4, "float32"), (None, 3, 4), "float32"),
        (lambda: np.ones(4, "float32") * X, (None, 3, 4), "float32"),
        (lambda: 2 - X, (None, 3, 4), "float32"),
        (lambda: 1 / X, (None, 3, 4), "float32"),
        (lambda: X // 2, (None, 3, 4), "float32"),
        (lambda: X % 2, (None, 3, 4), "float32"),
        (lambda: X**2, (None, 3, 4), "float32"),
        (lambda: 2**X, (None, 3, 4), "float32"),
        (lambda: -X, (None, 3, 4), "float32"),
        (lambda: abs(X), (None, 3, 4), "float32"),
        (lambda: round(X, 1), (None, 3, 4), "float32"),
        (lambda: X @ np.ones((4, 5), "float32"), (None, 3, 5), "float32"),
        (lambda: np.ones((5, 3), "float32") @ X, (None, 5, 4), "float32"),
        (lambda: X > 0, (None, 3, 4), "bool"),
        (lambda: (X >= 0) & ~(X < 1) | (X <= 2) ^ (X != 3), (None, 3, 4), "bool"),
        (lambda: X[:, 0], (None, 4), "float32"),
        (lambda: X[..., None, 1:3], (None, 3, 1, 2), "float32"),
        (lambda: X[0], (3, 4), "float32"),
        (lambda: X + Y[:, None], (None, 3, 4), "float32"),
        (lambda: X.reshape((-1, 12)), (None, 12), "float32"),
        (lambda: X[:, :1].squeeze(1), (None, 4), "float32"),
        (lambda: ops.sum(X), (), "float32"),
        (lambda: ops.sum(X, axis=0), (3, 4), "float32"),
        (lambda: ops.mean(X, axis=[1, 2]), (None,), "float32"),
        (lambda: ops.argmax(X, axis=-1), (None, 3), "int32"),
        (lambda: ops.concatenate([X, X], axis=1), (None, 6, 4), "float32"),
        (lambda: ops.concatenate([X, X], axis=0), (None, 3, 4), "float32"),
        (lambda: ops.stack([Y, Y], axis=1), (None, 2, 4), "float32"),
        (lambda: ops.reshape(X, (ops.shape(X)[0], 12)), (None, 12), "float32"),
        (lambda: ops.transpose(X, (2, 0, 1)), (4, None, 3), "float32"),
        (lambda: ops.expand_dims(X, -1), (None, 3, 4, 1), "float32"),
        (lambda: ops.expand_dims(X, axis=(0, 1)), (1, 1, None, 3, 4), "float32"),
        (lambda: ops.one_hot(N, 7), (None, 7), "float32"),
        (lambda: ops.cast(X, "float16"), (None, 3, 4), "float16"),
        (lambda: ops.convert_to_tensor(X, "bfloat16"), (None, 3, 4), "bfloat16"),
        (lambda: ops.matmul(X, ops.transpose(X, (0, 2, 1))), (None, 3, 3), "float32"),
        (lambda: ops.einsum("bij,bj->bi", X, Y), (None, 3), "float32"),
        (lambda: ops.where(X > 0, X, 0.0), (None, 3, 4), "float32"),
        (lambda: ops.top_k(X, 2)[1], (None, 3, 2), "int32"),
        (lambda: ops.split(X, 3, axis=1)[2], (None, 1, 4), "float32"),
        (lambda: ops.unstack(X, axis=1)[0], (None, 4), "float32"),
        (lambda: ops.softmax(X), (None, 3, 4), "float32"),
        (lambda: ops.layer_normalization(X), (None, 3, 4), "float32"),
        (lambda: ops.take(X, N, axis=2), (None, 3, None), "float32"),
        (lambda: ops.pad(X, ((0, 0), (1, 1), (0, 0))), (None, 5, 4), "float32"),
        (lambda: ops.repeat(X, 2, axis=0), (None, 3, 4), "float32"),
        (lambda: ops.vectorized_map(lambda row: row.sum(), X), (None,), "float32"),
        (lambda: ops.map(lambda row: row.sum(), X), (None,), "float32"),
        (lambda: ops.while_loop(lambda v: v.sum() < 9, lambda v: v + 1, X), X.shape, "float32"),
        (lambda: ops.scan(lambda c, x: (c + x, x), jnp.zeros(4), Y)[0], (4,), "float32"),
        (lambda: ops.add(Variable(np.ones(4, "float32")), Y), (None, 4), "float32"),
    ],
)
def test_shapes_and_types(make, shape, dtype):
    tensor = make()
    assert is_symbolic(tensor)
    assert (tensor.shape, tensor.dtype) == (shape, dtype)


def test_size_shape_and_type_are_plain():
    assert ops.shape(X) == (None, 3, 4)
    assert (ops.ndim(X), ops.size(np.ones((2, 3))), ops.size(3)) == (3, 6, 1)
    # As in Keras the size of a symbolic tensor is one, and it is no array yet.
    assert (ops.size(X).shape, ops.size(X).dtype) == ((), "int32")
    assert (ops.dtype(N), ops.is_tensor(N)) == ("int32", False)


@pytest.mark.parametrize(
    "build",
    [
        lambda x, y: (x * 2 + 1)[:, 0] - y / 3,
        lambda x, y: ops.concatenate([x, ops.expand_dims(y, 1)], axis=1),
        lambda x, y: ops.split(ops.sum(x, axis=1), 2, axis=1)[1] @ np.ones((2, 5), "float32"),
        lambda x, y: ops.einsum("bij,bj->bi", x, y) ** 2,
        lambda x, y: ops.where(x > 0, x, -1.0) % 1.5,
        lambda x, y: ops.top_k(y, k=2)[0],
        lambda x, y: ops.clip(x=y, x_min=-0.1, x_max=0.1),
    ],
)
def test_the_graph_computes_what_the_direct_call_does(build):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    y = rng.normal(size=(2, 4)).astype("float32")
    symbolic = build(X, Y)
    direct = build(jnp.asarray(x), jnp.asarray(y))
    np.testing.assert_allclose(evaluate(symbolic, {"x": x, "y": y}), direct, rtol=1e-6)


@pytest.mark.parametrize(
    ("op", "name"),
    [(operator.add, "add"), (operator.matmul, "matmul"), (operator.gt, "greater")],
)
def test_swapped_operators_keep_their_order(op, name):
    a = np.arange(4.0, dtype="float32").reshape(2, 2)
    b = a[::-1] + 1
    x = KerasTensor((2, 2), name="x")
    y = KerasTensor((2, 2), name="y")
    np.testing.assert_array_equal(evaluate(op(x, b), {"x": a}), op(a, b))
    np.testing.assert_array_equal(evaluate(op(b, x), {"x": a}), op(b, a))
    assert op(x, y).node.operation.function == name


def test_the_operation_is_rebuilt_from_its_config():
    node = ops.sum(X, axis=1).node
    config = serialize(node.operation)
    assert config["config"]["function"] == "sum"
    assert (config["module"], config["class_name"]) == ("keras.ops", "OpCall")
    rebuilt = deserialize(config)
    assert rebuilt.name == node.operation.name
    assert node.kwargs == {"axis": 1}
    assert rebuilt(np.ones((2, 3)), **node.kwargs).tolist() == [3.0, 3.0]
    with pytest.raises(ValueError, match=r"Unknown function 'summ' of ops. Did you mean"):
        OpCall("summ")


def test_inputs_of_a_node_are_found_when_nested():
    node = ops.concatenate([X, 2 * X], axis=1).node
    assert node.inputs[0] is X
    assert len(node.inputs) == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.sum(), "lacks the argument 'x'"),
        (lambda: ops.sum([1.0], x=[1.0]), "got 'x' twice"),
        (lambda: ops.sum([1.0], axes=0), "has no argument 'axes'"),
        (lambda: ops.sum([1.0], 0, True, 3), "got 4 arguments"),
        (lambda: ops.reshape(X), "newshape"),
        (lambda: ops.reshape(X, (3,), order="C"), "order"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_help_shows_keras_signature():
    function = jax_op("spread", jnp.std, "x, axis=None, keepdims=False", "Spread.")
    assert str(inspect.signature(function)) == "(x, axis=None, keepdims=False)"
    assert (function.__name__, function.__doc__) == ("spread", "Spread.")
