"""TensorFlow's language is on for one test at a time: it changes what layers give."""

import pytest

from kerata.base.eager import current_front, set_front


@pytest.fixture
def tf():
    before = current_front()
    import kerata.compat.tensorflow as tf

    set_front(tf.FRONT)
    yield tf
    set_front(before)
