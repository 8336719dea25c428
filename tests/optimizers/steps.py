"""Weights and gradients to try optimizers on, and steps as the training engine takes them."""

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.scope import Scope
from kerata.base.variable import Variable


def weights():
    return [Variable(np.arange(6.0).reshape(2, 3), name="kernel"), Variable(1.0, name="bias")]


def grads(steps):
    rng = np.random.default_rng(0)
    return [
        [rng.normal(size=(2, 3)).astype("float32"), np.float32(rng.normal())] for _ in range(steps)
    ]


def compiled_steps(optimizer, variables, all_grads):
    """Take steps as the training engine does: values in a scope, inside one program."""
    boxes = [*variables, *optimizer.variables]

    @jax.jit
    def run(values, all_grads):
        def step(values, grads):
            with Scope(zip(boxes, values, strict=True)) as scope:
                optimizer.apply(grads, variables)
                return [scope.read(v) for v in boxes], None

        return jax.lax.scan(step, values, all_grads)[0]

    stacked = jax.tree.map(lambda *x: jnp.stack(x), *all_grads)
    return run([v.value for v in boxes], stacked)


def assert_close(theirs, ours):
    for a, b in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-6)
