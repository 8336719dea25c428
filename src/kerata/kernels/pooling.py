"""Maximum and average pooling over 1, 2 or 3 spatial axes.

On a GPU or TPU pooling is XLA's ``reduce_window``. On a CPU the gradient of that (select and
scatter) is slow, so a window is taken apart instead: one array for each place in the window,
combined element by element, which XLA fuses and vectorises.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerata.kernels import platform
from kerata.kernels.shapes import Sizes, check_padding, output_size, pad_amounts, per_axis

# Longer windows would unroll into too long a program; XLA's own operation serves them.
_LONGEST = 16


class _Cut(NamedTuple):
    """How one axis is cut into windows."""

    axis: int
    length: int
    size: int
    stride: int
    windows: int
    pads: tuple[int, int]

    @property
    def disjoint(self) -> bool:
        return self.stride == self.size


_Cuts = tuple[_Cut, ...]


def max_pool(
    x: jax.Array,
    pool_size: Sizes,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str = "channels_last",
) -> jax.Array:
    """Take the largest element of each window.

    Arguments:
        x: ``(batch, *spatial, channels)``, or ``(batch, channels, *spatial)`` with
            ``data_format='channels_first'``.
        pool_size: window size, one number or one for each spatial axis.
        strides: step between windows, the pool size if left out.
        padding: ``'valid'`` (whole windows only) or ``'same'`` (``ceil(size / stride)`` windows).

    Among equal elements the gradient goes to the first, as with XLA's own operation.

    >>> max_pool(jnp.arange(6.0).reshape(1, 6, 1), 2).ravel()
    Array([1., 3., 5.], dtype=float32)
    """
    cuts = _cut(x, pool_size, strides, padding, data_format)
    floating = jnp.issubdtype(x.dtype, jnp.floating)
    lowest = -jnp.inf if floating else jnp.iinfo(x.dtype).min
    if not _taken_apart(cuts):
        return _reduce_windows(x, np.array(lowest, x.dtype), lax.max, cuts)
    return _largest(_fit(x, lowest, cuts), cuts)


def average_pool(
    x: jax.Array,
    pool_size: Sizes,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str = "channels_last",
) -> jax.Array:
    """Take the mean of each window; with ``'same'`` padding of its real elements only.

    Arguments are those of ``max_pool``; ``x`` is of a float type.

    >>> average_pool(jnp.arange(5.0).reshape(1, 5, 1), 2, padding="same").ravel()
    Array([0.5, 2.5, 4. ], dtype=float32)
    """
    cuts = _cut(x, pool_size, strides, padding, data_format)
    if _taken_apart(cuts):
        sums = _sum_of_windows(_fit(x, 0, cuts), cuts)
    else:
        sums = _reduce_windows(x, np.array(0, x.dtype), lax.add, cuts)
    if not all(isinstance(cut.length, int) for cut in cuts):
        return sums / _reduce_windows(jnp.ones_like(x), np.array(0, x.dtype), lax.add, cuts)
    return sums / _real_elements(cuts, x.ndim).astype(sums.dtype)


def _cut(
    x: jax.Array, pool_size: Sizes, strides: Sizes | None, padding: str, data_format: str
) -> _Cuts:
    rank = x.ndim - 2
    padding = check_padding(padding, rank)
    sizes = per_axis(pool_size, rank, "pool_size")
    steps = sizes if strides is None else per_axis(strides, rank, "strides")
    first = 1 if data_format == "channels_last" else 2
    cuts = []
    for axis, size, stride in zip(range(first, first + rank), sizes, steps, strict=True):
        count = output_size(x.shape[axis], size, stride, padding)
        assert count is not None
        pads = pad_amounts(x.shape[axis], size, stride, padding)
        cuts.append(_Cut(axis, x.shape[axis], size, stride, max(count, 0), pads))
    return tuple(cuts)


def _taken_apart(cuts: _Cuts) -> bool:
    return platform.on_cpu() and all(c.windows > 0 and c.size <= _LONGEST for c in cuts)


def _reduce_windows(x: jax.Array, start: np.ndarray, reducer: Callable, cuts: _Cuts) -> jax.Array:
    sizes, strides, pads = [1] * x.ndim, [1] * x.ndim, [(0, 0)] * x.ndim
    for c in cuts:
        sizes[c.axis], strides[c.axis], pads[c.axis] = c.size, c.stride, c.pads
    if not all(isinstance(amount, int) for pad in pads for amount in pad):
        # Amounts that depend on unknown sizes.
        x, pads = lax.pad(x, start, [(*pad, 0) for pad in pads]), [(0, 0)] * x.ndim
    return lax.reduce_window(x, start, reducer, sizes, strides, pads)


def _fit(x: jax.Array, fill: Any, cuts: _Cuts) -> jax.Array:
    """Pad or crop each axis to exactly what its windows cover."""
    amounts = [(0, 0, 0)] * x.ndim
    for c in cuts:
        covered = (c.windows - 1) * c.stride + c.size
        amounts[c.axis] = (c.pads[0], covered - c.length - c.pads[0], 0)
    if all(a == (0, 0, 0) for a in amounts):
        return x
    return lax.pad(x, np.array(fill, x.dtype), amounts)


def _sum_of_windows(x: jax.Array, cuts: _Cuts) -> jax.Array:
    if all(cut.disjoint for cut in cuts):
        return x.reshape(_apart(x.shape, cuts, ())).sum(_place_axes(cuts))
    for cut in reversed(cuts):
        x = functools.reduce(jnp.add, _places(x, cut))
    return x


def _real_elements(cuts: _Cuts, ndim: int) -> np.ndarray:
    """Count the elements of each window that are no padding, ready to divide by."""
    counts = np.ones((1,) * ndim)
    for c in cuts:
        start = np.arange(c.windows) * c.stride - c.pads[0]
        real = np.minimum(start + c.size, c.length) - np.maximum(start, 0)
        counts = counts * real.reshape(-1, *(1,) * (ndim - c.axis - 1))
    return counts


def _places(x: jax.Array, cut: _Cut) -> list[jax.Array]:
    """Give for each place in the window along one axis its element of every window."""
    if cut.disjoint:
        # A reshape costs nothing and its gradient is one array; that of strided slices is many.
        apart = x.reshape(*x.shape[: cut.axis], cut.windows, cut.size, *x.shape[cut.axis + 1 :])
        return [lax.index_in_dim(apart, i, cut.axis + 1, keepdims=False) for i in range(cut.size)]
    reach = (cut.windows - 1) * cut.stride + 1
    return [lax.slice_in_dim(x, i, i + reach, cut.stride, cut.axis) for i in range(cut.size)]


def _first_largest(places: list[jax.Array]) -> tuple[jax.Array, jax.Array]:
    """Give the largest of some arrays, element by element, and the number of the first such."""
    best, winner = places[0], jnp.zeros(places[0].shape, jnp.int8)
    for i, rival in enumerate(places[1:], 1):
        winner = jnp.where(rival > best, jnp.int8(i), winner)
        best = jnp.maximum(best, rival)
    return best, winner


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def _largest(x: jax.Array, cuts: _Cuts) -> jax.Array:
    for cut in reversed(cuts):
        x = functools.reduce(jnp.maximum, _places(x, cut))
    return x


@_largest.defjvp
def _largest_jvp(cuts: _Cuts, primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    """Differentiate by choosing: what comes through is what changes at the first largest place.

    Seconds an epoch for the MNIST network of benchmarks/kernels.py: 4.5 so; 4.8 where each place is
    compared with the result; 5.6 where the value comes from a separate reduction, not from the same
    comparisons as the winner. Autodiff would share the gradient among equals, unlike Keras.
    """
    (x,), (t,) = primals, tangents
    if not all(cut.disjoint for cut in cuts):
        for cut in reversed(cuts):
            x, winner = _first_largest(_places(x, cut))
            t = functools.reduce(
                jnp.add, [jnp.where(winner == i, p, 0) for i, p in enumerate(_places(t, cut))]
            )
        return x, t
    # Disjoint windows: one mask over all axes at once, 0.8 s an epoch better than axis by axis.
    apart = t.reshape(_apart(t.shape, cuts, ()))
    chosen: Any = True
    for number, axis in reversed(list(enumerate(_place_axes(cuts)))):
        x, winner = _first_largest(_places(x, cuts[number]))
        place = lax.broadcasted_iota(winner.dtype, apart.shape, axis)
        chosen &= winner.reshape(_apart(t.shape, cuts, cuts[number:])) == place
    return x, jnp.where(chosen, apart, 0).sum(_place_axes(cuts))


def _apart(shape: tuple[int, ...], cuts: _Cuts, done: _Cuts) -> tuple[int, ...]:
    """Give the shape with each cut axis as (windows, places), places being 1 where done."""
    pairs = {c.axis: (c.windows, 1 if c in done else c.size) for c in cuts}
    return tuple(n for axis, size in enumerate(shape) for n in pairs.get(axis, (size,)))


def _place_axes(cuts: _Cuts) -> tuple[int, ...]:
    """Give the axes of the places in the shape of ``_apart``."""
    return tuple(cut.axis + number + 1 for number, cut in enumerate(cuts))
