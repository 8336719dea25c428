"""Random arrays; each draw takes a key from its ``seed`` argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.arguments import sizes
from kerata.base.dtypes import dtype_name, is_float_dtype
from kerata.base.randomness import SeedGenerator, draw_key
from kerata.ops.symbolic_call import as_tensor, op

Shape = Sequence[int]
Seed = int | SeedGenerator | jax.Array | None


def normal(
    shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Seed = None
) -> jax.Array:
    """Draw from a normal distribution.

    Arguments:
        shape: shape of the result.
        mean, stddev: centre and standard deviation.
        dtype: floating type, ``floatx()`` by default.
        seed: integer (the same values every time), ``SeedGenerator``, or None.

    >>> normal((2, 3), seed=1).shape
    (2, 3)
    """
    name = _float_name("normal", dtype)
    values = jax.random.normal(_key(seed), sizes("random.normal", shape), name)
    return values * jnp.asarray(stddev, name) + jnp.asarray(mean, name)


def truncated_normal(
    shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Seed = None
) -> jax.Array:
    """Draw from a normal distribution, nothing further than two ``stddev`` from the mean.

    Arguments:
        shape: shape of the result.
        mean, stddev: centre, and standard deviation before cutting off.
        dtype: floating type, ``floatx()`` by default.
        seed: integer (the same values every time), ``SeedGenerator``, or None.

    >>> bool(abs(truncated_normal((50,), seed=1)).max() <= 2)
    True
    """
    name = _float_name("truncated_normal", dtype)
    values = jax.random.truncated_normal(
        _key(seed), -2.0, 2.0, sizes("random.truncated_normal", shape), name
    )
    return values * jnp.asarray(stddev, name) + jnp.asarray(mean, name)


def uniform(
    shape: Shape, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Seed = None
) -> jax.Array:
    """Draw evenly from ``minval``, included, to ``maxval``, not included.

    Arguments:
        shape: shape of the result.
        minval, maxval: the bounds.
        dtype: floating type, ``floatx()`` by default.
        seed: integer (the same values every time), ``SeedGenerator``, or None.

    Raises:
        ValueError: a type that isn't floating; use ``randint`` for whole numbers.

    >>> bool(uniform((50,), seed=1).max() < 1)
    True
    """
    name = _float_name("uniform", dtype)
    return jax.random.uniform(_key(seed), sizes("random.uniform", shape), name, minval, maxval)


def randint(
    shape: Shape, minval: Any, maxval: Any, dtype: Any = "int32", seed: Seed = None
) -> jax.Array:
    """Draw whole numbers from ``minval``, included, to ``maxval``, not included.

    Arguments:
        shape: shape of the result.
        minval, maxval: the bounds.
        dtype: integer type.
        seed: integer (the same values every time), ``SeedGenerator``, or None.

    Raises:
        ValueError: a type that isn't an integer one.

    >>> sorted(set(randint((50,), 0, 3, seed=1).tolist()))
    [0, 1, 2]
    """
    name = dtype_name(dtype)
    if "int" not in name:
        raise ValueError(f"randint draws whole numbers, got dtype={name!r}; use uniform.")
    return jax.random.randint(_key(seed), sizes("random.randint", shape), minval, maxval, name)


def categorical(
    logits: Any, num_samples: int, dtype: Any = "int32", seed: Seed = None
) -> jax.Array:
    """Draw class numbers from scores (log-probabilities up to a constant).

    Arguments:
        logits: shape ``(batch, classes)``.
        num_samples: draws for each row.
        dtype: integer type.
        seed: integer (the same values every time), ``SeedGenerator``, or None.

    Returns:
        Shape ``(batch, num_samples)``.

    Raises:
        ValueError: logits that are no matrix.

    >>> categorical([[0.0, 100.0]], 3, seed=1)
    Array([[1, 1, 1]], dtype=int32)
    """
    logits = as_tensor(logits)
    if logits.ndim != 2:
        raise ValueError(
            f"categorical takes logits of shape (batch, classes), got shape {logits.shape}."
        )
    shape = (num_samples, len(logits))
    return jax.random.categorical(_key(seed), logits, shape=shape).T.astype(dtype_name(dtype))


def gamma(shape: Shape, alpha: Any, dtype: Any = None, seed: Seed = None) -> jax.Array:
    """Draw from a gamma distribution of scale 1.

    Arguments:
        shape: shape of the result.
        alpha: the distribution's shape parameter; broadcasts to ``shape``.
        dtype: floating type, ``floatx()`` by default.
        seed: integer (the same values every time), ``SeedGenerator``, or None.
    """
    name = _float_name("gamma", dtype)
    return jax.random.gamma(
        _key(seed), jnp.asarray(alpha, name), sizes("random.gamma", shape), name
    )


def beta(shape: Shape, alpha: Any, beta: Any, dtype: Any = None, seed: Seed = None) -> jax.Array:
    """Draw from a beta distribution.

    Arguments:
        shape: shape of the result.
        alpha, beta: the distribution's parameters; broadcast to ``shape``.
        dtype: floating type, ``floatx()`` by default.
        seed: integer (the same values every time), ``SeedGenerator``, or None.
    """
    name = _float_name("beta", dtype)
    a, b = jnp.asarray(alpha, name), jnp.asarray(beta, name)
    return jax.random.beta(_key(seed), a, b, sizes("random.beta", shape), name)


def binomial(
    shape: Shape, counts: Any, probabilities: Any, dtype: Any = None, seed: Seed = None
) -> jax.Array:
    """Draw numbers of successes.

    Arguments:
        shape: shape of the result.
        counts: numbers of trials; broadcast to ``shape``.
        probabilities: of a success; broadcast to ``shape``.
        dtype: floating type, ``floatx()`` by default.
        seed: integer (the same values every time), ``SeedGenerator``, or None.
    """
    name = _float_name("binomial", dtype)
    n, p = jnp.asarray(counts, name), jnp.asarray(probabilities, name)
    return jax.random.binomial(_key(seed), n, p, sizes("random.binomial", shape), name)


@op
def dropout(
    inputs: Any, rate: Any, noise_shape: Sequence[int | None] | None = None, seed: Seed = None
) -> jax.Array:
    """Set a share of the values to zero and scale the rest up, so that the mean stays.

    Arguments:
        inputs: array.
        rate: share that is dropped, 0 to 1; may be a traced scalar.
        noise_shape: shape of the choice, broadcast to the inputs; None within it stands for
            the inputs' own length.
        seed: integer (the same values every time), ``SeedGenerator``, or None.
    """
    x = as_tensor(inputs)
    if isinstance(rate, (int, float)) and rate == 0:
        return x
    lengths = x.shape if noise_shape is None else noise_shape
    shape = tuple(x.shape[i] if n is None else n for i, n in enumerate(lengths))
    keep = 1.0 - jnp.asarray(rate, x.dtype)
    # At rate 1 nothing is kept; the inner maximum keeps its 0 / 0 out of the gradient.
    scaled = x / jnp.maximum(keep, jnp.finfo(x.dtype).tiny)
    return jnp.where(jax.random.bernoulli(_key(seed), keep, shape), scaled, 0)


@op
def shuffle(x: Any, axis: int = 0, seed: Seed = None) -> jax.Array:
    """Put the values along an axis in random order, each row for itself.

    Arguments:
        x: array.
        axis: the axis.
        seed: integer (the same values every time), ``SeedGenerator``, or None.

    >>> sorted(shuffle([1, 2, 3], seed=1).tolist())
    [1, 2, 3]
    """
    return jax.random.permutation(_key(seed), as_tensor(x), axis, independent=True)


def _key(seed: Seed) -> jax.Array:
    return seed if isinstance(seed, jax.Array) else draw_key(seed)


def _float_name(function: str, dtype: Any) -> str:
    if not is_float_dtype(dtype):
        raise ValueError(f"{function} draws floats, got dtype={dtype_name(dtype)!r}.")
    return dtype_name(dtype)
