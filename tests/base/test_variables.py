"""Variables: first values, types, assignment, operators, and scopes that stand before them."""

import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata.base.naming import name_scope
from kerata.base.scope import (
    Scope,
    autocast,
    autocast_dtype,
    current_scope,
    get_mask,
    logits_of,
    remember_logits,
    set_mask,
)
from kerata.base.stateless_scope import StatelessScope
from kerata.base.variable import Variable, limited_size, unboxed


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, "float32"),
        (3, "int32"),
        (True, "bool"),
        ([1, 2], "int32"),
        ([1.0, 2], "float32"),
        (np.ones(2, "uint8"), "uint8"),
        (np.ones(2, "float64"), "float32"),
        (jnp.ones(2, "bfloat16"), "bfloat16"),
    ],
    ids=str,
)
def test_types_of_first_values(value, dtype):
    assert Variable(value).dtype == dtype
    assert Variable(Variable(value)).dtype == dtype
    assert Variable(value, dtype="float16").dtype == "float16"


def test_a_first_value_is_a_copy():
    value = np.zeros(3, "float32")
    variable = Variable(value)
    value[:] = 1
    assert variable.numpy().tolist() == [0, 0, 0]
    variable.assign(value)
    value[:] = 2
    assert variable.numpy().tolist() == [1, 1, 1]
    variable.numpy()[:] = 9
    assert variable.numpy().tolist() == [1, 1, 1]


def test_initializers():
    assert Variable("ones", shape=(2,)).numpy().tolist() == [1, 1]
    seen = []

    def first(shape, dtype):
        seen.append((shape, dtype))
        return jnp.full(shape, 2, dtype)

    assert Variable(first, shape=[2], dtype="int32").numpy().tolist() == [2, 2]
    Variable(first, shape=(1,))
    assert seen == [((2,), "int32"), ((1,), "float32")]
    with pytest.raises(ValueError, match=r"Variable 'a' is given an initializer function, so it"):
        Variable("ones", name="a")


def test_names_and_paths():
    with name_scope("outer"), name_scope("inner"):
        assert Variable(1.0, name="v").path == "outer/inner/v"
    assert repr(Variable(1.0, name="v")) == "<Variable path=v, shape=(), dtype=float32>"
    with pytest.raises(ValueError, match="can't contain '/', got 'a/b'"):
        Variable(1.0, name="a/b")


def test_the_limit_of_numbers_counts_all_variables_inside():
    with limited_size(10):
        Variable(np.zeros, shape=(2, 3))
        Variable(np.zeros, shape=(4,))
        with limited_size(100):
            Variable(np.zeros, shape=(5, 5))
        with pytest.raises(ValueError, match=r"of shape \(1,\) is larger than all the data"):
            Variable(np.zeros, shape=(1,))
    Variable(np.zeros, shape=(100,))


def test_assignment_keeps_shape_and_type():
    variable = Variable([1, 2], name="v")
    assert variable.assign([2.7, 3.0]).tolist() == [2, 3]
    assert variable.assign(Variable([5, 6])).tolist() == [5, 6]
    assert variable.assign_add([1, 1]).tolist() == [6, 7]
    assert variable.assign_sub(Variable([1, 2])).tolist() == [5, 5]
    assert variable.dtype == "int32"
    with pytest.raises(ValueError, match=r"'v' has shape \(2,\); .* value of shape \(1,\)"):
        variable.assign([1])


def test_what_python_asks_of_arrays():
    variable = Variable([[1.25, -2.0], [3.0, 4.0]])
    assert (len(variable), variable.ndim, variable.shape) == (2, 2, (2, 2))
    assert [row.tolist() for row in variable] == variable.numpy().tolist()
    assert variable[0, 1] == -2
    assert variable.sum() == 6.25
    assert round(variable, 1)[0, 0] == pytest.approx(1.2)
    assert round(variable).tolist() == [[1, -2], [3, 4]]
    assert np.asarray(variable, dtype="int32").tolist() == [[1, -2], [3, 4]]
    scalar = Variable(2.5)
    assert (float(scalar), int(scalar), f"{scalar:.2f}") == (2.5, 2, "2.50")
    assert f"{variable:.2f}" == repr(variable)
    assert variable in {variable}
    assert unboxed(scalar) == 2.5
    assert unboxed("a") == "a"
    with pytest.raises(TypeError, match="can't decide an `if`"):
        bool(scalar)
    with pytest.raises(AttributeError, match="no attribute '_nothing'"):
        _ = scalar._nothing


BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "eq", "ne", "lt", "le", "gt"]


@pytest.mark.parametrize("name", [*BINARY, "ge"])
def test_operators_are_those_of_arrays(name):
    function = getattr(operator, name)
    a, b = np.array([1.5, 2.0, 3.0], "float32"), np.array([2.0, 2.0, 0.5], "float32")
    for other in (b, Variable(b), b.tolist(), 2.0):
        expected = function(a, np.asarray(unboxed(other), "float32"))
        np.testing.assert_allclose(function(Variable(a), other), expected, rtol=1e-6)
    np.testing.assert_allclose(function(2.0, Variable(b)), function(np.float32(2), b), rtol=1e-6)


def test_products_of_matrices_and_signs():
    a = np.arange(4.0, dtype="float32").reshape(2, 2)
    assert (Variable(a) @ a).tolist() == (a @ Variable(a)).tolist() == (a @ a).tolist()
    assert (-Variable(a)).tolist() == (-a).tolist()
    assert (+Variable(a)).tolist() == a.tolist()
    assert abs(Variable(-a)).tolist() == a.tolist()
    assert (~Variable([True, False])).tolist() == [False, True]


