"""Functions of ``ops``: the rectifier and its smooth relatives, unbounded above."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import nn as jnn

from kerata.ops.symbolic_call import as_tensor, floats_only, op

__all__ = [
    "celu",
    "elu",
    "gelu",
    "hard_silu",
    "hard_swish",
    "leaky_relu",
    "mish",
    "relu",
    "relu6",
    "selu",
    "silu",
    "softplus",
    "sparse_plus",
    "squareplus",
    "swish",
]


@op
def relu(x: Any) -> jax.Array:
    """Replace negative values by zero: ``max(x, 0)``.

    Arguments:
        x: array of real numbers, any shape; shape and dtype are kept. Text raises a TypeError.

    >>> relu([-1.0, 2.0])
    Array([0., 2.], dtype=float32)
    """
    return jnn.relu(as_tensor(x))


@op
def relu6(x: Any) -> jax.Array:
    """Keep values between 0 and 6: ``min(max(x, 0), 6)``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    Source: Krizhevsky 2010, Convolutional Deep Belief Networks on CIFAR-10.

    >>> relu6([-1.0, 2.0, 7.0])
    Array([0., 2., 6.], dtype=float32)
    """
    return jnn.relu6(as_tensor(x))


@op
def leaky_relu(x: Any, negative_slope: Any = 0.2) -> jax.Array:
    """Multiply negative values by ``negative_slope``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        negative_slope: factor below zero, 0.2 by default.

    Source: Maas, Hannun and Ng 2013.

    >>> leaky_relu([-1.0, 2.0], negative_slope=0.5)
    Array([-0.5,  2. ], dtype=float32)
    """
    return jnn.leaky_relu(as_tensor(x), negative_slope)


@op
def elu(x: Any, alpha: Any = 1.0) -> jax.Array:
    """Exponential linear unit: ``alpha * (exp(x) - 1)`` below zero.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        alpha: minus the value that is reached far below zero, 1.0 by default.

    Source: Clevert, Unterthiner and Hochreiter 2016.

    >>> elu([0.0, 2.0])
    Array([0., 2.], dtype=float32)
    """
    return jnn.elu(as_tensor(x), alpha)


@op
def selu(x: Any) -> jax.Array:
    """ELU scaled so that deep nets keep mean 0 and variance 1.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter 2017.

    >>> selu([0.0, 1.0])
    Array([0.      , 1.050701], dtype=float32)
    """
    return jnn.selu(as_tensor(x))


@op
def celu(x: Any, alpha: Any = 1.0) -> jax.Array:
    """ELU with a continuous derivative: ``alpha * (exp(x / alpha) - 1)`` below zero.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        alpha: minus the value that is reached far below zero, 1.0 by default.

    Source: Barron 2017, Continuously Differentiable Exponential Linear Units.

    >>> celu([0.0, 2.0])
    Array([0., 2.], dtype=float32)
    """
    return jnn.celu(as_tensor(x), alpha)


@op
def gelu(x: Any, approximate: bool = True) -> jax.Array:
    """Gaussian error linear unit: x times the normal distribution function of x.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        approximate: use the formula with tanh (default) instead of the error function.

    Source: Hendrycks and Gimpel 2016.

    >>> gelu([0.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    return jnn.gelu(as_tensor(x), approximate)


@op
def silu(x: Any) -> jax.Array:
    """Sigmoid linear unit, also called swish: ``x * sigmoid(x)``.

    Arguments:
        x: array of floats, any shape; shape and dtype are kept, integers raise a TypeError.

    Source: Ramachandran, Zoph and Le 2017.

    >>> silu([0.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    return jnn.silu(floats_only("silu", x))


@op
def hard_silu(x: Any) -> jax.Array:
    """Swish with straight lines: ``x * hard_sigmoid(x)``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    Source: Howard et al. 2019.

    >>> hard_silu([-3.0, 0.0, 3.0])
    Array([-0.,  0.,  3.], dtype=float32)
    """
    return jnn.hard_silu(as_tensor(x))


@op
def mish(x: Any) -> jax.Array:
    """Smooth and not monotonic: ``x * tanh(softplus(x))``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    Source: Misra 2019.

    >>> mish([0.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    x = as_tensor(x)
    return x * jnp.tanh(jnn.softplus(x))


@op
def softplus(x: Any) -> jax.Array:
    """Smooth ReLU: ``log(1 + exp(x))``, without overflow.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    Source: Dugas et al. 2001, Incorporating Second-Order Functional Knowledge for Better Option
        Pricing.

    >>> softplus([-200.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    return jnn.softplus(as_tensor(x))


@op
def sparse_plus(x: Any) -> jax.Array:
    """Smooth ReLU with a parabola from -1 to 1: 0, then ``(x + 1)**2 / 4``, then x.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> sparse_plus([-1.0, 0.0, 2.0])
    Array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return jnn.sparse_plus(as_tensor(x))


@op
def squareplus(x: Any, b: Any = 4) -> jax.Array:
    """Smooth ReLU without exponentials: ``(x + sqrt(x**2 + b)) / 2``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        b: how wide the bend is, 4 by default.

    Source: Barron 2021.

    >>> squareplus([0.0, 3.0], b=16)
    Array([2., 4.], dtype=float32)
    """
    return jnn.squareplus(as_tensor(x), b)


swish = silu
hard_swish = hard_silu
