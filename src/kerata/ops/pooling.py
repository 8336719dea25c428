"""Functions of ``ops`` that summarize windows of 1, 2 or 3 spatial axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import standardize_data_format
from kerata.base.messages import shape_text
from kerata.kernels import pooling
from kerata.kernels.shapes import Sizes, per_axis
from kerata.ops.symbolic_call import as_float, as_tensor, op

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "average_pool",
    "max_pool",
]


@op
def max_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Take the largest value of each window.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1, 2 or 3 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``; the dtype is kept.
        pool_size: size of the window, one int or one for each spatial axis.
        strides: steps of the window, by default its size.
        padding: ``'valid'`` (whole windows only, default) or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``inputs`` with shorter spatial axes.

    Raises:
        ValueError: another number of axes, an unknown padding or data_format.

    >>> max_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).ravel()
    Array([3., 2.], dtype=float32)
    """
    x, data_format = _image("max_pool", inputs, data_format)
    return pooling.max_pool(x, pool_size, strides=strides, padding=padding, data_format=data_format)


@op
def average_pool(
    inputs: Any,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Take the mean of each window, of what lies inside the inputs only.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1, 2 or 3 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``; integers become floats.
        pool_size: size of the window, one int or one for each spatial axis.
        strides: steps of the window, by default its size.
        padding: ``'valid'`` (whole windows only, default) or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        The shape of ``inputs`` with shorter spatial axes.

    Raises:
        ValueError: another number of axes, an unknown padding or data_format.

    >>> average_pool([[[1.0], [3.0], [2.0]]], 2, padding="same").ravel()
    Array([2., 2.], dtype=float32)
    """
    x, data_format = _image("average_pool", inputs, data_format)
    return pooling.average_pool(
        as_float(x), pool_size, strides=strides, padding=padding, data_format=data_format
    )


@op
def adaptive_average_pool(
    inputs: Any, output_size: Sizes, data_format: str | None = None
) -> jax.Array:
    """Cut each spatial axis into ``output_size`` parts and take each part's mean.

    Part i runs from ``floor(i * n / parts)`` to before ``ceil((i + 1) * n / parts)``, so parts may
    share values.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1, 2 or 3 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``; integers become floats.
        output_size: numbers of parts, one int or one for each spatial axis.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        Shape ``(batch, *output_size, channels)``, channels placed as in ``inputs``.

    Raises:
        ValueError: another number of axes, sizes below 1, an unknown data_format.

    >>> adaptive_average_pool([[[1.0], [2.0], [6.0]]], 2).ravel()
    Array([1.5, 4. ], dtype=float32)
    """

    def means(x: jax.Array, starts: np.ndarray, stops: np.ndarray) -> jax.Array:
        places = np.arange(x.shape[-1])
        inside = (places >= starts[:, None]) & (places < stops[:, None])
        weights = inside / (stops - starts)[:, None]
        return jnp.matmul(x, jnp.asarray(weights.T, x.dtype), precision="highest")

    x, data_format = _image("adaptive_average_pool", inputs, data_format)
    return _adapted("adaptive_average_pool", as_float(x), output_size, data_format, means)


@op
def adaptive_max_pool(inputs: Any, output_size: Sizes, data_format: str | None = None) -> jax.Array:
    """Cut each spatial axis into ``output_size`` parts and take each part's largest value.

    Part i runs from ``floor(i * n / parts)`` to before ``ceil((i + 1) * n / parts)``, so parts may
    share values.

    Arguments:
        inputs: shape ``(batch, *spatial, channels)`` with 1, 2 or 3 spatial axes, or
            ``(batch, channels, *spatial)`` for ``'channels_first'``; the dtype is kept.
        output_size: numbers of parts, one int or one for each spatial axis.
        data_format: ``'channels_last'`` or ``'channels_first'``, by default the global setting.

    Returns:
        Shape ``(batch, *output_size, channels)``, channels placed as in ``inputs``.

    Raises:
        ValueError: another number of axes, sizes below 1, an unknown data_format.

    >>> adaptive_max_pool([[[1.0], [2.0], [6.0]]], 2).ravel()
    Array([2., 6.], dtype=float32)
    """

    def largest(x: jax.Array, starts: np.ndarray, stops: np.ndarray) -> jax.Array:
        width = int((stops - starts).max())
        places = np.minimum(starts[:, None] + np.arange(width), stops[:, None] - 1)
        return jnp.max(x[..., places], axis=-1)

    x, data_format = _image("adaptive_max_pool", inputs, data_format)
    return _adapted("adaptive_max_pool", x, output_size, data_format, largest)


def _adapted(
    name: str, x: jax.Array, output_size: Sizes, data_format: str, reduce: Callable[..., jax.Array]
) -> jax.Array:
    """Reduce one spatial axis after the other; ``reduce`` works on the last axis."""
    sizes = per_axis(output_size, x.ndim - 2, "output_size")
    if min(sizes) < 1:
        raise ValueError(f"{name}: output_size must be 1 or more, got {output_size!r}.")
    first = 2 if data_format == "channels_first" else 1
    for axis, parts in enumerate(sizes, first):
        n = x.shape[axis]
        places = np.arange(parts)
        starts, stops = places * n // parts, -(-(places + 1) * n // parts)
        x = jnp.moveaxis(reduce(jnp.moveaxis(x, axis, -1), starts, stops), -1, axis)
    return x


def _image(name: str, inputs: Any, data_format: str | None) -> tuple[jax.Array, str]:
    x = as_tensor(inputs)
    if x.ndim not in (3, 4, 5):
        raise ValueError(
            f"{name} takes inputs with 3, 4 or 5 axes (batch, 1 to 3 spatial ones, channels), "
            f"got shape {shape_text(x.shape)}."
        )
    return x, standardize_data_format(data_format)
