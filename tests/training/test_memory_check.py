"""Outputs that no memory holds: one sentence, and the process lives on."""

import numpy as np
import pytest

from kerata import Input, Sequential, layers
from kerata.training import memory_check


def test_one_batch_is_too_much():
    model = Sequential([Input((1,)), layers.RepeatVector(2 * 10**9)])
    with pytest.raises(
        MemoryError, match=r"predict\(\): the outputs of one batch take 1.64e\+04 GB"
    ):
        model.predict(np.ones((2**10, 1)), batch_size=2**10, verbose=0)


def test_all_batches_together_are_too_much(monkeypatch):
    model = Sequential([Input((1,)), layers.RepeatVector(10**6)])
    monkeypatch.setattr(memory_check, "available_bytes", lambda: 10**8)
    # Twice 160 MB, as they are put together from their parts.
    said = "the outputs of all batches, put together, take 0.32 GB while 0.1 GB are left"
    with pytest.raises(MemoryError, match=said):
        model.predict(np.ones((40, 1)), batch_size=2, verbose=0)
    assert model.predict(np.ones((2, 1)), batch_size=2, verbose=0).shape == (2, 10**6, 1)
