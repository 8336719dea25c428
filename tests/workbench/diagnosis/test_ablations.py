"""Copies of a network with something changed."""

import pytest

import kerata
from kerata import layers
from kerata.workbench.diagnosis.ablations import _smaller


@pytest.mark.parametrize("functional", [False, True])
def test_half_the_units_fit_together(functional):
    stack = [layers.Dense(8, activation="relu"), layers.Dense(6), layers.Dense(3)]
    model = kerata.Sequential([kerata.Input((4,)), *stack])
    if functional:
        x = model.inputs[0]
        model = kerata.Model(x, layers.Dense(3)(layers.Dense(6)(layers.Dense(8)(x))))
    model.compile("adam", "mse")
    half = _smaller(model)
    assert [layer.units for layer in half.layers if hasattr(layer, "units")] == [4, 3, 3]
    assert half.count_params() == 4 * 4 + 4 + 4 * 3 + 3 + 3 * 3 + 3
