"""A part of a graph as one operation gives what Keras's gives."""

import keras as theirs
import numpy as np
import pytest

import kerata as ours

X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


def between(lib):
    """Two outputs from two inputs in a dictionary, layers among the operations."""
    a, b = lib.KerasTensor((None, 4), name="a"), lib.KerasTensor((None, 4), name="b")
    hidden = lib.layers.Dense(3, kernel_initializer="ones", name="hidden")(a * b)
    return lib.Function({"a": a, "b": b}, [lib.ops.sigmoid(hidden), hidden + 1], name="part")


@pytest.fixture(scope="module")
def both():
    return between(theirs), between(ours)


def test_results_operations_and_shapes_are_those_of_keras(both):
    expected, found = [[np.asarray(y) for y in f({"a": X, "b": 2 * X})] for f in both]
    for e, f in zip(expected, found, strict=True):
        np.testing.assert_allclose(f, e, atol=1e-6)
    names = [[operation.name for operation in f.operations] for f in both]
    assert [n.split("_")[0] for n in names[0]] == [n.split("_")[0] for n in names[1]]
    shapes = [f.compute_output_shape({"a": (5, 4), "b": (5, 4)}) for f in both]
    assert shapes[0] == shapes[1] == [(5, 3), (5, 3)]
    spec = both[1].compute_output_spec(dict.fromkeys("ab", ours.KerasTensor((None, 4))))
    assert [t.shape for t in spec] == [(None, 3), (None, 3)]


def test_it_may_begin_in_the_middle_and_be_part_of_a_model():
    entrance = ours.Input((4,))
    hidden = ours.layers.Dense(3, name="first")(entrance)
    part = ours.Function(hidden, ours.layers.Dense(2, name="second")(hidden))
    assert [operation.name for operation in part.operations] == ["second"]
    assert (part.inputs, len(part.outputs)) == ([hidden], 1)
    model = ours.Model(entrance, part(hidden))
    np.testing.assert_allclose(
        model.predict(X, verbose=0), np.asarray(part(model.layers[1](X))), atol=1e-6
    )
    with pytest.raises(NotImplementedError, match=r"can't be saved or copied.*Model\(inputs"):
        part.get_config()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (X, r"Function 'part' takes inputs in the structure {'a': \*, 'b': \*}, but got \*"),
        ({"a": X, "b": X[0]}, r"input 'b' expects shape \(None, 4\), got \(4,\)"),
        ({"a": X, "b": X[:, 1:]}, r"input 'b' expects shape \(None, 4\), got \(3, 3\)"),
    ],
)
def test_inputs_of_other_structures_and_shapes_are_refused(both, given, sentence):
    with pytest.raises(ValueError, match=sentence):
        both[1](given)


def test_what_is_no_graph_is_refused():
    a, b = ours.Input((2,), name="a"), ours.Input((2,), name="b")
    with pytest.raises(ValueError, match=r"^Function 'f' has a loose end.*'b'"):
        ours.Function(a, a + b, name="f")
    with pytest.raises(TypeError, match="got ndarray of shape"):
        ours.Function(X, a)
    twice = ours.layers.Dense(1, name="same")(ours.layers.Activation("relu", name="same")(a))
    with pytest.raises(ValueError, match="two layers named 'same'"):
        ours.Function(a, twice)
    squares = [ours.ops.square(a), ours.ops.square(a)]
    for tensor in squares:
        tensor.node.operation.name = "square"
    with pytest.raises(ValueError, match="2 operations named 'square'"):
        ours.Function(a, squares)


def test_the_symbolic_scope_is_open_where_only_shapes_are_found():
    from kerata.base.symbolic_scope import in_symbolic_scope

    seen = []

    class Noting(ours.layers.Layer):
        def call(self, x):
            seen.append(in_symbolic_scope())
            return x

    layer = Noting()
    layer(ours.Input((2,)))
    assert set(seen) == {True}
    layer(X)
    assert seen[-1] is False
    with ours.SymbolicScope(), ours.SymbolicScope():
        assert in_symbolic_scope()
    assert not in_symbolic_scope()
