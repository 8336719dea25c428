"""A child of ``os.fork`` computes, or is told in a sentence why it can't."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")

HEAD = """
import os, signal
import numpy as np
import kerata as keras

def model():
    m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    m.compile("sgd", "mse")
    return m

x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")

def in_child(*functions):
    pid = os.fork()
    if pid:
        assert os.waitpid(pid, 0)[1] == 0
        return
    signal.alarm(60)
    for function in functions:
        try:
            print("gave", np.shape(function()), flush=True)
        except RuntimeError as error:
            print(error, flush=True)
    os._exit(0)
"""


def said(program):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HEAD + program],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_would_wait_for_ever_is_refused():
    lines = said(
        """
m = model()
in_child(
    lambda: m.fit(x, y, verbose=0).history["loss"],
    lambda: m.predict(x, verbose=0),
    lambda: m.train_on_batch(x, y),
    lambda: m(x),
    lambda: keras.layers.Dense(3),
    lambda: keras.layers.Dense(3)(x),
    lambda: keras.ops.add(x, 1),
    lambda: keras.ops.convert_to_tensor(x),
    lambda: keras.random.normal((2,)),
    lambda: keras.losses.MeanSquaredError()(y, y),
    lambda: keras.losses.mse(y, y),
    lambda: keras.metrics.Mean(),
    lambda: keras.optimizers.schedules.CosineDecay(0.1, 3)(2),
    lambda: keras.utils.to_categorical([1, 2]),
)
print("parent", m.predict(x, verbose=0).shape)
"""
    )
    refused = [line.startswith("This process was made by fork") for line in lines[:-1]]
    assert refused == [True] * 4 + [False] + [True] * 8 + [False]
    assert "start processes with multiprocessing.get_context('spawn')" in lines[0]
    assert lines[-2:] == ["gave (2, 3)", "parent (8, 1)"]


def test_a_child_of_a_parent_that_computed_nothing_computes():
    lines = said('in_child(lambda: model().fit(x, y, verbose=0).history["loss"])')
    assert lines == ["gave (1,)"]
