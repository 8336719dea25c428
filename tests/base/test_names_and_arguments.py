"""Names that are given by themselves, and checks of arguments that layers share."""

import threading

import numpy as np
import pytest

from kerata.base.arguments import (
    at_least,
    axis_or_axes,
    fraction,
    int_tuple,
    integer,
    is_integer,
    number,
    one_axis,
    positive_int,
)
from kerata.base.messages import did_you_mean, printable, printable_errors, shape_text, warn
from kerata.base.naming import (
    auto_name,
    current_path,
    get_uid,
    is_automatic,
    name_scope,
    reset_names,
    to_snake_case,
)


@pytest.mark.parametrize(
    "name", ["Dense", "Conv2DTranspose", "MaxPooling2D", "LSTMCell", "PReLU", "my layer!", "A1B2"]
)
def test_class_names_become_snake_case_as_in_keras(name):
    from keras.src.utils.naming import to_snake_case as expected

    assert to_snake_case(name) == expected(name)


def test_names_are_numbered_from_the_second_on():
    reset_names()
    assert [auto_name("Dense"), auto_name("dense"), auto_name("Dense")] == [
        "dense",
        "dense_1",
        "dense_2",
    ]
    assert get_uid("dense") == 3
    assert auto_name("Dense") == "dense_4"
    assert [get_uid("other"), get_uid("other"), auto_name("other")] == [1, 2, "other_3"]
    reset_names()
    assert auto_name("Dense") == "dense"


def test_automatic_names_are_recognised_whole():
    assert is_automatic("dense", "Dense")
    assert is_automatic("max_pooling2d_10", "MaxPooling2D")
    for name in ("dense_", "dense_a", "my_dense", "dense_1_2", "densely"):
        assert not is_automatic(name, "Dense")
    assert not is_automatic("a1b", "a.b")


def test_scopes_of_names():
    caller = object()
    assert current_path() == []
    with name_scope("a", caller):
        # Its own scope is not opened twice in a row; that of another name or caller is.
        with name_scope("a", caller):
            assert current_path() == ["a"]
        with name_scope("b", caller), name_scope("b", object()):
            assert current_path() == ["a", "b", "b"]
        with name_scope("a"):
            assert current_path() == ["a", "a"]
        with name_scope("c", path=["x", "y"]), name_scope("d"):
            assert current_path() == ["x", "y", "d"]
        seen = []
        thread = threading.Thread(target=lambda: seen.extend(current_path()))
        thread.start()
        thread.join()
        assert seen == []
        assert current_path() == ["a"]
    with pytest.raises(ZeroDivisionError), name_scope("a"):
        raise ZeroDivisionError
    assert current_path() == []
    for name in ("a/b", 3):
        with pytest.raises(ValueError, match="must be a string without '/'"), name_scope(name):
            pass


WHOLE = [1, -1, np.int64(1)]
NOT_WHOLE = [True, np.bool_(True), 1.0, "1", None]


def test_whole_numbers():
    assert all(map(is_integer, WHOLE))
    assert not any(map(is_integer, NOT_WHOLE))
    assert type(integer("A", "n", np.int64(-3))) is int
    for value in NOT_WHOLE:
        with pytest.raises(TypeError, match=r"^A: n must be an integer, got n="):
            integer("A", "n", value)


def test_positive_whole_numbers():
    assert type(positive_int("A", "n", np.int64(1))) is int
    for value in (0, -1, *NOT_WHOLE):
        with pytest.raises(ValueError, match=r"^A: n must be a positive integer, got n="):
            positive_int("A", "n", value)


def test_tuples_of_whole_numbers():
    assert int_tuple("A", "n", 3, 2) == (3, 3)
    assert int_tuple("A", "n", [1, np.int64(2)], 2) == (1, 2)
    assert int_tuple("A", "n", 0, 1, minimum=0) == (0,)
    for value in (0, (1,), (1, 2, 3), (1, 0), (1, 1.5), 1.5, None):
        with pytest.raises(ValueError, match="must be a positive integer or a tuple of 2"):
            int_tuple("A", "n", value, 2)
    with pytest.raises(ValueError, match="must be an integer of at least 0 or a tuple of 1"):
        int_tuple("A", "n", -1, 1, minimum=0)


def test_numbers_from_0_to_1():
    for value in (0, 1, 0.5, np.float32(0.5)):
        assert fraction("A", "rate", value) is value
    for value in (-0.01, 1.01, np.float32(2), float("nan")):
        with pytest.raises(ValueError, match=r"^A: rate must be from 0 to 1, got rate="):
            fraction("A", "rate", value)
    for value in (None, "0.5", [0.5], int):
        with pytest.raises(TypeError, match="must be a number from 0 to 1"):
            fraction("A", "rate", value)
        with pytest.raises(TypeError, match=r"^A: rate must be a number, got rate="):
            number("A", "rate", value)


def test_numbers_with_a_least_value():
    assert at_least("A", "n", 2, 2) == 2
    for value in (1.99, None, float("nan"), np.float32(0)):
        with pytest.raises(ValueError, match=r"^A: n must be at least 2, got n="):
            at_least("A", "n", value, 2)
    with pytest.raises(TypeError, match="must be a number"):
        at_least("A", "n", "3", 2)


def test_axes():
    assert axis_or_axes("A", np.int64(-1)) == -1
    assert axis_or_axes("A", [np.int64(1), 2]) == [1, 2]
    for axis in ([], [1, 1.5], "1", None, 1.0, {1}):
        with pytest.raises(TypeError, match="axis must be an integer or a list of them"):
            axis_or_axes("A", axis)
    assert one_axis("A", np.int64(2)) == 2
    for axis in (1.0, None, [1]):
        with pytest.raises(TypeError, match="axis must be an integer, got"):
            one_axis("A", axis)


def test_suggestions():
    assert did_you_mean("Rleu", ["ReLU", "tanh"]) == "Did you mean 'ReLU'?"
    assert did_you_mean("mean", ["mean1", "mean2", "mean3"]).count(" or ") == 1
    names = [f"n{i:02}" for i in range(13)]
    assert did_you_mean("xyz", names[:12]).endswith(", n11.")
    assert did_you_mean("xyz", names).endswith(", n11, ....")
    assert did_you_mean("xyz", ["b", "a"], listing=1) == "Known names: a, ...."
    assert did_you_mean("xyz", ["\x1b[31m"]) == r"Known names: \x1b[31m."


def test_control_characters_are_shown():
    assert printable("a\n\tb\x1b\x00ü") == "a\n\tb\\x1b\\x00ü"
    with pytest.warns(UserWarning, match=r"^\\x1b$") as caught:
        warn("\x1b")
    assert caught[0].filename == __file__
    with pytest.raises(ValueError, match="x1b") as error, printable_errors():
        raise ValueError("\x1b", 3)
    assert error.value.args == ("\\x1b", 3)
    assert shape_text([None, 2]) == "(None, 2)"
