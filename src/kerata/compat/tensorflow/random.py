"""``tf.random``: random numbers, which follow from ``set_seed``."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.randomness import draw_key, set_random_seed
from kerata.compat.tensorflow.exporting import exported, integers, value
from kerata.compat.tensorflow.lacking import lacking
from kerata.data.spec import numpy_type

__all__ = [
    "Generator",
    "categorical",
    "gamma",
    "normal",
    "poisson",
    "set_seed",
    "shuffle",
    "stateless_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]


def set_seed(seed: Any) -> None:
    """``tf.random.set_seed``: let everything random start from a seed.

    NumPy's and Python's own generators are left alone, as by TensorFlow.
    """
    import random as python_random

    states = python_random.getstate(), np.random.get_state()
    set_random_seed(int(seed) % 2**32)
    python_random.setstate(states[0])
    np.random.set_state(states[1])


def _key(seed: Any) -> jax.Array:
    # A function's own seed goes on from call to call in TensorFlow; here the global one does.
    return draw_key()


def _shape(shape: Any) -> tuple[int, ...]:
    plain = integers(shape)
    return (plain,) if isinstance(plain, int) else plain


@exported
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None
) -> Any:
    """``tf.random.normal``: of a normal distribution."""
    made = jax.random.normal(_key(seed), _shape(shape), numpy_type(dtype))
    return (made * value(stddev) + value(mean)).astype(numpy_type(dtype))


@exported
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None
) -> Any:
    """``tf.random.truncated_normal``: normal, within two deviations."""
    made = jax.random.truncated_normal(_key(seed), -2.0, 2.0, _shape(shape), numpy_type(dtype))
    return made * value(stddev) + value(mean)


@exported
def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None
) -> Any:
    """``tf.random.uniform``: equally likely between two bounds, without the upper one."""
    return _uniform(_key(seed), shape, minval, maxval, dtype)


def _uniform(key: Any, shape: Any, minval: Any, maxval: Any, dtype: Any) -> Any:
    kind = numpy_type(dtype)
    if kind.kind in "iu":
        if maxval is None:
            raise ValueError("tf.random.uniform of integers needs maxval.")
        return jax.random.randint(key, _shape(shape), value(minval), value(maxval), kind)
    low, high = value(minval), value(1 if maxval is None else maxval)
    made = jax.random.uniform(key, _shape(shape), kind)
    return (made * (high - low) + low).astype(kind)


@exported
def shuffle(value: Any, seed: Any = None) -> Any:
    """``tf.random.shuffle``: the rows in random order."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        order = np.asarray(jax.random.permutation(_key(seed), len(value)))
        return value[order]
    return jax.random.permutation(_key(seed), jnp.asarray(value))


@exported
def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None) -> Any:
    """``tf.random.categorical``: classes drawn by logits, ``(rows, num_samples)``."""
    x, n = value(logits), integers(num_samples)
    drawn = jax.random.categorical(_key(seed), x, axis=-1, shape=(n, x.shape[0]))
    return drawn.T


@exported
def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: Any = None
) -> Any:
    """``tf.random.gamma``: of a gamma distribution."""
    made = jax.random.gamma(_key(seed), value(alpha), _shape(shape), numpy_type(dtype))
    return made if beta is None else made / value(beta)


@exported
def poisson(shape: Any, lam: Any, dtype: Any = "float32", seed: Any = None) -> Any:
    """``tf.random.poisson``: of a Poisson distribution."""
    return jax.random.poisson(_key(seed), value(lam), _shape(shape)).astype(numpy_type(dtype))


def _stateless(seed: Any) -> Any:
    first, second = (value(part) for part in seed)
    return jax.random.fold_in(jax.random.key(first), second)


@exported
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = "float32",
    alg: Any = "",
) -> Any:
    """``tf.random.stateless_uniform``: the same numbers for the same pair of seeds."""
    return _uniform(_stateless(seed), shape, minval, maxval, dtype)


@exported
def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", alg: Any = ""
) -> Any:
    """``tf.random.stateless_normal``: the same numbers for the same pair of seeds."""
    made = jax.random.normal(_stateless(seed), _shape(shape), numpy_type(dtype))
    return made * value(stddev) + value(mean)


class Generator:
    """``tf.random.Generator``: a stream of random numbers of its own.

    Arguments:
        seed: integer, drawn by default.
    """

    def __init__(self, seed: Any = None) -> None:
        from kerata.base.randomness import SeedGenerator

        self._seeds = SeedGenerator(None if seed is None else int(seed))

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """Make a stream that starts from a seed."""
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """Make a stream that starts anywhere."""
        return cls()

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32") -> Any:
        """Give numbers of a normal distribution."""
        return stateless_normal(shape, (self._seeds.next_seed() % 2**31, 0), mean, stddev, dtype)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32"
    ) -> Any:
        """Give numbers that are equally likely between two bounds."""
        seed = (self._seeds.next_seed() % 2**31, 0)
        return stateless_uniform(shape, seed, minval, maxval, dtype)


__getattr__ = lacking(__name__)
