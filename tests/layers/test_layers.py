"""Every layer, checked in every way."""

import pytest

from .cases import LAYERS
from .harness import check_layer


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_layer(case):
    check_layer(case)
