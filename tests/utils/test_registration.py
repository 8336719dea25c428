"""The names of kerata.utils, and what they register."""

import pytest

from kerata import activations, utils
from kerata.base.naming import auto_name


def test_face_names_exist():
    assert all(hasattr(utils, name) for name in utils.__all__)


def test_custom_objects_reach_lookups():
    def shout(x):
        return 2 * x

    with pytest.raises(ValueError, match="Unknown activation 'shout'"):
        activations.get("shout")
    with utils.CustomObjectScope({"shout": shout}):
        assert activations.get("shout") is shout
    with utils.custom_object_scope({"shout": shout}):
        assert activations.get("shout") is shout
    utils.get_custom_objects()["shout"] = shout
    try:
        assert activations.get("shout") is shout
    finally:
        del utils.get_custom_objects()["shout"]


def test_registered_classes_go_through_configs():
    @utils.register_keras_serializable("test_utils", "Pair")
    class Two:
        def __init__(self, a):
            self.a = a

        def get_config(self):
            return {"a": self.a}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    config = utils.serialize_keras_object(Two(3))
    assert config["registered_name"] == "test_utils>Pair" == utils.get_registered_name(Two)
    assert utils.get_registered_object("test_utils>Pair") is Two
    assert utils.deserialize_keras_object(config).a == 3


def test_clear_session_starts_names_anew():
    auto_name("Dense")
    utils.clear_session()
    assert [auto_name("Dense"), auto_name("Dense")] == ["dense", "dense_1"]
