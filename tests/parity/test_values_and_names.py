"""Variables as values, their paths, masks of several arguments and sizes, beside Keras."""

import keras
import numpy as np
import pytest

import kerata

OPERATIONS = {
    "eq": lambda whole, flags, real: whole == 2,
    "ne": lambda whole, flags, real: whole != np.array([1, 0, 3]),
    "and": lambda whole, flags, real: whole & 1,
    "rand": lambda whole, flags, real: True & flags,
    "or": lambda whole, flags, real: flags | [False, False, False],
    "xor": lambda whole, flags, real: flags ^ True,
    "not": lambda whole, flags, real: ~flags,
    "invert": lambda whole, flags, real: ~whole,
    "round": lambda whole, flags, real: round(real),
    "round_1": lambda whole, flags, real: round(real, 1),
    "divide": lambda whole, flags, real: whole / 2,
    "assign": lambda whole, flags, real: real.assign([1.0, 2.0, 3.0]),
    "assign_add": lambda whole, flags, real: real.assign_add([1.0, 1.0, 1.0]),
    "assign_sub": lambda whole, flags, real: real.assign_sub([1.0, 1.0, 1.0]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operators_of_variables(name):
    def result(library):
        values = [1, 2, 3], [True, False, True], [1.24, 2.5, -3.5]
        found = OPERATIONS[name](*map(library.Variable, values))
        return np.asarray(found), str(found.dtype)

    (want, dtype), (found, our_dtype) = result(keras), result(kerata)
    assert our_dtype == dtype
    np.testing.assert_array_equal(found, want)


def test_variables_stay_keys_and_compare_steps():
    iterations = kerata.optimizers.SGD().iterations
    assert [bool(iterations == step) for step in (0, 2)] == [True, False]
    assert {iterations: "a"}[iterations] == "a"
    assert kerata.Variable("ones", shape=(2,)).numpy().tolist() == [1, 1]
    assert kerata.Variable(shape=(2, 3), initializer="uniform").shape == (2, 3)


def paths(library):
    layers = library.layers

    class Block(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.first = layers.Dense(2, name="first")
            self.rest = library.Sequential([layers.Dense(1, name="x")], name="rest")

        def build(self, shape):
            self.w = self.add_weight(shape=(2,), name="w")
            with library.name_scope("deep"):
                self.v = self.add_weight(shape=(2,), name="v")

        def call(self, x):
            return self.rest(self.first(x)) + self.w[0]

    inner = library.Sequential([layers.Dense(1, name="i")], name="inner")
    nested = library.Sequential([layers.Input((2,)), inner], name="outer")
    late = library.Sequential([layers.Dense(3, name="d")], name="late")
    late.build((None, 2))
    block = Block(name="block")
    block(np.ones((1, 2)))
    x = library.Input((2,))
    functional = library.Model(x, Block(name="again")(x), name="functional")
    with library.name_scope("a"):
        alone = library.Variable(1.0, name="q")
    found = [w.path for m in (nested, late, block, functional) for w in m.weights]
    return [*found, alone.path, block.path, block.first.path]


def test_paths_have_the_outer_names():
    assert paths(kerata) == paths(keras)
    assert paths(kerata)[:3] == ["outer/inner/i/kernel", "outer/inner/i/bias", "late/d/kernel"]


@pytest.mark.parametrize("function", ["matmul", "einsum"])
def test_products_of_bytes_are_added_up_in_int32(function):
    a = np.array([[100, 100]], "int8")
    equation = ["ij,kj->ik"] if function == "einsum" else []
    b = a if equation else a.T
    want = getattr(keras.ops, function)(*equation, a, b)
    found = getattr(kerata.ops, function)(*equation, a, b)
    assert (str(found.dtype), found.tolist()) == ("int32", [[20000]])
    assert (str(want.dtype), want.tolist()) == ("int32", [[20000]])


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (3,)])
def test_bins_as_vectors_of_any_rank(mode, shape):
    x = np.linspace(-1, 2, int(np.prod(shape))).reshape(shape).astype("float32")
    theirs = keras.layers.Discretization([0.0, 1.0], output_mode=mode)
    ours = kerata.layers.Discretization([0.0, 1.0], output_mode=mode)
    np.testing.assert_array_equal(np.asarray(ours(x)), np.asarray(theirs(x)))
    assert ours.compute_output_shape(shape) == tuple(theirs(x).shape)


def masks_seen(library):
    seen = {}

    class Two(library.layers.Layer):
        def call(self, a, b, a_mask=None, b_mask=None):
            seen.update(a=a_mask, b=b_mask)
            return a + b

    embed = library.layers.Embedding(3, 1, mask_zero=True)
    Two()(embed(np.array([[1, 0]])), embed(np.array([[0, 2]])))
    return {name: np.asarray(mask).tolist() for name, mask in seen.items()}


def test_masks_of_several_arguments():
    assert masks_seen(kerata) == masks_seen(keras) == {"a": [[True, False]], "b": [[False, True]]}


def test_sequential_without_input_takes_other_sizes():
    model = kerata.Sequential([kerata.layers.Conv2D(1, 3), kerata.layers.GlobalMaxPooling2D()])
    assert model(np.ones((1, 4, 4, 1), "float32")).shape == (1, 1)
    assert model.predict(np.ones((2, 5, 5, 1), "float32"), verbose=0).shape == (2, 1)
    with pytest.raises(ValueError, match=r"axis|channels"):
        model(np.ones((1, 5, 5, 2), "float32"))


def test_own_call_of_a_crossentropy_counts():
    class Seven(kerata.losses.CategoricalCrossentropy):
        def __call__(self, y_true, y_pred, sample_weight=None):
            return kerata.ops.sum(y_pred) * 0.0 + 7.0

    x = kerata.Input((2,))
    model = kerata.Model(x, kerata.layers.Dense(2, activation="softmax")(x))
    model.compile("sgd", Seven())
    assert model.evaluate(np.ones((2, 2)), np.eye(2), verbose=0) == pytest.approx(7.0)


def test_subclass_of_terminate_on_nan_and_monitor_op():
    class Quiet(kerata.callbacks.TerminateOnNaN):
        pass

    stop = kerata.callbacks.EarlyStopping("loss")
    assert stop.monitor_op is None
    model = kerata.Sequential([kerata.layers.Input((1,)), kerata.layers.Dense(1)])
    model.compile(kerata.optimizers.SGD(1e30), "mse")
    model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=4, verbose=0, callbacks=[Quiet(), stop])
    assert model.stop_training
    assert [bool(stop.monitor_op(*pair)) for pair in ((1.0, 2.0), (2.0, 1.0))] == [True, False]
