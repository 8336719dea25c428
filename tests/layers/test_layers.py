"""Every layer, checked in every way."""

import numpy as np
import pytest

from kerata import layers

from .cases import LAYERS
from .harness import check_layer


@pytest.mark.parametrize("case", LAYERS, ids=str)
@pytest.mark.one_in(3)
def test_layer(case):
    check_layer(case)


def test_gamma_is_not_rounded_in_mixed_precision():
    layer = layers.BatchNormalization(epsilon=0.0, dtype="mixed_bfloat16")
    layer.build((None, 1))
    layer.gamma.assign([1.005])
    # In bfloat16 gamma would be 1.0078, and the output 101.
    assert layer(np.array([[100.0]])).tolist() == [[100.5]]


def test_a_batch_that_is_masked_entirely_leaves_finite_statistics():
    layer = layers.BatchNormalization(momentum=0.5)
    out = layer(np.ones((2, 3, 1)), training=True, mask=np.zeros((2, 3), bool))
    assert np.isfinite(out).all()
    assert [w.tolist() for w in layer.get_weights()[2:]] == [[0.0], [0.5]]
