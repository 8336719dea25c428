"""Activation functions of ``ops``; ``kerata.activations`` shares most of them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import nn as jnn

from kerata.base.scope import remember_logits
from kerata.ops.symbolic_call import as_tensor, floats_only, op

__all__ = [
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_tanh",
    "log_sigmoid",
    "log_softmax",
    "sigmoid",
    "soft_shrink",
    "softmax",
    "softsign",
    "sparse_sigmoid",
    "sparsemax",
    "tanh",
    "tanh_shrink",
    "threshold",
]


@op
def sigmoid(x: Any) -> jax.Array:
    """Squeeze values between 0 and 1: ``1 / (1 + exp(-x))``.

    Arguments:
        x: array of floats, any shape; shape and dtype are kept, integers raise a TypeError.

    >>> sigmoid([-100.0, 0.0, 100.0])
    Array([0. , 0.5, 1. ], dtype=float32)
    """
    x = floats_only("sigmoid", x)
    outputs = jnn.sigmoid(x)
    remember_logits(outputs, "sigmoid", x)
    return outputs


@op
def log_sigmoid(x: Any) -> jax.Array:
    """Logarithm of the sigmoid, without overflow.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> log_sigmoid([-100.0, 100.0])
    Array([-100.,   -0.], dtype=float32)
    """
    return jnn.log_sigmoid(as_tensor(x))


@op
def hard_sigmoid(x: Any) -> jax.Array:
    """Straight-line sigmoid: ``x / 6 + 0.5`` between -3 and 3, then 0 or 1.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> hard_sigmoid([-3.0, 0.0, 3.0])
    Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnn.hard_sigmoid(as_tensor(x))


@op
def sparse_sigmoid(x: Any) -> jax.Array:
    """Straight line from 0 at -1 to 1 at 1, flat outside.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> sparse_sigmoid([-2.0, -0.5, 1.0])
    Array([0.  , 0.25, 1.  ], dtype=float32)
    """
    return jnn.sparse_sigmoid(as_tensor(x))


@op
def softsign(x: Any) -> jax.Array:
    """Squeeze values between -1 and 1: ``x / (1 + abs(x))``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> softsign([-1.0, 0.0, 3.0])
    Array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    return jnn.soft_sign(as_tensor(x))


@op
def tanh(x: Any) -> jax.Array:
    """Hyperbolic tangent, between -1 and 1.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> tanh([-100.0, 0.0, 100.0])
    Array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.tanh(as_tensor(x))


@op
def hard_tanh(x: Any) -> jax.Array:
    """Cut values off at -1 and 1.

    Arguments:
        x: array of real numbers, any shape; shape and dtype are kept. Text raises a TypeError.

    >>> hard_tanh([-2.0, 0.5])
    Array([-1. ,  0.5], dtype=float32)
    """
    return jnn.hard_tanh(as_tensor(x))


@op
def tanh_shrink(x: Any) -> jax.Array:
    """What the hyperbolic tangent takes away: ``x - tanh(x)``.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.

    >>> tanh_shrink([0.0, 10.0])
    Array([0., 9.], dtype=float32)
    """
    x = as_tensor(x)
    return x - jnp.tanh(x)


@op
def hard_shrink(x: Any, threshold: Any = 0.5) -> jax.Array:
    """Replace values within ``threshold`` of zero by zero.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        threshold: distance from zero, 0.5 by default.

    >>> hard_shrink([-0.25, 1.0])
    Array([0., 1.], dtype=float32)
    """
    x = as_tensor(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@op
def soft_shrink(x: Any, threshold: Any = 0.5) -> jax.Array:
    """Move values towards zero by ``threshold``, stopping there.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        threshold: how far, 0.5 by default.

    >>> soft_shrink([-0.25, 1.0])
    Array([0. , 0.5], dtype=float32)
    """
    x = as_tensor(x)
    towards_zero = jnp.where(x < -threshold, x + threshold, 0.0)
    return jnp.where(x > threshold, x - threshold, towards_zero)


@op
def threshold(x: Any, threshold: Any, default_value: Any) -> jax.Array:
    """Replace values that are not above ``threshold`` by ``default_value``.

    Arguments:
        x: array of numbers, any shape, which is kept; text raises a TypeError.
        threshold: bound; values equal to it are replaced too.
        default_value: what stands in their place; the promoted dtype comes out.

    >>> threshold([0.5, 2.0], threshold=1.0, default_value=0.0)
    Array([0., 2.], dtype=float32)
    """
    x = as_tensor(x)
    return jnp.where(x > threshold, x, default_value)


@op
def glu(x: Any, axis: int = -1) -> jax.Array:
    """Gated linear unit: first half of the axis times the sigmoid of the second half.

    Arguments:
        x: array of floats, shape ``(..., n)`` with an even n, else an AssertionError; integers
            raise a TypeError.
        axis: axis that is halved in the result, the last by default.

    Source: Dauphin, Fan, Auli and Grangier 2017.

    >>> glu([2.0, 4.0, 0.0, 100.0])
    Array([1., 4.], dtype=float32)
    """
    return jnn.glu(floats_only("glu", x), axis)


@op
def softmax(x: Any, axis: Any = -1) -> jax.Array:
    """Turn scores into probabilities that sum to 1 along an axis, without overflow.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        axis: axis or axes, the last by default; one that x lacks raises a ValueError.

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
    """Logarithm of the softmax along an axis, without overflow.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        axis: axis or axes, the last by default; one that x lacks raises a ValueError.

    >>> log_softmax([0.0, 200.0])
    Array([-200.,    0.], dtype=float32)
    """
    return jnn.log_softmax(as_tensor(x), axis)


@op
def sparsemax(x: Any, axis: int = -1) -> jax.Array:
    """Nearest point to the scores whose values are probabilities; many of them are zero.

    Arguments:
        x: array of numbers, any shape, which is kept; integers become floats, text raises a
            TypeError.
        axis: axis whose values sum to 1, the last by default; one that x lacks raises a
            ValueError.

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
