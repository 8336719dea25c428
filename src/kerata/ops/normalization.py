"""Functions of ``ops`` that normalize: moments, and dividing by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.dtypes import epsilon as default_epsilon
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "batch_normalization",
    "layer_normalization",
    "moments",
    "normalize",
    "rms_normalization",
]

Axes = int | Sequence[int]


@op
def moments(
    x: Any, axes: Axes, keepdims: bool = False, synchronized: bool = False
) -> tuple[jax.Array, jax.Array]:
    """Give mean and variance (divided by n) over axes; float16 is computed in float32.

    Arguments:
        x: array of numbers, any shape; integers become floats.
        axes: axis or axes to reduce; one that x lacks raises an IndexError.
        keepdims: keep reduced axes with length 1, False by default.
        synchronized: without effect: a compiled program already sees the rows of all devices.

    >>> moments([1.0, 3.0], axes=[0])
    (Array(2., dtype=float32), Array(1., dtype=float32))
    """
    x = as_tensor(x)
    axes = _axes(axes)
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    mean = jnp.mean(wide, axes, keepdims=keepdims)
    variance = jnp.var(wide, axes, keepdims=keepdims)
    return _narrow(mean, x.dtype), _narrow(variance, x.dtype)


@op
def normalize(x: Any, axis: Axes = -1, order: int = 2, epsilon: float | None = None) -> jax.Array:
    """Divide by the norm along an axis; vectors of zeros stay zeros.

    Arguments:
        x: array of any shape, which is kept; floats come out.
        axis: axis or axes of the vectors, the last by default.
        order: 2 for the Euclidean norm (default), 1 for the sum of absolute values, ...
        epsilon: least norm to divide by, the global epsilon by default.

    Raises:
        ValueError: ``order`` isn't a whole number of at least 1.

    >>> normalize([3.0, 4.0]).round(3)
    Array([0.6, 0.8], dtype=float32)
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"normalize's order must be a whole number of at least 1, got {order!r}.")
    x = jnp.atleast_1d(as_tensor(x))
    least = _epsilon(epsilon)
    powers = jnp.sum(jnp.abs(x) ** order, _axes(axis), keepdims=True)
    # The inner maximum keeps the root's gradient finite at zero.
    return x / jnp.maximum(powers, least**order) ** (1 / order)


@op
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> jax.Array:
    """Normalize by given statistics of one axis: ``(x - mean) / sqrt(variance + epsilon)``.

    Arguments:
        x: array of any shape, such as ``(batch, features)``; shape and float dtype are kept.
        mean, variance: shape ``(length of axis,)``; another length raises a TypeError.
        axis: the axis they belong to; one that x lacks raises an IndexError.
        offset, scale: added and multiplied afterwards, same shape, or None (default).
        epsilon: keeps the root away from zero, 0.001 by default.

    Source: Ioffe and Szegedy 2015.

    >>> batch_normalization([[1.0], [3.0]], [2.0], [1.0], axis=-1, epsilon=0.0)
    Array([[-1.],
           [ 1.]], dtype=float32)
    """
    x = as_tensor(x)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]

    def along_axis(values: Any) -> jax.Array:
        return as_tensor(values).reshape(shape)

    factor = jax.lax.rsqrt(along_axis(variance) + epsilon)
    if scale is not None:
        factor = factor * along_axis(scale)
    out = (x - along_axis(mean)) * factor
    return out if offset is None else out + along_axis(offset)


@op
def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Axes = -1,
    epsilon: float | None = None,
    *,
    rms_scaling: bool = False,
) -> jax.Array:
    """Normalize to mean 0 and variance 1 along axes; float16 and bfloat16 are computed in float32.

    Arguments:
        x: array of floats of any shape, such as ``(batch, features)``; shape and dtype are
            kept.
        gamma, beta: multiplied and added afterwards, shape of the axes, or None (default);
            other shapes raise a TypeError.
        axis: axis or axes of the statistics, the last by default; one that x lacks raises an
            IndexError.
        epsilon: keeps the root away from zero, the global epsilon by default.
        rms_scaling: an old, wrong way of Keras to root mean squares: the mean stays, and
            ``beta`` is left out. False by default.

    Source: Ba, Kiros and Hinton 2016.

    >>> layer_normalization([[1.0, 3.0]]).round(3)
    Array([[-1.,  1.]], dtype=float32)
    """
    x = as_tensor(x)
    axes = _axes(axis)
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    mean = 0.0 if rms_scaling else jnp.mean(wide, axes, keepdims=True)
    out = (wide - mean) * jax.lax.rsqrt(jnp.var(wide, axes, keepdims=True) + _epsilon(epsilon))
    if gamma is not None:
        out = out * _along(gamma, axes, x)
    if beta is not None and not rms_scaling:
        out = out + _along(beta, axes, x)
    return out.astype(x.dtype)


@op
def rms_normalization(
    x: Any, scale: Any = None, axis: Axes = -1, epsilon: float | None = None
) -> jax.Array:
    """Divide by the root mean square along axes; float16 and bfloat16 are computed in float32.

    Arguments:
        x: array of floats of any shape, such as ``(batch, features)``; shape and dtype are
            kept.
        scale: multiplied afterwards, of a shape that broadcasts, else a TypeError; or None
            (default).
        axis: axis or axes of the statistics, the last by default.
        epsilon: keeps the root away from zero, the global epsilon by default.

    Source: Zhang and Sennrich 2019.

    >>> rms_normalization([[1.0, 7.0]]).round(1)
    Array([[0.2, 1.4]], dtype=float32)
    """
    x = jnp.atleast_1d(as_tensor(x))
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    mean_square = jnp.mean(wide**2, _axes(axis), keepdims=True)
    out = wide * jax.lax.rsqrt(mean_square + _epsilon(epsilon))
    return (out if scale is None else out * as_tensor(scale)).astype(x.dtype)


def _along(values: Any, axes: int | tuple[int, ...], x: jax.Array) -> jax.Array:
    """Reshape weights of normalized axes so that they broadcast over x."""
    values = as_tensor(values)
    kept = {axes % x.ndim} if isinstance(axes, int) else {a % x.ndim for a in axes}
    if values.ndim == x.ndim or kept == {x.ndim - 1}:
        return values
    return values.reshape([n if a in kept else 1 for a, n in enumerate(x.shape)])


def _axes(axes: Axes) -> int | tuple[int, ...]:
    return axes if isinstance(axes, int) else tuple(axes)


def _narrow(x: jax.Array, dtype: Any) -> jax.Array:
    """Go back to a short type; what is too large for it becomes its largest number."""
    if x.dtype == dtype or not jnp.issubdtype(dtype, jnp.floating):
        return x
    limit = float(jnp.finfo(dtype).max)
    return jnp.clip(x, -limit, limit).astype(dtype)


def _epsilon(value: float | None) -> float:
    return default_epsilon() if value is None else value
