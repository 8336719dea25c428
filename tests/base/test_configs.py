"""Names, configs and origins of objects: written, found again, refused."""

import functools
import json
import types
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata.base.configurable import Configurable, constructor_arguments, is_automatic, restored
from kerata.base.custom_objects import (
    custom_object_scope,
    find_custom,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from kerata.base.origin import (
    installed_name,
    is_installed_file,
    is_installed_module,
    is_own_class,
    is_own_file,
    is_own_function,
    version_of,
)
from kerata.base.registry import (
    ConfigError,
    Namespace,
    check_safe_mode,
    deserialize,
    deserialize_keras_object,
    namespace_of,
    naming,
    serialize,
)
from kerata.base.shared_objects import sharing


class Mine(Configurable):
    """A user's class, which stores its arguments as it likes."""

    def __init__(self, size, *rest, scale=1.0, **named):
        self.kept = size, rest, scale, named


def mine(x):
    return x


VALUES = [None, True, 3, 0.5, "text", [1, (2, 3)], {"a": [1.5]}, (1, [2])]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_plain_values_stay(value):
    assert serialize(value) == value
    assert type(serialize(value)) is type(value)
    assert deserialize(serialize(value)) == value


def test_arrays_slices_and_numbers_of_numpy():
    for array in (np.arange(3, dtype="int8"), jnp.ones(2, "bfloat16"), np.array(["a", "b"])):
        config = json.loads(json.dumps(serialize(array)))
        found = deserialize(config)
        assert found.tolist() == array.tolist()
        assert found.dtype == array.dtype
    assert deserialize(serialize(slice(1, None, 2))) == slice(1, None, 2)
    assert type(serialize(np.float32(0.5))) is float
    for dtype in ("O", "S999999999", "<U1000000", "V100"):
        config = {"class_name": "__numpy__", "config": {"value": [1], "dtype": dtype}}
        with pytest.raises(ValueError, match="which is refused"):
            deserialize(config)


def test_functions_and_classes_in_configs():
    assert serialize(keras.activations.relu) == "relu"
    whole = serialize(keras.activations.relu, by_name=False)
    assert whole == {
        "module": "keras.activations",
        "class_name": "function",
        "config": "relu",
        "registered_name": "relu",
    }
    assert deserialize(whole) is keras.activations.relu
    own = serialize(mine)
    assert own == {
        "module": "builtins",
        "class_name": "function",
        "config": "mine",
        "registered_name": "mine",
    }
    with pytest.raises(ValueError, match="names the function 'mine', which is not registered"):
        deserialize(own)
    assert deserialize(own, {"mine": mine}) is mine
    dense = serialize(keras.initializers.Ones())
    assert (dense["module"], dense["class_name"], dense["registered_name"]) == (
        *("keras.initializers", "Ones", None),
    )
    assert isinstance(deserialize(dense), keras.initializers.Ones)
    with pytest.raises(TypeError, match=r"Can't write .* of type object as a config"):
        serialize(object())


def test_a_users_class_comes_back_with_its_arguments():
    made = Mine(2, scale=(1, 2), more=[3])
    config = json.loads(json.dumps(serialize(made)))
    assert config["registered_name"] == "Mine"
    with pytest.raises(ValueError, match=r"names the class 'Mine' of module '.*test_configs'"):
        deserialize(config)
    found = deserialize(config, {"Mine": Mine})
    assert found.kept == (2, (), (1, 2), {"more": [3]})
    assert is_automatic(Mine)
    assert not is_automatic(keras.layers.Dense)
    assert restored(Mine, {"a": {"class_name": "__tuple__", "items": [1]}}) == {"a": (1,)}
    plain = {"a": {"class_name": "__tuple__", "items": [1]}}
    assert restored(keras.layers.Dense, plain) is plain
    assert constructor_arguments(Mine(1)) == {"size": 1, "scale": 1.0}


class Pair(NamedTuple):
    """A tuple of a type of its own."""

    a: int


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "Can't write"),
        (Pair(1), "a tuple of a type of its own"),
        ({1: 2}, "a dictionary whose keys are no texts"),
        ({"class_name": 1}, "a dictionary with the key 'class_name'"),
    ],
    ids=["object", "pair", "keys", "class_name"],
)
def test_arguments_that_can_not_be_written(value, reason):
    with pytest.raises(TypeError, match=rf"^Mine '' was given size=.*\({reason}") as error:
        Mine([value]).get_config()
    assert ".). Give the class" not in str(error.value)


def test_arguments_for_a_class_that_takes_none():
    class Empty(Configurable):
        pass

    assert Empty().get_config() == {}
    with pytest.raises(TypeError, match=r"^Empty takes no arguments, got 1, a\.$"):
        Empty(1, a=2)


def test_objects_that_stand_at_two_places_stay_one():
    shared = keras.initializers.Constant(2.0)
    with sharing():
        configs = serialize([shared, shared, keras.initializers.Constant(2.0)])
    assert configs[0]["shared_object_id"] == configs[1]["shared_object_id"]
    assert "shared_object_id" not in configs[2]
    with sharing():
        first, second, third = deserialize(configs)
    assert first is second
    assert third is not first
    first, second, _ = deserialize(configs)
    assert first is not second
    assert "shared_object_id" not in serialize(shared)


