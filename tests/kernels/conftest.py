"""What the fast formulations are checked against: the same functions on XLA's own operations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata.kernels import platform

# Hardly any optimisation: these programs run once, on a handful of numbers.
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


@pytest.fixture(scope="session")
def agrees_with_xla():
    """A check of a kernel's value and gradients against those of its path for GPUs."""

    def outcome(f, *arrays):
        def both(*arrays):
            value, backward = jax.vjp(f, *arrays)
            direction = jnp.cos(jnp.arange(value.size, dtype=value.dtype)).reshape(value.shape)
            return value, *backward(direction)

        return jax.jit(both, compiler_options=QUICK)(*arrays)

    def check(f, *arrays, tolerance=1e-5):
        ours = outcome(f, *arrays)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(platform, "on_cpu", lambda: False)
            reference = outcome(f, *arrays)
        for got, expected in zip(ours, reference, strict=True):
            assert got.shape == expected.shape
            assert got.dtype == expected.dtype
            got, expected = np.asarray(got, "float32"), np.asarray(expected, "float32")
            scale = float(np.abs(expected).max(initial=0)) or 1.0
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * scale)

    return check


@pytest.fixture(scope="session")
def numbers():
    """Reproducible normal numbers of a shape."""

    def draw(*shape, seed=0):
        return np.random.default_rng(seed).normal(size=shape).astype("float32")

    return draw
