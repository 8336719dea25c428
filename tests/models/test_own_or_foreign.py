"""A class is the library's own if the library defines it, whatever it calls its module."""

import sys
import types

import numpy as np
import pytest

import kerata as keras
from kerata.base.origin import is_own_class, is_own_function

SOURCE = """
import kerata as keras
class Dense(keras.layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.kept_elsewhere = size
    def call(self, inputs):
        return inputs * self.kept_elsewhere / keras.ops.sum(inputs, axis=0)
"""


@pytest.fixture(params=["kerata.mine", "kerata_of_mine", "kerata"])
def dense(request):
    """Give a class of the user's in a module with a misleading name."""
    module = types.ModuleType(request.param)
    exec(SOURCE, vars(module))
    before = sys.modules.get(request.param)
    sys.modules.setdefault(request.param, module)
    yield module.Dense
    if before is None:
        del sys.modules[request.param]


def test_misleading_modules_make_nothing_the_librarys(dense):
    assert not is_own_class(dense)
    assert not is_own_function(dense.call)
    model = keras.Sequential([keras.Input((2,)), dense(3)])
    x = np.arange(1, 11, dtype="float32").reshape(5, 2)
    np.testing.assert_allclose(model.predict(x, verbose=0), 3 * x / x.sum(0), rtol=1e-6)
    layer = keras.models.clone_model(model).layers[0]
    assert layer.kept_elsewhere == 3


def test_the_librarys_own():
    assert is_own_class(keras.layers.Dense)
    assert is_own_class(keras.Model)
    assert is_own_function(keras.activations.relu)
    assert not is_own_class(np.ndarray)
    assert not is_own_class(type("Dense", (keras.layers.Dense,), {"__module__": "kerata.layers"}))
