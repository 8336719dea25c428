"""The activations whose form here differs from the function in ``ops``."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from kerata.ops.symbolic_call import as_float, as_tensor, op

activation = functools.partial(op, prefix="activations.")


@activation
def relu(
    x: Any, negative_slope: Any = 0.0, max_value: Any = None, threshold: Any = 0.0
) -> jax.Array:
    """Rectified linear unit: ``max(x, 0)``, with a slope, a ceiling and a threshold to choose.

    Arguments:
        x: array.
        negative_slope: slope below the threshold.
        max_value: largest value given, or None.
        threshold: values below it become ``negative_slope * (x - threshold)``.

    >>> relu(jnp.array([-2.0, 1.0, 8.0]), negative_slope=0.5, max_value=6.0)
    Array([-1.,  1.,  6.], dtype=float32)
    """
    x = as_tensor(x)
    if max_value is not None or not (_is_zero(negative_slope) and _is_zero(threshold)):
        x = as_float(x)
    above = jax.nn.relu(x) if _is_zero(threshold) else jnp.where(x > threshold, x, 0)
    if max_value is not None:
        above = jnp.clip(above, 0, jnp.asarray(max_value, x.dtype))
    if _is_zero(negative_slope):
        return above
    return above - jnp.asarray(negative_slope, x.dtype) * jax.nn.relu(threshold - x)


@activation
def gelu(x: Any, approximate: bool = False) -> jax.Array:
    """Gaussian error linear unit: x times the normal distribution function of x.

    Arguments:
        x: array.
        approximate: use the formula with tanh instead of the error function.

    Source: Hendrycks and Gimpel 2016.

    >>> gelu(jnp.array([0.0, 3.0])).round(3)
    Array([0.   , 2.996], dtype=float32)
    """
    return jax.nn.gelu(as_tensor(x), approximate)


@activation
def exponential(x: Any) -> jax.Array:
    """Exponential: ``exp(x)``.

    >>> exponential(jnp.array([0.0]))
    Array([1.], dtype=float32)
    """
    return jnp.exp(as_tensor(x))


def linear(x: Any) -> Any:
    """Give x unchanged.

    >>> linear(3.0)
    3.0
    """
    return x


def _is_zero(value: Any) -> bool:
    """Say whether a number known now is zero; a traced one may be anything."""
    return isinstance(value, (int, float)) and value == 0
