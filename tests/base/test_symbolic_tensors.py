"""Symbolic tensors: what they refuse, the graph that calls leave, inferred shapes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata.base.rematerialization import RematScope, current_remat_mode, outputs_size, remat
from kerata.base.scope import Scope, get_mask, set_mask
from kerata.base.symbolic import (
    KerasTensor,
    Operation,
    any_symbolic,
    find_symbolic,
    infer_spec,
)
from kerata.base.variable import Variable


class Double(Operation):
    """Gives twice what it gets."""

    def call(self, x, plus=0):
        return 2 * x + plus


def test_a_tensor_that_is_not_there_yet_refuses_what_needs_numbers():
    tensor = KerasTensor((None, np.int64(3)), "float", name="t")
    assert (tensor.shape, tensor.dtype, tensor.ndim) == ((None, 3), "float32", 2)
    assert type(tensor.shape[1]) is int
    assert repr(tensor) == "<KerasTensor shape=(None, 3), dtype=float32, name=t>"
    for use in (len, iter, bool, np.asarray, jnp.asarray, np.sin, lambda t: np.arctan2(t, t)):
        with pytest.raises(TypeError, match=r"^<KerasTensor .* is symbolic"):
            use(tensor)
    with pytest.raises(ValueError, match="ragged=True is not possible"):
        KerasTensor((1,), ragged=True)


def test_numpys_arrays_leave_arithmetic_to_the_tensor():
    # Its operators come with the operations.
    assert keras.ops.add
    tensor, array = KerasTensor((None, 2)), np.ones((1, 2), "float32")
    for found in (array + tensor, array - tensor, array / tensor, array**tensor, array < tensor):
        assert isinstance(found, KerasTensor)
        assert found.shape == (None, 2)
    assert (np.ones((3, 2), "float32") @ KerasTensor((2, 5))).shape == (3, 5)
    with pytest.raises(TypeError, match="symbolic"):
        np.add.reduce(tensor)


def test_a_call_leaves_a_node():
    double, x, y = Double(), KerasTensor((None, 2)), KerasTensor((None, 2))
    with pytest.raises(AttributeError, match=r"'double.*' was never called on symbolic tensors"):
        _ = double.input
    out = double(x, plus=y)
    assert double.input == [x, y]
    assert double.output is out
    assert out.node.operation is double
    assert out.node.kwargs == {"plus": y}
    assert (out.shape, out.dtype, x.node) == ((None, 2), "float32", None)
    double(KerasTensor((5,)))
    assert double.output is out
    other = Double(name="other")
    other(x)
    assert other.input is x
    assert (other.name, other.kind) == ("other", "Double")
    assert double(jnp.ones(2), plus=1).tolist() == [3, 3]
    for name in ("a/b", 3):
        with pytest.raises(ValueError, match="A name must be a string without '/'"):
            Double(name=name)
    with pytest.raises(NotImplementedError, match="Operation has no call"):
        Operation()(1)


def test_an_input_that_is_handed_on_keeps_its_origin():
    class Pass(Operation):
        def compute_output_spec(self, x):
            return [x, KerasTensor((1,))]

    source = Double()(KerasTensor((None, 2), "int32"))
    node = source.node
    same, new = Pass()(source)
    assert source.node is node
    assert same is not source
    assert (same.shape, same.dtype, new.shape) == ((None, 2), "int32", (1,))
    assert same.node is new.node is not node


def test_symbolic_tensors_in_structures():
    x, y = KerasTensor((1,)), KerasTensor((2,))
    assert find_symbolic({"b": [x, 1], "a": (None, y)}) == [y, x]
    assert any_symbolic([[x]])
    assert not any_symbolic([1, "a", jnp.ones(1)])


def test_inferred_shapes():
    x = KerasTensor((None, 4))
    assert infer_spec(lambda x: x.T, (x,), {}).shape == (4, None)
    assert infer_spec(lambda x, n: jnp.zeros((n, x.shape[0])), (x,), {"n": 3}).shape == (3, None)
    known = infer_spec(lambda x: {"a": x.astype("int32"), "b": x.sum()}, (KerasTensor((2,)),), {})
    assert (known["a"].shape, known["a"].dtype, known["b"].shape) == ((2,), "int32", ())
    # The size of one axis decides, whatever stands in for it.
    assert infer_spec(lambda x: jnp.zeros(min(x.shape[0], 7)), (x,), {}).shape == (7,)
    with pytest.raises(ValueError, match="The number of outputs depends on a size"):
        infer_spec(lambda x: jnp.split(x, x.shape[0] // 840), (x,), {})


def test_inferred_shapes_of_sizes_that_differ():
    a, b = KerasTensor((None, None)), KerasTensor((3, None))
    with pytest.raises(TypeError):
        infer_spec(jnp.matmul, (a, b), {})
    assert infer_spec(jnp.matmul, (a, b), {}, unlike=True).shape == (None, None)

    def product_of_two_rows(a, b):
        if a.shape[0] < 2:
            raise ValueError("two rows")
        return a @ b

    def two_rows(x):
        if x.shape[0] < 2:
            raise ValueError("two rows")
        return x

    def fourth_power(x):
        if x.shape[0] >= 840:
            raise OverflowError
        return jnp.zeros((x.shape[0] ** 4,)) if x.shape[0] > 1 else two_rows(x)

    for function in (two_rows, fourth_power):
        assert infer_spec(function, (KerasTensor((None,)),), {}, unlike=True).shape == (None,)
    known = KerasTensor((3, 4))
    assert infer_spec(product_of_two_rows, (a, known), {}, unlike=True).shape == (None, 4)
    row = KerasTensor((None,))
    assert infer_spec(lambda x: x[:5], (row,), {}).shape == (5,)
    assert infer_spec(lambda x: x[:5], (row,), {}, unlike=True).shape == (None,)
    # An axis of length 1 would be dropped, so that size is left out.
    assert infer_spec(jnp.squeeze, (KerasTensor((None, 1)),), {}, unlike=True).shape == (None,)
    assert infer_spec(lambda x: jnp.reshape(x, (6, -1)), (row,), {}, unlike=True).shape == (6, None)

    # The other size decides: both are set before any can be found.
    pair = KerasTensor((None,)), KerasTensor((None,))

    def six_and_seven(a, b, sizes):
        if (a.shape, b.shape) != ((6,), (7,)):
            raise ValueError("six and seven")
        return jnp.concatenate([a, b])

    assert infer_spec(six_and_seven, (*pair, (6, 7)), {}, unlike=True).shape == (13,)
    with pytest.raises(ValueError, match="never"):
        infer_spec(_refuse, (row,), {}, unlike=True)


def _refuse(x):
    raise ValueError("never")


# Computing again ------------------------------------------------------------------------------


def test_scopes_of_rematerialization():
    assert current_remat_mode() is None
    with RematScope("larger_than", 7, ["a"]):
        assert current_remat_mode() == ("larger_than", 7, ("a",))
        with RematScope(None):
            assert current_remat_mode().mode is None
        assert current_remat_mode().mode == "larger_than"
    assert current_remat_mode() is None
    assert RematScope().output_size_threshold == 1024
    with pytest.raises(ValueError, match=r"mode must be one of 'full', .*, None, got 'all'"):
        RematScope("all")


def test_which_operations_compute_again():
    def again(mode, *args):
        with RematScope(mode, 4):
            double = Double()
        return "remat" in str(jax.make_jaxpr(double)(*args))

    assert again("full", jnp.ones(1))
    assert not again(None, jnp.ones(9))
    assert not again("activations", jnp.ones(9))
    assert again("larger_than", jnp.ones(5))
    assert not again("larger_than", jnp.ones(4))
    assert outputs_size(lambda x, n: [x, x[:n]], (jnp.ones(5),), {"n": 2}) == 7


def test_computing_again_keeps_what_runs_beside_the_outputs():
    box, mask = Variable(1.0), jnp.array([True])

    @remat
    def run(x, flag):
        assert flag is True
        box.assign_add(1.0)
        y = jnp.sin(x)
        set_mask(y, mask)
        return y

    with Scope() as scope:
        y = run(jnp.ones(1), True)
        assert float(box.value) == 2.0
        assert get_mask(y) is not None
    assert scope.holds(box)
    assert float(box.value) == 1.0
    assert run.__name__ == "run"
