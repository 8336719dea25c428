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


# Each of these waited for ever in a child, or gave what nothing could be computed with.
COMPUTED = """
lambda: m.fit(x, y, verbose=0).history["loss"]
lambda: m.predict(x, verbose=0)
lambda: m.train_on_batch(x, y)
lambda: m(x)
lambda: m.get_layer(index=0).kernel + 1
lambda: model()
lambda: keras.layers.Dense(3)(x)
lambda: keras.Variable(x)
lambda: keras.Variable("zeros", (2,))
lambda: keras.ops.add(x, 1)
lambda: keras.ops.convert_to_tensor(x)
lambda: keras.ops.convert_to_tensor([1, 2])
lambda: keras.random.normal((2,))
lambda: keras.random.uniform((2,), seed=1)
lambda: keras.random.shuffle(x, seed=keras.random.SeedGenerator(1))
lambda: keras.losses.MeanSquaredError()(y, y)
lambda: keras.losses.mse(y, y)
lambda: keras.losses.binary_crossentropy(y, y)
lambda: keras.losses.categorical_crossentropy(x, x)
lambda: keras.losses.sparse_categorical_crossentropy(y, x)
lambda: keras.losses.binary_focal_crossentropy(y, y)
lambda: keras.losses.categorical_focal_crossentropy(x, x)
lambda: keras.losses.Dice()(y, y)
lambda: keras.losses.dice(y, y)
lambda: keras.losses.tversky(y, y)
lambda: keras.losses.ctc(np.ones((1, 2), "int32"), np.ones((1, 4, 3), "float32"))
lambda: keras.metrics.Mean()
lambda: keras.metrics.AUC()
lambda: keras.metrics.binary_accuracy(y, y)
lambda: keras.activations.relu(x)
lambda: keras.activations.softmax(x)
lambda: keras.activations.get("gelu")(x)
lambda: keras.initializers.GlorotUniform(seed=1)((2, 3))
lambda: keras.initializers.Orthogonal(seed=1)((2, 3))
lambda: keras.initializers.Zeros()((2, 3))
lambda: keras.initializers.STFT()((2, 3, 4))
lambda: keras.regularizers.L2(0.1)(x)
lambda: keras.regularizers.OrthogonalRegularizer(0.1)(x)
lambda: keras.constraints.MaxNorm(1.0)(x)
lambda: keras.constraints.NonNeg()(x)
lambda: m.optimizer.apply([x[:, :1]], [weight])
lambda: keras.optimizers.Adam().apply([x], [weight])
lambda: keras.optimizers.schedules.CosineDecay(0.1, 3)(2)
lambda: compiled(known)
lambda: known + known
lambda: known[0]
lambda: jax.numpy.asarray(x)
lambda: jax.grad(lambda a: (a * a).sum())(known)
""".strip().splitlines()


def test_what_would_wait_for_ever_is_refused():
    lines = said(
        """
import jax
m = model()
m.predict(x, verbose=0)
known = jax.numpy.ones((2, 2))
weight = keras.Variable(x)
compiled = jax.jit(lambda a: a @ a)
compiled(known), known + known, keras.ops.add(x, 1), keras.losses.dice(y, y)
in_child(
"""
        + ",\n".join(COMPUTED)
        + """)
in_child(lambda: keras.layers.Dense(3), lambda: keras.utils.to_categorical([1, 2]))
print("parent", m.predict(x, verbose=0).shape, compiled(known).shape)
"""
    )
    refused = [line.startswith("This process was made by fork") for line in lines[:-3]]
    assert dict(zip(COMPUTED, refused, strict=True)) == dict.fromkeys(COMPUTED, True)
    assert "start processes with multiprocessing.get_context('spawn')" in lines[0]
    assert lines[-3:] == ["gave ()", "gave (2, 3)", "parent (8, 1) (2, 2)"]


def test_a_parent_that_used_only_jax_is_noticed():
    lines = said(
        """
import jax
jax.numpy.ones(3)
in_child(lambda: keras.losses.dice(y, y), lambda: keras.layers.Dense(3)(x))
"""
    )
    assert [line[:28] for line in lines] == ["This process was made by for"] * 2


def test_a_grandchild_is_told_too_and_the_number_of_devices_stays():
    lines = said(
        """
import jax
in_child(lambda: [], lambda: jax.numpy.ones(2))
print(repr(jax.config.jax_num_cpu_devices))
model()
in_child(lambda: in_child(lambda: keras.ops.ones(3)))
"""
    )
    assert lines[:3] == ["gave (0,)", "gave (2,)", "-1"]
    assert lines[3].startswith("This process was made by fork")


def test_a_child_of_a_parent_that_computed_nothing_computes():
    lines = said('in_child(lambda: model().fit(x, y, verbose=0).history["loss"])')
    assert lines == ["gave (1,)"]