def test_names_of_a_module():
    space = Namespace("test.names", "odd thing")

    class MyThing:
        pass

    def other():
        pass

    space.add(MyThing, "alias")
    space.add(other)
    assert isinstance(space.get("my_thing"), MyThing)
    assert space.lookup("alias") is space.lookup("ALIAS") is space.lookup("MyThing") is MyThing
    assert space.get("other") is other
    assert space.get(None) is None
    assert namespace_of("test.names").objects is Namespace("test.names", "thing").objects
    assert Namespace("test.names", "thing", instantiate=False).get(MyThing) is MyThing
    with custom_object_scope({"other": mine}):
        assert space.get("other") is mine
    with pytest.raises(ValueError, match=r"Unknown odd thing 'othr'. Did you mean 'other'\?"):
        space.get("othr")
    with pytest.raises(TypeError, match=r"Expected an odd thing .* got 3 of type int"):
        space.get(3)
    with pytest.raises(TypeError, match="Expected a thing"):
        Namespace("test.names", "thing").get(3)
    with pytest.raises(KeyError):
        namespace_of("test.nowhere")


def test_configs_are_found_where_they_say():
    config = {"class_name": "Ones", "config": {}}
    assert isinstance(deserialize(config), keras.initializers.Ones)
    assert isinstance(deserialize({**config, "config": None}), keras.initializers.Ones)
    with pytest.raises(ValueError, match="of module 'elsewhere', which is neither Kerata's nor"):
        deserialize({**config, "module": "elsewhere"})
    within = deserialize(
        {**config, "module": "elsewhere"}, None, namespace_of("keras.initializers")
    )
    assert isinstance(within, keras.initializers.Ones)
    assert deserialize("relu", None, namespace_of("keras.activations")) is keras.activations.relu
    assert deserialize("relu") == "relu"
    with custom_object_scope({"Ones": Mine}), pytest.raises(ConfigError, match="The class 'Ones'"):
        deserialize(config)
    assert deserialize_keras_object("mine", {"mine": mine}, module_objects={}) is mine
    assert deserialize_keras_object("mine", module_objects={"mine": mine}) is mine
    assert deserialize_keras_object("mine", {"mine": mine}) == "mine"
    with pytest.raises(ValueError, match="safe_mode=False would run code"):
        deserialize_keras_object(config, safe_mode=False)
    check_safe_mode(None)
    check_safe_mode(True)


def test_whose_error_it_was():
    for kind in (ValueError, MemoryError, RecursionError, ImportError):
        with pytest.raises(kind, match=r"^as it is$"), naming("A", "run"):
            raise kind("as it is")
    with pytest.raises(ConfigError, match=r"^A can't run: KeyError: 3$"), naming("A", "run"):
        raise KeyError(3)


def test_registered_names():
    @register_keras_serializable("shop")
    def price():
        pass

    @register_keras_serializable(name="other")
    def unnamed():
        pass

    try:
        assert get_registered_name(price) == "shop>price"
        assert deserialize(serialize(price)) is price
        config = {"class_name": "function", "config": "price", "registered_name": "shop>price"}
        assert deserialize(config) is price
        assert get_registered_name(mine) == "mine"
        assert get_registered_object("shop>price") is price
        assert get_registered_object("price") is None
        assert get_registered_object("Custom>other") is find_custom("other") is unnamed
        assert get_registered_object("other", {"other": mine}) is mine
        assert get_registered_object("other", {"x": mine}, {"other": mine}) is unnamed
        assert get_registered_object("x", None, {"x": mine}) is mine
    finally:
        del get_custom_objects()["shop>price"]
        del get_custom_objects()["Custom>other"]
    with custom_object_scope(None):
        assert find_custom("other") is None


# Origins --------------------------------------------------------------------------------------


def test_whose_class_it_is():
    class Dense(keras.layers.Dense):
        pass

    assert is_own_class(keras.layers.Dense)
    assert not is_own_class(Dense)
    assert not is_own_class(np.ndarray)
    Dense.__module__, Dense.__qualname__ = keras.layers.Dense.__module__, "Dense"
    assert not is_own_class(type("Dense", (), {"__module__": keras.layers.Dense.__module__}))


def test_whose_code_it_is():
    assert is_own_file(keras.__file__)
    assert not is_own_file(None)
    assert not is_own_file(__file__)
    assert is_own_function(keras.activations.relu)
    assert not is_own_function(mine)
    assert not is_own_function(len)
    for path in (None, "<frozen os>", np.__file__, json.__file__, keras.__file__):
        assert is_installed_file(path)
    for path in ("<stdin>", "<ipython-input-1>", __file__):
        assert not is_installed_file(path)


def test_which_modules_are_installed():
    import sys

    for module in (np, json, sys, keras):
        assert is_installed_module(module)
    assert not is_installed_module(types.ModuleType("__main__"))
    assert not is_installed_module(types.ModuleType("made_up"))
    package = types.ModuleType("made_up")
    package.__path__ = []
    assert is_installed_module(package)
    own = types.ModuleType("own")
    own.__file__ = __file__
    assert not is_installed_module(own)
    assert version_of(np) == version_of(np.linalg) == np.__version__
    assert version_of(types.ModuleType("made_up")) == ""


def test_names_and_versions_of_installed_things():
    assert installed_name(np.linalg.norm) == f"numpy.linalg.norm {np.__version__}"
    assert installed_name(json.JSONDecoder.decode).startswith("json.decoder.JSONDecoder.decode ")
    assert installed_name(mine) is None
    assert installed_name(functools.partial(mine)) is None
    assert installed_name(3) is None

    def norm():
        pass

    norm.__module__, norm.__qualname__ = "numpy.linalg", "norm"
    assert installed_name(norm) is None
    norm.__module__ = "not.imported"
    assert installed_name(norm) is None
