"""Fixtures for pretrained networks: Keras's networks without the time for random weights."""

import numpy as np
import pytest


@pytest.fixture
def keras_starts_with_zeros(monkeypatch):
    """Let Keras's networks start with zeros: drawing numbers is most of the time of building."""
    import keras.src.initializers.random_initializers as theirs

    class Zeros:
        def __getattr__(self, name):
            if name in ("normal", "truncated_normal", "uniform"):
                return lambda shape, *args, **kwargs: np.zeros(shape, "float32")
            return getattr(keras.src.backend.random, name)

    import keras

    monkeypatch.setattr(theirs, "random", Zeros())


@pytest.fixture
def names_count_from_one():
    """Let both libraries number layers without a name from the beginning."""
    import keras

    import kerata

    keras.utils.clear_session()
    kerata.utils.clear_session()