@pytest.mark.parametrize("name", ["and_", "or_", "xor"])
def test_logic(name):
    function = getattr(operator, name)
    a, b = np.array([True, True, False]), np.array([True, False, False])
    for found in (function(Variable(a), b), function(a.tolist(), Variable(b))):
        assert found.tolist() == function(a, b).tolist()
    with pytest.raises(TypeError):
        function(Variable(a), "text")


def test_mixed_precision_reads_floats_in_the_short_type():
    number, whole, own = Variable(1.5), Variable(1), Variable(1.5, autocast=False)
    with autocast("bfloat16"):
        assert autocast_dtype() == "bfloat16"
        assert [v.dtype for v in (number, whole, own)] == ["bfloat16", "int32", "float32"]
        assert [str(v.value.dtype) for v in (number, whole, own)] == [
            "bfloat16",
            "int32",
            "float32",
        ]
        with autocast(None):
            assert number.dtype == "float32"
        number.assign_add(2**-12)
    assert autocast_dtype() is None
    # Kept and added to in its own type.
    assert float(number) == 1.5 + 2**-12


def test_only_booleans_say_whether_the_gradient_is_the_value():
    variable = Variable(1.0)
    assert variable.overwrite_with_gradient is False
    variable.overwrite_with_gradient = True
    assert variable.overwrite_with_gradient is True
    with pytest.raises(TypeError, match="must be True or False, got 1"):
        variable.overwrite_with_gradient = 1


def test_programs_take_variables():
    class Own(Variable):
        pass

    for kind in (Variable, Own):
        variable = kind([1.0, 2.0])
        assert jax.jit(lambda v: v * 2)(variable).tolist() == [2, 4]
        assert jnp.sum(variable) == 3


# Scopes ---------------------------------------------------------------------------------------


def test_keys_of_a_scope_come_from_the_outer_one_if_need_be():
    key = jax.random.key(3)
    expected = [jax.random.key_data(jax.random.fold_in(key, n)).tolist() for n in (1, 2)]
    with Scope(key=key), Scope() as inner:
        drawn = [inner.next_key(), inner.next_key()]
        with Scope(key=jax.random.key(4)) as other:
            assert jax.random.key_data(other.next_key()).tolist() not in expected
    assert [jax.random.key_data(k).tolist() for k in drawn] == expected
    assert Scope().next_key() is None
    assert current_scope() is None


def test_a_scope_holds_what_was_given_or_written():
    box, other = Variable(1.0), Variable(2.0)
    with Scope([(box, jnp.array(5.0))]) as outer, Scope() as inner:
        assert (outer.holds(box), inner.holds(box), inner.holds_in_any(box)) == (True, False, True)
        assert not inner.holds_in_any(other)
        other.assign(3.0)
        assert (inner.holds(other), outer.holds(other)) == (True, False)


def test_losses_of_the_innermost_scope_that_has_them():
    with Scope() as outer, Scope() as inner:
        assert inner.forward_losses() is None
        outer.all_losses = [1]
        assert inner.forward_losses() == [1]
        inner.all_losses = []
        assert inner.forward_losses() == []


def test_masks_and_logits_are_known_by_the_array_they_belong_to():
    x, equal, mask = jnp.ones(2), jnp.ones(2), jnp.array([True, False])
    with Scope() as outer:
        set_mask(x, mask)
        remember_logits(x, "softmax", equal)
        with Scope():
            assert get_mask(x) is mask
            assert logits_of(x, "softmax") is equal
            assert logits_of(x, "sigmoid") is None
            assert get_mask(equal) is None
            assert logits_of(equal, "softmax") is None
            set_mask(equal, mask)
        # What is known of an array stays known.
        assert outer.get_mask(equal) is mask
    assert get_mask(x) is None
    remember_logits(x, "softmax", equal)
    assert logits_of(x, "softmax") is None
    tensor = keras.KerasTensor((2,))
    set_mask(tensor, mask)
    assert get_mask(tensor) is mask


def test_what_a_scope_leaves_behind_another_takes_over():
    box, x, mask = Variable(1.0), jnp.ones(2), jnp.array([True, False])
    with Scope() as first:
        box.assign(4.0)
        first.losses.append(7.0)
        set_mask(x, mask)
        remember_logits(x, "sigmoid", 2 * x)
        arrays, owners = first.left_behind([jnp.zeros(1), x])
    assert first.get_mask(x) is None
    a, b = jnp.zeros(1), jnp.ones(2)
    with Scope() as second:
        second.losses.append(1.0)
        second.take_over([a, b], arrays, owners)
        assert (float(box.value), second.losses) == (4.0, [1.0, 7.0])
        assert get_mask(b) is mask
        assert get_mask(a) is None
        assert logits_of(b, "sigmoid").tolist() == [2, 2]
        assert logits_of(a, "sigmoid") is None
    assert float(box.value) == 1.0


def test_stateless_scopes():
    box, other = Variable([1.0, 2.0], name="box"), Variable(3.0)
    with StatelessScope([(box, [5, 6])], key=jax.random.key(0)) as scope:
        scope.add_update((other, 9.0))
        scope.add_loss(2.0)
        assert box.value.dtype == "float32"
        assert scope.next_key() is not None
    assert scope.get_current_value(box).tolist() == [5, 6]
    assert (scope.get_current_value(other), scope.losses) == (9.0, [2.0])
    assert scope.get_current_value(Variable(1.0)) is None
    assert float(other.value) == 3.0
    assert (scope.collect_losses, scope.initialize_variables) == (False, True)
    with pytest.raises(ValueError, match=r"'box' has shape \(2,\); .* shape \(3,\) for it"):
        StatelessScope([(box, jnp.zeros(3))])
    with pytest.raises(ValueError, match="maps variables to values, got 'box' as one"):
        StatelessScope([("box", 1)])
