"""Arguments that make no sense are refused in a sentence that says where and what was given."""

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import layers, ops

X = np.ones((4, 3), "float32")
CASES = {
    "matmul": (
        lambda: ops.matmul(X, X),
        *(TypeError, "^ops.matmul of arrays of shape (4, 3) and (4, 3): dot_general requires"),
    ),
    "reshape": (
        lambda: ops.reshape(X, (5, 5)),
        *(TypeError, "^ops.reshape of an array of shape (4, 3): cannot reshape array of shape"),
    ),
    "named": (lambda: ops.softmax(x=X, axis=4), ValueError, "^ops.softmax of an array of shape (4"),
    "activation": (
        lambda: keras.activations.softmax(X, axis=4),
        *(ValueError, "axis 4 is out of bounds for array of dimension 2"),
    ),
    "nothing": (lambda: ops.concatenate([]), ValueError, "^ops.concatenate: Need at least one arr"),
    "zeros": (lambda: ops.zeros((-1,)), ValueError, "^ops.zeros: the sizes of a shape must be at"),
    "ones": (lambda: ops.ones("ab"), TypeError, "^ops.ones: shape must be a tuple of integers, go"),
    "empty": (lambda: ops.empty(-2), ValueError, "at least 0, got shape=(-2,)."),
    "eye": (lambda: ops.eye(-1), ValueError, "^ops.eye: the sizes of a shape must be at least 0"),
    "eye2": (lambda: ops.eye(2, -1), ValueError, "got shape=(2, -1)."),
    "tri": (lambda: ops.tri(2, -1), ValueError, "^ops.tri: the sizes of a shape must be at least"),
    "identity": (lambda: ops.identity(-1), ValueError, "^ops.identity: the sizes of a shape must"),
    "tile": (
        lambda: ops.tile(X, (-1, 1)),
        ValueError,
        "^ops.tile: repeats must be at least 0, got",
    ),
    "histogram": (lambda: ops.histogram(X, bins=0), ValueError, "^ops.histogram: bins must be at"),
    "cholesky": (lambda: ops.cholesky(-np.eye(2)), ValueError, "^ops.cholesky: x is not positive"),
    "normal": (
        lambda: keras.random.normal((2, -1)),
        *(
            ValueError,
            "^random.normal: the sizes of a shape must be at least 0, got shape=(2, -1).",
        ),
    ),
    "randint": (lambda: keras.random.randint(3, 0, 2), TypeError, "^random.randint: shape must be"),
    "schedule": (
        lambda: keras.optimizers.schedules.PiecewiseConstantDecay([5, 2], [1.0, 0.5, 0.1]),
        *(ValueError, "^PiecewiseConstantDecay: boundaries must rise, got boundaries=[5, 2]."),
    ),
    "bins": (
        lambda: layers.Discretization(bin_boundaries=[3.0, 1.0]),
        *(ValueError, "^Discretization: bin_boundaries must be in ascending order, got bin_bound"),
    ),
    "scale": (lambda: layers.Rescaling("a"), ValueError, "^Rescaling: scale must be a number or a"),
    "offset": (
        lambda: layers.Rescaling(1, offset=None),
        ValueError,
        "^Rescaling: offset must be a",
    ),
    "weight": (
        lambda: layers.Layer(name="mine").add_weight(shape=(-1,)),
        *(ValueError, "^Layer 'mine' (Layer): the sizes of a shape must be at least 0, got shape="),
    ),
    "loss": (
        lambda: layers.Layer(name="mine").add_loss("a"),
        *(TypeError, "^Layer 'mine' (Layer): add_loss() takes a number that was computed, got 'a'"),
    ),
    "model": (lambda: keras.Model(inputs=None, outputs=None), TypeError, "got None for both."),
    "clone": (
        lambda: keras.models.clone_model(3),
        *(TypeError, "^clone_model needs a model, got int: 3."),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_makes_no_sense_is_refused(case):
    call, kind, said = CASES[case]
    with pytest.raises(kind) as caught:
        call()
    text = str(caught.value)
    assert text.startswith(said[1:]) if said[0] == "^" else said in text
    assert text.endswith((".", ")"))
    # One function is named, however many it is made of.
    assert text.count("ops.") <= 1


def test_what_makes_sense_at_the_border_is_taken():
    assert ops.zeros(3).shape == (3,)
    assert ops.zeros((0, 2)).shape == (0, 2)
    assert (ops.eye(0).shape, ops.eye(2, 0).shape, ops.tri(0).shape) == ((0, 0), (2, 0), (0, 0))
    assert ops.tile(X, 0).shape == (4, 0)
    assert keras.random.normal([0]).shape == (0,)
    assert layers.Layer().add_weight(shape=(0,)).shape == (0,)
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [1.0, 0.5])
    assert float(schedule(2)) == 0.5
    equal = layers.Discretization(bin_boundaries=[1.0, 1.0])(np.array([0.5, 1.0]))
    assert np.asarray(equal).tolist() == [0, 2]
    # In a compiled program nobody can look at the values.
    assert np.isnan(jax.jit(ops.cholesky)(-np.eye(2, dtype="float32"))).any()


def test_errors_of_functions_of_the_users_are_told_as_they_are():
    def fails(x):
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine"):
        ops.map(fails, X)
