"""Activation functions of ``ops``; ``kerata.activations`` shares most of them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import nn as jnn

from kerata.base.scope import remember_logits
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


@op
def relu(x: Any) -> jax.Array:
    """Replace negative values by zero: ``max(x, 0)``.

    >>> relu([-1.0, 2.0])
    Array([0., 2.], dtype=float32)
    """
    return jnn.relu(as_tensor(x))


@op
def relu6(x: Any) -> jax.Array:
    """Keep values between 0 and 6: ``min(max(x, 0), 6)``.

    >>> relu6([-1.0, 2.0, 7.0])
    Array([0., 2., 6.], dtype=float32)
    """
    return jnn.relu6(as_tensor(x))


@op
def leaky_relu(x: Any, negative_slope: Any = 0.2) -> jax.Array:
    """Multiply negative values by ``negative_slope``.

    >>> leaky_relu([-1.0, 2.0], negative_slope=0.5)
    Array([-0.5,  2. ], dtype=float32)
    """
    return jnn.leaky_relu(as_tensor(x), negative_slope)


@op
def elu(x: Any, alpha: Any = 1.0) -> jax.Array:
    """Exponential linear unit: ``alpha * (exp(x) - 1)`` below zero (Clevert et al. 2016).

    >>> elu([0.0, 2.0])
    Array([0., 2.], dtype=float32)
    """
    return jnn.elu(as_tensor(x), alpha)


@op
def selu(x: Any) -> jax.Array:
    """ELU scaled so that deep nets keep mean 0 and variance 1 (Klambauer et al. 2017).

    >>> selu([0.0, 1.0])
    Array([0.      , 1.050701], dtype=float32)
    """
    return jnn.selu(as_tensor(x))


@op
def celu(x: Any, alpha: Any = 1.0) -> jax.Array:
    """ELU with a continuous derivative: ``alpha * (exp(x / alpha) - 1)`` below zero.

    >>> celu([0.0, 2.0])
    Array([0., 2.], dtype=float32)
    """
    return jnn.celu(as_tensor(x), alpha)


@op
def gelu(x: Any, approximate: bool = True) -> jax.Array:
    """Gaussian error linear unit: x times the normal distribution function of x.

    Arguments:
        x: array.
        approximate: use the formula with tanh instead of the error function.

    Source: Hendrycks and Gimpel 2016.

    >>> gelu([0.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    return jnn.gelu(as_tensor(x), approximate)


@op
def sigmoid(x: Any) -> jax.Array:
    """Squeeze values between 0 and 1: ``1 / (1 + exp(-x))``.

    >>> sigmoid([-100.0, 0.0, 100.0])
    Array([0. , 0.5, 1. ], dtype=float32)
    """
    x = as_tensor(x)
    outputs = jnn.sigmoid(x)
    remember_logits(outputs, "sigmoid", x)
    return outputs


@op
def log_sigmoid(x: Any) -> jax.Array:
    """Logarithm of the sigmoid, without overflow.

    >>> log_sigmoid([-100.0, 100.0])
    Array([-100.,   -0.], dtype=float32)
    """
    return jnn.log_sigmoid(as_tensor(x))


@op
def hard_sigmoid(x: Any) -> jax.Array:
    """Straight-line sigmoid: ``x / 6 + 0.5`` between -3 and 3, then 0 or 1.

    >>> hard_sigmoid([-3.0, 0.0, 3.0])
    Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnn.hard_sigmoid(as_tensor(x))


@op
def sparse_sigmoid(x: Any) -> jax.Array:
    """Straight line from 0 at -1 to 1 at 1, flat outside.

    >>> sparse_sigmoid([-2.0, -0.5, 1.0])
    Array([0.  , 0.25, 1.  ], dtype=float32)
    """
    return jnn.sparse_sigmoid(as_tensor(x))


@op
def silu(x: Any) -> jax.Array:
    """Sigmoid linear unit, also called swish: ``x * sigmoid(x)`` (Ramachandran et al. 2017).

    >>> silu([0.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    return jnn.silu(as_tensor(x))


@op
def hard_silu(x: Any) -> jax.Array:
    """Swish with straight lines: ``x * hard_sigmoid(x)`` (Howard et al. 2019).

    >>> hard_silu([-3.0, 0.0, 3.0])
    Array([-0.,  0.,  3.], dtype=float32)
    """
    return jnn.hard_silu(as_tensor(x))


@op
def mish(x: Any) -> jax.Array:
    """Smooth and not monotonic: ``x * tanh(softplus(x))`` (Misra 2019).

    >>> mish([0.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    x = as_tensor(x)
    return x * jnp.tanh(jnn.softplus(x))


@op
def softplus(x: Any) -> jax.Array:
    """Smooth ReLU: ``log(1 + exp(x))``.

    >>> softplus([-200.0, 100.0])
    Array([  0., 100.], dtype=float32)
    """
    return jnn.softplus(as_tensor(x))


@op
def sparse_plus(x: Any) -> jax.Array:
    """Smooth ReLU with a parabola from -1 to 1: 0, then ``(x + 1)**2 / 4``, then x.

    >>> sparse_plus([-1.0, 0.0, 2.0])
    Array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return jnn.sparse_plus(as_tensor(x))


@op
def squareplus(x: Any, b: Any = 4) -> jax.Array:
    """Smooth ReLU without exponentials: ``(x + sqrt(x**2 + b)) / 2`` (Barron 2021).

    >>> squareplus([0.0, 3.0], b=16)
    Array([2., 4.], dtype=float32)
    """
    return jnn.squareplus(as_tensor(x), b)


@op
def softsign(x: Any) -> jax.Array:
    """Squeeze values between -1 and 1: ``x / (1 + abs(x))``.

    >>> softsign([-1.0, 0.0, 3.0])
    Array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return jnn.soft_sign(as_tensor(x))


@op
def tanh(x: Any) -> jax.Array:
    """Hyperbolic tangent, between -1 and 1.

    >>> tanh([-100.0, 0.0, 100.0])
    Array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.tanh(as_tensor(x))


@op
def hard_tanh(x: Any) -> jax.Array:
    """Cut values off at -1 and 1.

    >>> hard_tanh([-2.0, 0.5])
    Array([-1. ,  0.5], dtype=float32)
    """
    return jnn.hard_tanh(as_tensor(x))


@op
def tanh_shrink(x: Any) -> jax.Array:
    """What the hyperbolic tangent takes away: ``x - tanh(x)``.

    >>> tanh_shrink([0.0, 10.0])
    Array([0., 9.], dtype=float32)
    """
    x = as_tensor(x)
    return x - jnp.tanh(x)


@op
def hard_shrink(x: Any, threshold: Any = 0.5) -> jax.Array:
    """Replace values within ``threshold`` of zero by zero.

    >>> hard_shrink([-0.25, 1.0])
    Array([0., 1.], dtype=float32)
    """
    x = as_tensor(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@op
def soft_shrink(x: Any, threshold: Any = 0.5) -> jax.Array:
    """Move values towards zero by ``threshold``, stopping there.

    >>> soft_shrink([-0.25, 1.0])
    Array([0. , 0.5], dtype=float32)
    """
    x = as_tensor(x)
    towards_zero = jnp.where(x < -threshold, x + threshold, 0.0)
    return jnp.where(x > threshold, x - threshold, towards_zero)


@op
def threshold(x: Any, threshold: Any, default_value: Any) -> jax.Array:
    """Replace values that are not above ``threshold`` by ``default_value``.

    >>> threshold([0.5, 2.0], threshold=1.0, default_value=0.0)
    Array([0., 2.], dtype=float32)
    """
    x = as_tensor(x)
    return jnp.where(x > threshold, x, default_value)


@op
def glu(x: Any, axis: int = -1) -> jax.Array:
    """Gated linear unit: first half of the axis times the sigmoid of the second half.

    >>> glu([2.0, 4.0, 0.0, 100.0])
    Array([1., 4.], dtype=float32)
    """
    return jnn.glu(as_tensor(x), axis)


@op
def softmax(x: Any, axis: Any = -1) -> jax.Array:
    """Turn scores into probabilities that sum to 1 along ``axis``.

    >>> softmax([1.0, 1.0])
    Array([0.5, 0.5], dtype=float32)
    """
    x = as_tensor(x)
    outputs = jnn.softmax(x, axis)
    if axis == -1:
        remember_logits(outputs, "softmax", x)
    return outputs


@op
def log_softmax(x: Any, axis: Any = -1) -> jax.Array:
    """Logarithm of the softmax along ``axis``.

    >>> log_softmax([0.0, 200.0])
    Array([-200.,    0.], dtype=float32)
    """
    return jnn.log_softmax(as_tensor(x), axis)


@op
def sparsemax(x: Any, axis: int = -1) -> jax.Array:
    """Nearest point to the scores whose values are probabilities; many of them are zero.

    Source: Martins and Astudillo 2016.

    >>> sparsemax([0.0, 0.5, 1.0])
    Array([0.  , 0.25, 0.75], dtype=float32)
    """
    x = as_tensor(x)
    z = jnp.flip(jnp.sort(x, axis=axis), axis=axis)
    total = jnp.cumsum(z, axis=axis)
    count = jnp.expand_dims(
        jnp.arange(1, x.shape[axis] + 1), [a for a in range(x.ndim) if a != axis % x.ndim]
    )
    supported = count * z > total - 1
    size = jnp.sum(supported, axis=axis, keepdims=True)
    mass = jnp.sum(jnp.where(supported, z, 0.0), axis=axis, keepdims=True)
    return jnp.maximum(x - (mass - 1) / size, 0.0)


swish = silu
hard_swish = hard_silu
